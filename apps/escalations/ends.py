"""What becomes of handoffs when their session ends or goes on without anybody having picked it up."""

from django.db import transaction

from apps.escalations import notices
from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.services import HandoffManager


def close_ended(session_pk: int) -> None:
    """The session has ended: close its handoffs, and tell who handed it over what became of it. Once."""
    with transaction.atomic():
        waiting = (HandoffStatus.OPEN, HandoffStatus.CLAIMED)
        rows = SessionHandoff.objects.filter(flow_session_id=session_pk, status__in=waiting)
        rows = rows.select_related("team", "flow_session__owner", "created_by").order_by("pk")
        for handoff in rows.select_for_update(of=("self",), no_key=True):
            manager, flow_session = HandoffManager(handoff.flow_session.owner), handoff.flow_session
            manager.close(handoff, HandoffStatus.FINISHED)
            how = flow_session.get_outcome_display() or flow_session.get_status_display().capitalize()
            title = f"{flow_session.owner.name} finished what you handed over"
            manager.tell_author(notices.FINISHED, handoff, title, f"{how}. {flow_session.closing_note}")


def close_resumed(session_pk: int) -> None:
    """The author went on with what was parked, and may have paused since: nobody need take it any more."""
    with transaction.atomic():
        rows = SessionHandoff.objects.filter(flow_session_id=session_pk, status=HandoffStatus.OPEN, intent=Intent.PARK)
        waiting = SessionHandoff.objects.open().filter(flow_session_id=session_pk)
        rows = rows.exclude(pk__in=waiting.values("pk")).select_related("team", "flow_session__owner")
        for handoff in rows.select_for_update(of=("self",), no_key=True):
            HandoffManager(handoff.flow_session.owner).close(handoff, HandoffStatus.TAKEN_BACK)
