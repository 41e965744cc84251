"""The preview of a push: in the PSA's words, with what the team's hours say, and in two tabs at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
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
    assert "They count as Remote." in html
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


def form_of(browser: Browser, flow_session: FlowSession, **typed: str) -> dict[str, str]:
    """What a tab that is open now sends, with what somebody typed in it."""
    form = browser.get(address(flow_session)).context["form"]
    return {"seen": form["seen"].value(), "note_kind": "internal", "hours": "0", **typed}


def test_of_two_tabs_one_sends_and_the_other_keeps_what_was_typed(as_engineer: Browser, resolved: FlowSession) -> None:
    first = form_of(as_engineer, resolved)
    second = form_of(as_engineer, resolved, hours="0.75", note_kind="discussion")
    assert as_engineer.post(address(resolved), first).status_code == 302
    answer = as_engineer.post(address(resolved), second)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert f"{resolved.owner} sent this very text to #48213 at" in html
    assert 'value="0.75"' in html
    assert re.search(r'value="discussion"[^>]*checked', html)
    assert Push.objects.count() == 1
    assert "There is nothing new to send." in html
    assert "Send now" not in html


def test_note_that_was_edited_in_another_tab_is_shown_anew_beside_what_was_typed(
    as_engineer: Browser, resolved: FlowSession
) -> None:
    typed = form_of(as_engineer, resolved, hours="0.75")
    note = StepRecordFactory(flow_session=resolved, ordinal=3, kind="note", note="The router was replaced")
    answer = as_engineer.post(address(resolved), typed)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The note has changed since you saw it." in html
    assert html.count(note.note) > 1
    assert 'value="0.75"' in html
    assert not Push.objects.exists()
    again = {**typed, "seen": answer.context["form"]["seen"].value()}
    assert as_engineer.post(address(resolved), again).status_code == 302
    assert note.note in Push.objects.get().body


def test_click_by_htmx_is_led_on_and_a_refusal_is_a_part_of_the_page(
    as_engineer: Browser, resolved: FlowSession
) -> None:
    typed, htmx = form_of(as_engineer, resolved), {"HX-Request": "true", "HX-Request-Type": "partial"}
    wrong = as_engineer.post(address(resolved), typed | {"hours": "-1"}, headers=htmx)
    assert (wrong.status_code, b"<html" in wrong.content) == (422, False)
    sent = as_engineer.post(address(resolved), typed, headers=htmx)
    assert sent.headers["HX-Redirect"] == reverse("documentation:note-page", args=[resolved.pk])


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_click_at_the_same_moment_make_one_push(resolved: FlowSession, engineer: User) -> None:
    browser = Browser()
    browser.force_login(engineer)
    typed, gate = form_of(browser, resolved), Barrier(2)

    def click(_: int) -> int:
        tab = Browser()
        tab.cookies.update(browser.cookies)
        gate.wait(10)
        try:
            return tab.post(address(resolved), typed).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [302, 409]
    assert Push.objects.count() == 1
