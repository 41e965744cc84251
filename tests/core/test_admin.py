import re

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from apps.core.admin import ScopedAdmin
from apps.core.models import OutboxMessage, OutboxState
from apps.core.permissions import Role
from apps.flows.models import Category, Tag
from apps.psa.models import Client
from apps.teams.models import Team, User
from tests.factories.egress import EgressRecordFactory
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.psa import ClientFactory, TicketFactory
from tests.factories.teams import UserFactory, super_admin

OWN = [
    "core_egressrecord",
    "core_outboxmessage",
    "flows_category",
    "flows_flow",
    "flows_tag",
    "notifications_delivery",
    "psa_client",
    "psa_ticket",
    "teams_team",
    "teams_user",
    "tickets_ticketrule",
]
LEAD = [name for name in OWN if name != "teams_team"]
PLATFORM = [name for name in OWN if not name.startswith(("core_egress", "notifications_", "psa_", "tickets_"))]
LOOKED_AT = {"core_egressrecord", "core_outboxmessage", "notifications_delivery"}  # nobody adds these


@pytest.fixture
def as_lead(client: Browser, lead: User) -> Browser:
    client.force_login(lead)
    return client


def status(browser: Browser, name: str) -> int:
    return browser.get(reverse(f"admin:{name}_changelist")).status_code


def test_admin_every_page_is_scoped() -> None:
    assert {f"{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry} == set(OWN)
    assert all(isinstance(page, ScopedAdmin) for page in admin.site._registry.values())


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "open_to"), [(Role.TEAM_ADMIN, LEAD), (Role.SUPER_ADMIN, PLATFORM)])
def test_admin_opens_what_the_role_may_see(client: Browser, role: Role, open_to: list[str]) -> None:
    client.force_login(UserFactory(role=role) if role != Role.SUPER_ADMIN else super_admin())
    assert client.get(reverse("admin:index")).status_code == 200
    for name in OWN:
        assert status(client, name) == (200 if name in open_to else 403), name
        if name in open_to and name not in LOOKED_AT:
            assert client.get(reverse(f"admin:{name}_add")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VIEWER])
def test_admin_sends_others_away(client: Browser, role: Role) -> None:
    client.force_login(UserFactory(role=role))
    for name in OWN:
        assert status(client, name) in (302, 403)


def test_admin_shows_rows_of_the_own_team_only(as_lead: Browser, team: Team, outsider: User) -> None:
    own, other = ClientFactory(team=team), ClientFactory(team=outsider.team)
    assert list(as_lead.get(reverse("admin:psa_client_changelist")).context["cl"].result_list) == [own]
    address = reverse("admin:psa_client_change", args=[other.pk])
    assert as_lead.get(address).headers["Location"] == reverse("admin:index")
    as_lead.post(address, {"name": "Taken over", "colour": "teal"})
    other.refresh_from_db()
    assert other.name != "Taken over"


@pytest.mark.django_db
def test_admin_super_admin_sees_platform_rows_only(client: Browser, team: Team) -> None:
    platform = Category.objects.create(team=None, name="Network", slug="network")
    Category.objects.create(team=team, name="Ours", slug="ours")
    client.force_login(super_admin())
    assert list(client.get(reverse("admin:flows_category_changelist")).context["cl"].result_list) == [platform]


def test_admin_new_row_belongs_to_the_own_team(as_lead: Browser, team: Team) -> None:
    as_lead.post(reverse("admin:flows_tag_add"), {"name": "vpn"})
    assert Tag.objects.get().team == team


def test_admin_name_taken_in_the_team_is_a_form_error(as_lead: Browser, team: Team, outsider: User) -> None:
    ClientFactory(team=team, name="Harbor Dental")
    ClientFactory(team=outsider.team, name="Alder Legal")
    address = reverse("admin:psa_client_add")
    assert as_lead.post(address, {"name": "Harbor Dental", "colour": "teal"}).status_code == 200
    assert as_lead.post(address, {"name": "Alder Legal", "colour": "teal"}).status_code == 302
    assert Client.objects.filter(team=team).count() == 2


