"""Categories and tags: who keeps them, and what search and other teams see of their changes."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.urls import reverse

from apps.flows.labels import delete_label, save_label
from apps.flows.models import Category, Flow, Tag
from apps.flows.search.index import index_flow
from apps.flows.search.ranking import search_flows
from tests.factories.flows import published_flow
from tests.factories.teams import UserFactory, super_admin


def found(words: str, team) -> list[int]:
    return [hit.flow_id for hit in search_flows(Flow.objects.all(), words, 5, team_id=team.pk)]


@pytest.fixture
def category(team) -> Category:
    return Category.objects.create(team=team, name="Telephony", slug="telephony")


@pytest.fixture
def flow(team, category) -> Flow:
    flow = published_flow(team=team, title="No dial tone", category=category)
    flow.tags.add(Tag.objects.create(team=team, name="handset"))
    index_flow(flow)
    return flow


def test_renamed_category_and_tag_are_found_by_their_new_name_alone(lead, team, flow, category):
    category.name = "Voice"
    save_label(label=category, by=lead)
    tag = flow.tags.get()
    tag.name = "receiver"
    save_label(label=tag, by=lead)
    assert found("voice", team) == found("receiver", team) == [flow.pk]
    assert found("telephony", team) == found("handset", team) == []


def test_renamed_category_of_the_platform_is_found_by_every_team(team, outsider):
    category = Category.objects.create(team=None, name="Telephony", slug="telephony")
    flows = [published_flow(team=one, category=category) for one in (team, outsider.team)]
    category.name = "Voice"
    save_label(label=category, by=super_admin())
    assert [found("voice", flow.team) for flow in flows] == [[flow.pk] for flow in flows]


def test_deleted_tag_finds_nothing_any_more_and_a_category_in_use_stays(lead, team, flow, category):
    delete_label(label=flow.tags.get(), by=lead)
    assert found("handset", team) == []
    with pytest.raises(ProtectedError):
        delete_label(label=category, by=lead)


@pytest.mark.parametrize("act", [save_label, delete_label])
def test_label_of_another_team_or_by_an_engineer_is_refused(engineer, category, act):
    for by in (engineer, UserFactory(role="team_admin"), super_admin()):
        with pytest.raises(PermissionDenied):
            act(label=category, by=by)
    assert Category.objects.filter(pk=category.pk, name="Telephony").exists()


def test_administration_renames_and_deletes_by_the_services(client, lead, team, flow, category):
    client.force_login(lead)
    tag = flow.tags.get()
    client.post(reverse("admin:flows_category_change", args=[category.pk]), {"name": "Voice", "slug": "telephony"})
    assert found("voice", team) == [flow.pk]
    client.post(reverse("admin:flows_tag_delete", args=[tag.pk]), {"post": "yes"})
    assert found("handset", team) == []
    other = Tag.objects.create(team=team, name="spare")
    chosen = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    client.post(reverse("admin:flows_tag_changelist"), chosen)
    assert not Tag.objects.exists()


def test_deletion_of_a_platform_category_names_no_flow_of_a_team(client, team, outsider):
    category = Category.objects.create(team=None, name="Telephony", slug="telephony")
    for one in (team, outsider.team):
        published_flow(team=one, title="Secret way of a team", category=category)
    client.force_login(super_admin())
    page = client.get(reverse("admin:flows_category_delete", args=[category.pk])).content.decode()
    assert "2 × flow" in page
    assert "Secret way" not in page
    chosen = {"action": "delete_selected", "_selected_action": [category.pk]}
    page = client.post(reverse("admin:flows_category_changelist"), chosen).content.decode()
    assert "Secret way" not in page
