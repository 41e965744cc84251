"""What pages show of the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox.registry import is_labelled, label_of

MOST_ROWS = 50  # of one subject


@dataclass(frozen=True)
class Shown:
    """A row as people read it: a chip (tone, icon, word), and a sentence where something went wrong."""

    pk: int
    label: str
    tone: str
    icon: str
    word: str
    sentence: str
    next_at: datetime | None
    is_stuck: bool
    may_have_arrived: bool


# tone, icon and word by state and whether it was sent or is there
LOOKS = {
    (OutboxState.PENDING, False): ("plain", "clock", "Queued"),
    (OutboxState.PENDING, True): ("accent", "hourglass", "Sent, not confirmed yet"),
    (OutboxState.RUNNING, False): ("accent", "clock", "Under way"),
    (OutboxState.RUNNING, True): ("accent", "send", "Sent, not confirmed yet"),
    (OutboxState.DONE, False): ("ok", "circle-check", "Done"),
    (OutboxState.DONE, True): ("ok", "circle-check", "Confirmed"),
    (OutboxState.FAILED, False): ("bad", "circle-x", "Failed"),
    (OutboxState.FAILED, True): ("bad", "circle-x", "Failed"),
    (OutboxState.UNKNOWN, False): ("warn", "triangle-alert", "Needs a hand"),
    (OutboxState.UNKNOWN, True): ("warn", "triangle-alert", "Needs a hand"),
    (OutboxState.CANCELLED, False): ("plain", "ban", "Cancelled"),
    (OutboxState.CANCELLED, True): ("plain", "ban", "Cancelled"),
}

SEEN = ("ok", "circle-check", "Seen there by a person")


def rows_of_subject(user: Any, subject: str) -> list[Shown]:
    """What became of what the subject caused, the oldest first; of the user's team only.

    A handler without a label is machinery: it is shown where somebody must deal with it.
    """
    rows = OutboxMessage.objects.visible_to(user).filter(subject=subject).order_by("id")[:MOST_ROWS]
    return [show(row) for row in rows if is_labelled(row.handler) or row.state in OutboxMessage.STUCK]


def show(row: OutboxMessage) -> Shown:
    state = OutboxState(row.state)
    stuck, waits = state in OutboxMessage.STUCK, state == OutboxState.PENDING
    return Shown(
        row.pk,
        label_of(row.handler),
        *(SEEN if _was_seen(row) else LOOKS[state, row.sent_at is not None or _is_there(row)]),
        sentence=row.error if stuck or waits else "",
        next_at=row.due_at if waits and row.error else None,
        is_stuck=stuck,
        may_have_arrived=state == OutboxState.UNKNOWN,
    )


def _was_seen(row: OutboxMessage) -> bool:
    """Whether only a person says that it arrived; an attempt that ends well leaves no error."""
    return row.state == OutboxState.DONE and row.handled_by_id is not None and bool(row.error)


def _is_there(row: OutboxMessage) -> bool:
    """Whether its side, which may be one inside the house that nobody calls, said under what id it has it."""
    return bool(row.side and row.external_id)


def stuck_counts(user: Any) -> dict[str, int]:
    """How many rows are failed and how many unknown: of the user's team, of all teams for the platform's people."""
    rows = OutboxMessage.objects.filter(state__in=OutboxMessage.STUCK)
    mine = rows.filter(team_id=user.team_id) if user.team_id else rows
    found = dict(mine.values_list("state").annotate(Count("id")))
    return {state: found.get(state, 0) for state in OutboxMessage.STUCK}
