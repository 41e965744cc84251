"""A session's clock: active time is the sum of the gaps between its owner's saves. Pure."""

from dataclasses import dataclass
from datetime import datetime

LONGEST_GAP = 600  # seconds; a longer gap is in question, not dropped


@dataclass(frozen=True, slots=True)
class Gap:
    """Seconds since the last save, as work or as time in question."""

    active: int
    away: int


def gap_between(last: datetime | None, now: datetime) -> Gap:
    """Sort the time since the last save; none while the clock stood still."""
    seconds = max(0, int((now - last).total_seconds())) if last else 0
    return Gap(seconds, 0) if seconds <= LONGEST_GAP else Gap(0, seconds)
