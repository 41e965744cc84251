"""Weekly shifts. Pure: no database, no clock."""

from datetime import datetime, time


def is_on_shift(weekday: int, begins: time, ends: time, local: datetime) -> bool:
    """Whether a weekly shift covers the moment ``local`` (in the team's zone)."""
    now, today = local.time(), local.weekday()
    if begins < ends:
        return today == weekday and begins <= now < ends
    return (today == weekday and now >= begins) or (today == (weekday + 1) % 7 and now < ends)
