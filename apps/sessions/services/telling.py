"""What people are told of sessions: one that was paused comes back, a teammate added a note."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from apps.notifications.kinds import Action
from apps.notifications.services import notify
from apps.sessions.models import FlowSession, Status, StepRecord
from apps.sessions.notices import NOTE_ADDED, WOKE
from apps.sessions.services.change import LISTED, tell
from apps.sessions.services.secrets import title_for_others

MOST_AT_ONCE = 500
NOTE_SHOWN = 200  # signs of a note


def wake_sessions() -> int:
    """Tell the owners of the sessions whose time has come, each once; return how many sessions that were."""
    now = timezone.now()
    asleep = FlowSession.objects.filter(status=Status.PAUSED, woken_at=None, wake_at__lte=now)
    due = asleep.order_by("wake_at", "id").values_list("pk", flat=True)[:MOST_AT_ONCE]
    return sum(_wake(pk, now) for pk in due)


@transaction.atomic
def _wake(pk: int, now: datetime) -> bool:
    """False when it was resumed, put off or told of since it was seen."""
    asleep = FlowSession.objects.filter(pk=pk, status=Status.PAUSED, woken_at=None, wake_at__lte=now)
    if not asleep.update(woken_at=now):
        return False
    flow_session = FlowSession.objects.select_related("team", "owner", "client").get(pk=pk)
    client = flow_session.client.name if flow_session.client else ""
    notify(
        WOKE,
        team=flow_session.team,
        recipients=[flow_session.owner],
        subject=flow_session.subject,
        title=f"Back: {', '.join(filter(None, [title_for_others(flow_session), client]))}",
        body=f"{flow_session.get_pause_reason_display()}.",
        url=flow_session.get_absolute_url(),
        actions=[
            Action("Resume", reverse("sessions:session-go-on", args=[pk]), primary=True),
            Action("In an hour", reverse("sessions:session-snooze", args=[pk])),
        ],
    )
    tell(flow_session, LISTED)
    return True


def tell_owner_of_note(flow_session: FlowSession, record: StepRecord) -> None:
    """Of a note by a teammate; the owner's own is no news. Last in the transaction."""
    notify(
        NOTE_ADDED,
        team=flow_session.team,
        recipients=[flow_session.owner],
        subject=flow_session.subject,
        title=f"{record.actor.name} added a note: {title_for_others(flow_session)}",
        body=Truncator(record.note).chars(NOTE_SHOWN),
        url=flow_session.get_absolute_url(),
        by=record.actor,
    )
