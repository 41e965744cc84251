from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.core.tenancy import crossings, relations
from apps.flows.models import Category, Tag
from apps.teams.models import Team, User
from tests.factories.flows import FlowFactory
from tests.factories.psa import ClientFactory, TicketFactory
from tests.factories.sessions import FlowSessionFactory, started_session
from tests.factories.teams import TeamFactory, super_admin


def test_relations_hold_foreign_keys_and_many_to_many() -> None:
    names = {relation.name for relation in relations()}
    assert {"flow_sessions.FlowSession.client", "flows.Flow.tags", "flows.FlowDraft.flow", "psa.Ticket.client"} <= names
    assert not [name for name in names if name.endswith(".team")]


def test_crossings_take_one_statement_a_relation(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(len(relations())):
        assert crossings() == {}


def test_crossings_of_rows_that_people_make_are_none(engineer: User) -> None:
    started_session(engineer, ticket="48213", client="Harbour Dental")
    assert crossings() == {}


def test_crossings_allow_what_belongs_to_the_platform(team: Team) -> None:
    flow = FlowFactory(team=team, category=Category.objects.create(name="Network", slug="network"), owner=super_admin())
    flow.tags.add(Tag.objects.create(name="vpn"))
    assert crossings() == {}


def test_crossings_name_a_planted_foreign_key(team: Team) -> None:
    ticket = TicketFactory(team=team, client=ClientFactory())
    session = FlowSessionFactory(team=team, owner__team=TeamFactory())
    assert crossings() == {"psa.Ticket.client": [ticket.pk], "flow_sessions.FlowSession.owner": [session.pk]}


def test_crossings_name_a_planted_many_to_many(team: Team) -> None:
    flow = FlowFactory(team=team)
    flow.tags.add(Tag.objects.create(name="vpn", team=TeamFactory()))
    assert crossings() == {"flows.Flow.tags": [flow.tags.through.objects.get().pk]}


def test_crossings_name_a_platform_row_that_points_at_a_team(team: Team) -> None:
    flow = FlowFactory(team=None, visibility="public", category=Category.objects.create(name="A", slug="a", team=team))
    assert crossings() == {"flows.Flow.category": [flow.pk]}


def test_check_tenancy_names_relation_and_ids_and_fails(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_tenancy")
    assert "none crosses teams" in capsys.readouterr().out
    ticket = TicketFactory(team=team, client=ClientFactory())
    with pytest.raises(CommandError, match=f"psa.Ticket.client: {ticket.pk}$") as failed:
        call_command("check_tenancy")
    assert failed.value.returncode == 1
