"""Notes that are written down when a session changes hands or ends, and their way into the ticket."""

from collections.abc import Callable
from contextlib import suppress

from apps.core.models import Lane, OutboxMessage
from apps.core.outbox import Failed, on
from apps.core.outbox.jobs import every
from apps.documentation.deliver import (
    change_classification,
    change_status,
    deliver,
    look,
    see_file,
    see_note,
    see_time,
    set_as_wished,
    tell_file,
    tell_note,
    tell_time,
)
from apps.documentation.models import StoredDocument
from apps.documentation.preview import NotPossible
from apps.documentation.pushes import AlreadySent, hand_over_waiting, push_by_itself, tell_of_stuck
from apps.documentation.selectors import NoteWithheld
from apps.documentation.services import store_escalation, store_resolution
from apps.teams.models import User

SECONDS = 45  # several calls to a PSA, each with a time-out of its own


@on("session.handed_over", label="Writing the escalation note")
def write_escalation(message: OutboxMessage) -> str:
    session, record = message.payload["session"], message.payload["record"]
    return _write(message, lambda: store_escalation(session, record), number=record)


@on("session.ended", label="Writing the resolution note")
def write_resolution(message: OutboxMessage) -> str:
    session = message.payload["session"]
    return _write(message, lambda: store_resolution(session))


def _write(message: OutboxMessage, store: Callable[[], StoredDocument], number: int = 0) -> str:
    """Write the note down, and send it where the team wants that always; the page says why it may not be sent."""
    try:
        stored = store()
        with suppress(NotPossible, AlreadySent):
            push_by_itself(message.payload["session"], by=User.objects.get(pk=message.by_id or 0), number=number)
    except NoteWithheld as withheld:
        raise Failed(str(withheld)) from withheld
    return str(stored.pk)


def find_note(message: OutboxMessage) -> str | None:
    return look(message, see_note)


@on("note.pushed", label="Note in the ticket", lane=Lane.SLOW, seconds=SECONDS, ask=find_note)
def send_note(message: OutboxMessage) -> str:
    return deliver(message, tell_note, see_note)


def find_time(message: OutboxMessage) -> str | None:
    return look(message, see_time)


@on("time.pushed", label="Time entry", lane=Lane.SLOW, seconds=SECONDS, ask=find_time)
def send_time(message: OutboxMessage) -> str:
    return deliver(message, tell_time, see_time)


def find_file(message: OutboxMessage) -> str | None:
    return look(message, see_file)


@on("file.pushed", label="The whole note as a file", lane=Lane.SLOW, seconds=SECONDS, ask=find_file)
def send_file(message: OutboxMessage) -> str:
    return deliver(message, tell_file, see_file)


@on("status.pushed", label="Status of the ticket", lane=Lane.SLOW, seconds=SECONDS, resend=True)
def send_status(message: OutboxMessage) -> str:
    return set_as_wished(message, change_status)


@on("classification.pushed", label="Type of the ticket", lane=Lane.SLOW, seconds=SECONDS, resend=True)
def send_classification(message: OutboxMessage) -> str:
    return set_as_wished(message, change_classification)


@every(15)
def go_on_with_pushes() -> None:
    """What waits behind a part that was given up, and who is to hear of that."""
    hand_over_waiting()
    tell_of_stuck()
