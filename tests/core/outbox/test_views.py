from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox.selectors import rows_of_subject
from apps.teams.models import User
from tests.factories.outbox import OutboxMessageFactory

SUBJECT = "session:1"
HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def page(browser: Browser) -> str:
    return browser.get(reverse("outbox-subject", args=[SUBJECT])).content.decode()


def decide(browser: Browser, row: OutboxMessage, decision: str, **headers: str):
    return browser.post(reverse("outbox-decide", args=[row.pk, decision]), headers=headers)


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("state", OutboxState)
def test_rows_of_subject_have_a_look_in_every_state(engineer: User, state: OutboxState, sent: bool) -> None:
    OutboxMessageFactory(team=engineer.team, state=state, sent_at=timezone.now() if sent else None)
    (row,) = rows_of_subject(engineer, SUBJECT)
    assert (row.label, row.is_stuck) == ("Note", state in OutboxMessage.STUCK)
    assert row.word


@pytest.mark.parametrize(
    ("sent", "side", "external_id", "word"),
    [
        (True, "psa:3", "77", "Confirmed"),
        (False, "psa:3", "77", "Confirmed"),  # the demo PSA is in the house: nothing is called
        (False, "psa:3", "", "Done"),
        (False, "", "77", "Done"),
    ],
)
def test_row_is_confirmed_that_was_sent_or_that_its_side_has(
    engineer: User, sent: bool, side: str, external_id: str, word: str
) -> None:
    OutboxMessageFactory(
        team=engineer.team,
        state=OutboxState.DONE,
        sent_at=timezone.now() if sent else None,
        side=side,
        external_id=external_id,
    )
    (row,) = rows_of_subject(engineer, SUBJECT)
    assert row.word == word


@pytest.mark.parametrize(
    ("error", "word"), [("It may have arrived.", "Seen there by a person"), ("", "Confirmed")], ids=["seen", "retried"]
)
def test_row_that_only_a_person_saw_does_not_read_as_confirmed(engineer: User, error: str, word: str) -> None:
    OutboxMessageFactory(
        team=engineer.team,
        state=OutboxState.DONE,
        sent_at=timezone.now(),
        handled_by=engineer,
        error=error,
    )
    (row,) = rows_of_subject(engineer, SUBJECT)
    assert row.word == word


@pytest.mark.parametrize("state", OutboxState)
def test_rows_of_subject_without_a_label_are_shown_where_they_are_stuck(engineer: User, state: OutboxState) -> None:
    OutboxMessageFactory(team=engineer.team, state=state, handler="tests.nobody")
    assert bool(rows_of_subject(engineer, SUBJECT)) == (state in OutboxMessage.STUCK)


def test_rows_of_subject_say_why_and_when_next(engineer: User) -> None:
    due_at = timezone.now() + timedelta(minutes=5)
    OutboxMessageFactory(team=engineer.team, error="Busy.", due_at=due_at)
    (row,) = rows_of_subject(engineer, SUBJECT)
    assert (row.word, row.sentence, row.next_at) == ("Queued", "Busy.", due_at)


def test_subject_shows_rows_of_the_own_team_only(as_engineer: Browser, engineer: User, outsider: User) -> None:
    OutboxMessageFactory(team=outsider.team)
    assert "Queued" not in page(as_engineer)
    OutboxMessageFactory(team=engineer.team)
    assert "Queued" in page(as_engineer)


def test_subject_asks_for_itself_when_a_row_of_it_changes(as_engineer: Browser) -> None:
    assert 'hx-trigger="outbox:session:1 from:body, live:refresh from:body"' in page(as_engineer)
    assert 'hx-get="/outbox/session:1/"' in page(as_engineer)


def test_subject_offers_a_hand_to_those_who_may(client: Browser, engineer: User, viewer: User) -> None:
    OutboxMessageFactory(team=engineer.team, state=OutboxState.UNKNOWN, error="It may have arrived.")
    for user, offered in ((engineer, True), (viewer, False)):
        client.force_login(user)
        text = page(client)
        assert "It may have arrived." in text
        assert ("Try again" in text) is offered
        assert ("It arrived" in text) is offered


def test_subject_of_a_failed_row_does_not_ask_whether_it_arrived(as_engineer: Browser, engineer: User) -> None:
    OutboxMessageFactory(team=engineer.team, state=OutboxState.FAILED)
    assert "Try again" in page(as_engineer)
    assert "It arrived" not in page(as_engineer)


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ("retry", OutboxState.PENDING),
        ("arrived", OutboxState.DONE),
        ("cancel", OutboxState.CANCELLED),
    ],
)
def test_decide_changes_the_row_and_answers_the_fragment(
    as_engineer: Browser, engineer: User, decision: str, state: OutboxState
) -> None:
    row = OutboxMessageFactory(team=engineer.team, state=OutboxState.UNKNOWN)
    response = decide(as_engineer, row, decision, **HX)
    row.refresh_from_db()
    assert (response.status_code, row.state, row.handled_by) == (200, state, engineer)
    assert 'id="outbox-session:1"' in response.content.decode()


def test_decide_without_javascript_goes_back_to_the_page(as_engineer: Browser, engineer: User) -> None:
    row = OutboxMessageFactory(team=engineer.team, state=OutboxState.FAILED)
    response = decide(as_engineer, row, "retry", Referer="http://testserver/pilot/1/note/")
    assert response.headers["Location"] == "/pilot/1/note/"


def test_decide_on_a_row_that_moved_on_is_409_with_its_state(as_engineer: Browser, engineer: User) -> None:
    row = OutboxMessageFactory(team=engineer.team, state=OutboxState.DONE)
    response = decide(as_engineer, row, "retry", **HX)
    assert response.status_code == 409
    assert "Done" in response.content.decode()
    assert "Something else happened to it in the meantime." in response.content.decode()


def test_decide_something_unknown_is_404(as_engineer: Browser, engineer: User) -> None:
    row = OutboxMessageFactory(team=engineer.team, state=OutboxState.FAILED)
    assert decide(as_engineer, row, "explode").status_code == 404


def test_outbox_tag_draws_the_rows_on_any_page(engineer: User) -> None:
    OutboxMessageFactory(team=engineer.team, state=OutboxState.UNKNOWN)
    request = RequestFactory().get("/")
    request.user = engineer
    text = Template('{% load outbox %}{% outbox "session:1" %}').render(Context({"request": request}))
    assert "Needs a hand" in text
    assert "Try again" in text