def test_admin_relations_offer_rows_of_the_own_team_only(as_lead: Browser, team: Team, outsider: User) -> None:
    ticket, other = TicketFactory(team=team), ClientFactory(team=outsider.team)
    address = reverse("admin:psa_ticket_change", args=[ticket.pk])
    form = as_lead.get(address).context["adminform"].form
    assert list(form.fields["client"].queryset) == [ticket.client]
    as_lead.post(address, {"number": ticket.number, "client": other.pk})
    ticket.refresh_from_db()
    assert ticket.client != other


def test_admin_pages_carry_no_inline_script_or_style(as_lead: Browser, team: Team) -> None:
    for address in (reverse("admin:index"), reverse("admin:flows_flow_add"), reverse("admin:psa_client_changelist")):
        text = as_lead.get(address).content.decode()
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def test_admin_of_the_ledger_tells_a_lead_what_left_for_the_team(
    as_lead: Browser, engineer: User, outsider: User
) -> None:
    facts = {"redactions": {"PASSWORD": 2, "IP": 1}, "sha256": "ab12" * 16, "by": engineer, "reason": "note:7"}
    row = EgressRecordFactory(team=engineer.team, **facts)
    other = EgressRecordFactory(team=outsider.team)
    page = as_lead.get(reverse("admin:core_egressrecord_changelist"))
    assert list(page.context["cl"].result_list) == [row]
    for told in ("webhook", row.address, "1042", "ab12" * 16, "1 × IP, 2 × PASSWORD", "note:7", str(engineer)):
        assert told in page.content.decode()
    own, theirs = (reverse("admin:core_egressrecord_change", args=[one.pk]) for one in (row, other))
    assert as_lead.get(own).status_code == 200
    assert as_lead.get(theirs).status_code == 302
    as_lead.post(own, {"reason": "nothing"})
    as_lead.post(reverse("admin:core_egressrecord_delete", args=[row.pk]), {"post": "yes"})
    row.refresh_from_db()
    assert row.reason == "note:7"


def decide(browser: Browser, action: str, *rows: OutboxMessage) -> str:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser.post(reverse("admin:core_outboxmessage_changelist"), data, follow=True).content.decode()


def test_admin_of_the_outbox_shows_stuck_rows_of_the_team_without_what_they_hold(
    as_lead: Browser, team: Team, outsider: User
) -> None:
    secret = {"team": team, "payload": {"text": "Maple-77"}, "error": "The address is wrong."}
    stuck = OutboxMessageFactory(**secret, state=OutboxState.FAILED)
    OutboxMessageFactory(team=team)
    other = OutboxMessageFactory(team=outsider.team, state=OutboxState.UNKNOWN)
    page = as_lead.get(reverse("admin:core_outboxmessage_changelist"))
    assert list(page.context["cl"].result_list) == [stuck]
    assert "Outbox: 1 failed, 0 may have arrived; the others need nobody" in page.content.decode()
    assert re.findall(r"[?]state=(\w+)", page.content.decode()) == ["failed", "unknown"]
    unknown = as_lead.get(reverse("admin:core_outboxmessage_changelist"), {"state": "unknown"})
    assert list(unknown.context["cl"].result_list) == []
    shown = as_lead.get(reverse("admin:core_outboxmessage_change", args=[stuck.pk])).content.decode()
    assert "The address is wrong." in shown
    assert "Maple-77" not in shown
    decide(as_lead, "let_be", other)
    other.refresh_from_db()
    assert other.state == OutboxState.UNKNOWN


@pytest.mark.django_db
def test_admin_of_the_outbox_tells_the_platform_how_many_rows_are_stuck_and_shows_none(client: Browser) -> None:
    OutboxMessageFactory(state=OutboxState.UNKNOWN)
    client.force_login(super_admin())
    page = client.get(reverse("admin:core_outboxmessage_changelist"))
    assert list(page.context["cl"].result_list) == []
    assert "Outbox: 0 failed, 1 may have arrived" in page.content.decode()


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("try_again", OutboxState.PENDING),
        ("note_arrived", OutboxState.DONE),
        ("let_be", OutboxState.CANCELLED),
    ],
)
def test_admin_of_the_outbox_decides_over_rows(
    as_lead: Browser, lead: User, team: Team, action: str, state: OutboxState
) -> None:
    row = OutboxMessageFactory(team=team, state=OutboxState.UNKNOWN)
    assert "1 changed." in decide(as_lead, action, row)
    row.refresh_from_db()
    assert (row.state, row.handled_by) == (state, lead)
