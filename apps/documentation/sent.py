"""What pages show of notes that were sent to their tickets."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.core.models import Member
from apps.core.paging import Keyset, Page, moment
from apps.documentation.models import Push, PushPart
from apps.documentation.preview import NotPossible, target_of
from apps.sessions.models import FlowSession

NEWEST = Keyset("created_at", moment)
PAGE = 50
SHOWN = 20  # of one session


@dataclass(frozen=True)
class Sent:
    """A push, the parts that wait for their turn, and those that stand in the PSA otherwise than they were meant."""

    push: Push
    waiting: Sequence[PushPart]
    alarms: Sequence[PushPart]


def sent_of(flow_session: FlowSession) -> list[Sent]:
    """What was sent of a session, the newest first."""
    rows = Push.objects.filter(flow_session=flow_session).order_by("-id")
    return [_sent(push) for push in _beside(rows)[:SHOWN]]


def page_of_sent(user: Member, before: str) -> Page[Push]:
    """What the team sent, the newest first."""
    return NEWEST.page([_beside(Push.objects.visible_to(user))], before, PAGE)


def why_not(flow_session: FlowSession) -> str:
    """Why nothing can be sent to the session's ticket now, in a sentence; "" where it can."""
    try:
        target_of(flow_session)
    except NotPossible as reason:
        return str(reason)
    return ""


def _beside(rows: QuerySet[Push]) -> QuerySet[Push]:
    return rows.select_related("ticket", "by", "replaces", "flow_session").prefetch_related("parts")


def _sent(push: Push) -> Sent:
    parts = push.parts.all()
    return Sent(push, [part for part in parts if part.queued_at is None], [part for part in parts if part.alarm])
