import pytest
from django.test import Client

from apps.core.models import OutboxMessage
from apps.core.outbox import Failed
from apps.documentation import selectors
from apps.documentation.handlers import write_escalation, write_resolution
from apps.documentation.models import StoredDocument
from apps.sessions.models import FlowSession
from apps.sessions.services.lifecycle import resolve_session
from apps.teams.models import User
from tests.documentation.conftest import SECRET
from tests.factories.escalations import handed_over
from tests.factories.sessions import started_session

ASKED = f"The router's password is {SECRET}, which policy matches?"


@pytest.fixture
def begun(engineer: User) -> FlowSession:
    return started_session(engineer)


def row_of(topic: str) -> OutboxMessage:
    return OutboxMessage.objects.get(topic=topic, handler__startswith="apps.documentation")


def test_handoff_is_written_down_once_without_secrets(begun: FlowSession) -> None:
    handoff = handed_over(begun, notes=ASKED)
    first, second = (write_escalation(row_of("session.handed_over")) for _ in range(2))
    stored = StoredDocument.objects.get()
    assert first == second == str(stored.pk)
    assert (stored.kind, stored.number, stored.team) == ("escalation", handoff.from_ordinal, begun.team)
    assert "which policy matches?" in stored.body
    assert SECRET not in stored.body


def test_end_is_written_down_once(begun: FlowSession, engineer: User) -> None:
    resolve_session(begun.pk, by=engineer, revision=begun.revision, outcome="resolved", closing_note="New router")
    first, second = (write_resolution(row_of("session.ended")) for _ in range(2))
    stored = StoredDocument.objects.get()
    assert first == second == str(stored.pk)
    assert stored.kind == "resolution"
    assert "New router" in stored.body


@pytest.mark.parametrize("topic", ["session.handed_over", "session.ended"])
def test_note_that_cannot_be_made_safe_is_not_written_down(
    begun: FlowSession, engineer: User, monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    handed_over(begun)
    other = started_session(engineer)
    resolve_session(other.pk, by=engineer, revision=other.revision, outcome="resolved")
    monkeypatch.delattr(selectors, "redact_document")
    write = write_escalation if topic == "session.handed_over" else write_resolution
    with pytest.raises(Failed, match="Nothing was sent"):
        write(row_of(topic))
    assert not StoredDocument.objects.exists()


def test_pick_up_screen_says_what_becomes_of_the_note(as_engineer: Client, begun: FlowSession) -> None:
    handoff = handed_over(begun)
    page = as_engineer.get(handoff.get_absolute_url(), follow=True).content.decode()
    assert "Being written. You need not wait for it." in page
    assert f"outbox:handoff:{handoff.pk} from:body" in page
    write_escalation(row_of("session.handed_over"))
    card = as_engineer.get(f"/pilot/{begun.pk}/escalation-note/{handoff.from_ordinal}/").content.decode()
    assert "No PSA is connected: copy the note into the ticket." in card
