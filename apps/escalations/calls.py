"""Calling people to a handoff: at once, and again in wider circles while nobody comes."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from apps.core.live import publish, team_channel
from apps.escalations import notices
from apps.escalations.models import LAST_ROUND, HandoffStatus, Intent, SessionHandoff
from apps.escalations.selectors import audience, due_time
from apps.notifications.kinds import Action, NoticeKind
from apps.notifications.services import notify
from apps.sessions.services.secrets import mask
from apps.teams.models import User

MOST_AT_ONCE = 200

WANTS = {
    Intent.ESCALATE: "needs a senior",
    Intent.PARK: "left a session for others",
    Intent.ASK: "asks a question",
}

log = logging.getLogger(__name__)


def show(handoff: SessionHandoff) -> None:
    """Open pages of the team learn that a handoff of this session is another one now."""
    publish(team_channel(handoff.team_id), "handoff", {"id": handoff.flow_session_id})


def tell(handoff: SessionHandoff, now: datetime) -> None:
    """Call whoever is to hear of it in this round; of what is parked, its target alone. Last in the transaction."""
    if handoff.intent == Intent.PARK:
        kind = notices.OVERDUE if handoff.round else notices.YOURS
        return _call(kind, handoff, [handoff.target] if handoff.target else [])
    told = audience(handoff.team, handoff.created_by, handoff.target, handoff.round, now)
    _call(notices.YOURS, handoff, told.called)
    return _call(notices.OVERDUE if handoff.round else notices.OPEN, handoff, told.others)


def _call(kind: NoticeKind, handoff: SessionHandoff, people: Sequence[User]) -> None:
    flow_session, author = handoff.flow_session, handoff.created_by
    asks, url = handoff.intent == Intent.ASK, handoff.get_absolute_url()
    title = f"{author.name} {WANTS[Intent(handoff.intent)]}"
    about = [flow_session.client.name if flow_session.client else "", mask(flow_session, flow_session.title)]
    pick_up = Action("Pick up", reverse("escalations:handoff-claim", args=[handoff.pk]), primary=True)
    read = Action("Read briefing", url, is_link=True)
    answer = Action("Answer", url, primary=True, is_link=True)
    notify(
        kind,
        team=handoff.team,
        recipients=people,
        subject=handoff.subject,
        title=f"Overdue: {title}" if handoff.round else title,
        body=f"{' · '.join(filter(None, about))}. {handoff.get_reason_display()}.",
        url=url,
        by=author,
        actions=(answer,) if asks else (pick_up, read),
    )


def tell_overdue() -> int:
    """Call again, and a wider circle, where nobody picked up in time; return how many handoffs that were.

    Once everybody has been called it stays overdue, as the queue and the leads' bar show, and nobody is called again.
    However long this did not run, each is called once and is due anew from now: nothing old is sent late. One that
    cannot be called for does not keep the others waiting.
    """
    now = timezone.now()
    due = SessionHandoff.objects.open().filter(due_at__lte=now, round__lt=LAST_ROUND)
    due = due.order_by("due_at", "id")[:MOST_AT_ONCE]
    return sum(_tried(handoff, now) for handoff in due.select_related("team"))


def _tried(handoff: SessionHandoff, now: datetime) -> bool:
    try:
        return _tell_again(handoff, now)
    except Exception:
        log.exception("%s could not be called for", handoff)
        return False


@transaction.atomic
def _tell_again(seen: SessionHandoff, now: datetime) -> bool:
    """False when somebody closed it, or called for it, since it was seen."""
    due_at = due_time(seen.team, seen.priority, now)
    same = SessionHandoff.objects.filter(pk=seen.pk, status=HandoffStatus.OPEN, due_at=seen.due_at)
    if not same.update(due_at=due_at, round=F("round") + 1):
        return False
    tell(
        SessionHandoff.objects.select_related("team", "created_by__team", "target", "flow_session__client").get(
            pk=seen.pk
        ),
        now,
    )
    return True
