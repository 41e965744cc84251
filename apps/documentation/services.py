"""What people change about a note."""

from django.db import transaction
from django.utils import timezone

from apps.documentation.models import RestoredHit
from apps.documentation.redacted import Removed
from apps.documentation.selectors import safe_note_of
from apps.sessions.models import FlowSession
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
