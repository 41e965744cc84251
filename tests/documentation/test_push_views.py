"""The preview of a push: in the PSA's words, with what the team's hours say, and in two tabs at once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.documentation.models import Push
from apps.documentation.preview import preview_of
from apps.psa.models import BoardRule
from apps.sessions.models import FlowSession
from apps.teams.models import Holiday, User
from tests.factories.psa import ConnectionFactory
from tests.factories.sessions import StepRecordFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)  # teams work from 8 to 18 unless they say otherwise
NAMES = {"status_resolved": "Completed", "type": "Network", "item": "VPN", "work_type": "Remote"}
LATE = {"after_hours_work_type": "Remote at night", "after_hours_work_role": "On call"}


@pytest.fixture
def resolved(flow_session: FlowSession) -> FlowSession:
    """The finished session, with its ticket on a board that has a rule."""
    ticket = flow_session.ticket
    ticket.connection, ticket.board = ConnectionFactory(team=flow_session.team), "1"
    ticket.save()
    ids = {name: str(number) for number, name in enumerate([*NAMES, *LATE], start=410)}
    given = {"team": flow_session.team, "connection": ticket.connection, "external_id": "1", "name": "Helpdesk"}
    BoardRule.objects.create(**given, **ids, names=NAMES | LATE, after_hours_is_billable=False)
    flow_session.records.update(active_seconds=0)
    return flow_session


def address(flow_session: FlowSession) -> str:
    return reverse("documentation:push", args=[flow_session.pk])


def shown(browser: Browser, flow_session: FlowSession) -> str:
    return browser.get(address(flow_session)).content.decode()


def took(flow_session: FlowSession, end: datetime, minutes: int) -> None:
    last = flow_session.records.order_by("ordinal").last()
    StepRecordFactory(
        flow_session=flow_session,
        ordinal=last.ordinal + 1 if last else 1,
        entered_at=end - timedelta(minutes=minutes),
        left_at=end,
        active_seconds=minutes * 60,
    )


def test_preview_names_what_is_set_as_the_psa_does(as_engineer: Browser, resolved: FlowSession) -> None:
    html = shown(as_engineer, resolved)
    assert "Set the status to Completed" in html
    assert "Set the type to Network · VPN" in html
    assert "Entered as Remote." in html
    assert "Outside business hours: Remote at night, On call, not billable" in html
    assert "id 41" not in html


def test_what_was_typed_as_an_id_is_named_so(as_engineer: Browser, resolved: FlowSession) -> None:
    BoardRule.objects.update(names={})
    assert "Set the status to id 410" in shown(as_engineer, resolved)


@pytest.mark.parametrize(
    ("end", "minutes", "is_late"),
    [
        (TUESDAY, 40, False),
        (TUESDAY.replace(hour=21), 40, True),
        (TUESDAY.replace(hour=18, minute=30), 40, True),  # the greater part
        (TUESDAY.replace(hour=18, minute=10), 40, False),
        (TUESDAY + timedelta(days=2), 40, True),  # a holiday of the team
        (TUESDAY + timedelta(days=4), 40, True),  # a Saturday
    ],
)
def test_time_outside_business_hours_is_ticked_by_itself(
    as_engineer: Browser, resolved: FlowSession, end: datetime, minutes: int, is_late: bool
) -> None:
    Holiday.objects.create(team=resolved.team, day=date(2026, 11, 26), name="Thanksgiving")
    took(resolved, end, minutes)
    form = as_engineer.get(address(resolved)).context["form"]
    assert form["after_hours"].value() is is_late


def test_time_outside_business_hours_is_by_the_clock_of_the_team(as_engineer: Browser, resolved: FlowSession) -> None:
    type(resolved.team).objects.update(time_zone="Asia/Tokyo")
    took(resolved, TUESDAY, 40)  # seven in the evening there
    assert as_engineer.get(address(resolved)).context["form"]["after_hours"].value() is True
    assert "40 of 40 minutes were outside your team&#x27;s hours." in shown(as_engineer, resolved)


def test_time_that_was_entered_before_has_no_say(as_engineer: Browser, resolved: FlowSession, engineer: User) -> None:
    took(resolved, TUESDAY.replace(hour=23), 90)
    seen = preview_of(resolved, engineer).digest
    as_engineer.post(address(resolved), {"seen": seen, "note_kind": "internal", "hours": "1.5", "after_hours": "on"})
    Push.objects.update(created_at=TUESDAY + timedelta(hours=20))
    took(resolved, TUESDAY + timedelta(days=1), 30)
    worked = preview_of(resolved, engineer).worked
    assert (worked.spent, worked.late) == (timedelta(minutes=30), timedelta())


def test_tick_is_a_correction(as_engineer: Browser, resolved: FlowSession, engineer: User) -> None:
    took(resolved, TUESDAY.replace(hour=21), 60)
    as_engineer.post(
        address(resolved), {"seen": preview_of(resolved, engineer).digest, "note_kind": "internal", "hours": "1"}
    )
    assert Push.objects.get().parts.get(kind="time").details["work_type"] == "413"
