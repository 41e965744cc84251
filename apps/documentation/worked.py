"""When the time of a session was spent: within its team's business hours, or outside of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.sessions.models import FlowSession
from apps.teams.selectors import hours_of


@dataclass(frozen=True)
class Worked:
    """Active time, and how much of it lay outside business hours."""

    spent: timedelta = timedelta()
    late: timedelta = timedelta()

    @property
    def is_late(self) -> bool:
        """A time entry has one work type: that of the greater part."""
        return self.late * 2 > self.spent


def worked_since(flow_session: FlowSession, since: datetime | None) -> Worked:
    """Of the steps that ended after a moment. A step's active time is taken to lie right before its end."""
    rows = flow_session.records.filter(active_seconds__gt=0)
    rows = rows.filter(left_at__gt=since) if since else rows
    steps = [(end - timedelta(seconds=seconds), end) for end, seconds in rows.values_list("left_at", "active_seconds")]
    if not steps:
        return Worked()
    hours = hours_of(flow_session.team, since=(min(steps)[0] - timedelta(days=1)).date())
    spent = sum((end - begin for begin, end in steps), timedelta())
    return Worked(spent, spent - sum((hours.within(begin, end) for begin, end in steps), timedelta()))
