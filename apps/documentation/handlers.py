"""Notes that are written down when a session changes hands or ends."""

from apps.core.models import OutboxMessage
from apps.core.outbox import Failed, on
from apps.documentation.selectors import NoteWithheld
from apps.documentation.services import store_escalation, store_resolution


@on("session.handed_over", label="Escalation note")
def write_escalation(message: OutboxMessage) -> str:
    try:
        return str(store_escalation(message.payload["session"], message.payload["record"]).pk)
    except NoteWithheld as withheld:
        raise Failed(str(withheld)) from withheld


@on("session.ended", label="Resolution note")
def write_resolution(message: OutboxMessage) -> str:
    try:
        return str(store_resolution(message.payload["session"]).pk)
    except NoteWithheld as withheld:
        raise Failed(str(withheld)) from withheld
