"""What people change about a note, and notes that are written down."""

from django.db import transaction
from django.utils import timezone

from apps.documentation.models import DocumentKind, RestoredHit, StoredDocument
from apps.documentation.redacted import Removed, SafeNote
from apps.documentation.render import render_psa
from apps.documentation.selectors import safe_escalation_of, safe_note_of
from apps.sessions.models import FlowSession, RecordKind
from apps.sessions.rows import session_of
from apps.teams.models import User


class NotInNote(Exception):
    """The value is not among those that were removed from the note."""


def restore_hit(pk: int, *, by: User, fingerprint: str) -> RestoredHit:
    """Let a value that is no secret back into the notes of a session; doing it again changes nothing.

    Raises FlowSession.DoesNotExist, NoteWithheld, NotInNote.
    """
    flow_session = session_of(by, pk)
    known = RestoredHit.objects.filter(flow_session=flow_session, fingerprint=fingerprint).first()
    return known or _restore(flow_session, by, _removed_hit(flow_session, fingerprint))


def mask_again(pk: int, *, by: User, fingerprint: str) -> None:
    """Remove a restored value from the notes of a session again. Raises FlowSession.DoesNotExist."""
    flow_session = session_of(by, pk)
    with transaction.atomic():
        RestoredHit.objects.filter(flow_session=flow_session, fingerprint=fingerprint).delete()


def store_escalation(pk: int, ordinal: int) -> StoredDocument:
    """Write down the note of the handoff at a record; a second time nothing changes. Raises NoteWithheld."""
    flow_session = FlowSession.objects.get(pk=pk)
    return _store(flow_session, DocumentKind.ESCALATION, ordinal, safe_escalation_of(flow_session, ordinal))


def store_resolution(pk: int) -> StoredDocument:
    """Write down the note of an ended session; a second time nothing changes. Raises NoteWithheld."""
    flow_session = FlowSession.objects.get(pk=pk)
    end = flow_session.records.filter(kind=RecordKind.END).latest("ordinal")
    return _store(flow_session, DocumentKind.RESOLUTION, end.ordinal, safe_note_of(flow_session))


@transaction.atomic
def _store(flow_session: FlowSession, kind: str, number: int, note: SafeNote) -> StoredDocument:
    given = {"team_id": flow_session.team_id, "body": render_psa(note.document)}
    row, _is_new = StoredDocument.objects.get_or_create(
        flow_session=flow_session, kind=kind, number=number, defaults=given
    )
    return row


def _removed_hit(flow_session: FlowSession, fingerprint: str) -> Removed:
    for hit in safe_note_of(flow_session).removed:
        if hit.fingerprint == fingerprint:
            return hit
    raise NotInNote("That value is not in the note any more. Nothing was changed.")


@transaction.atomic
def _restore(flow_session: FlowSession, by: User, hit: Removed) -> RestoredHit:
    given = {"team_id": flow_session.team_id, "kind": hit.kind, "restored_by": by, "restored_at": timezone.now()}
    row, _is_new = RestoredHit.objects.get_or_create(
        flow_session=flow_session, fingerprint=hit.fingerprint, defaults=given
    )
    return row
