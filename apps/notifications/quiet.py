"""When quiet hours end: pure arithmetic over a person's zone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Quiet:
    """From `start` on each of the days (Monday is 0) until `end`, in the zone."""

    start: time
    end: time
    days: Collection[int]
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that now lies in; None outside of them."""
        today = now.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            begin, end = self._span(day)
            if day.weekday() in self.days and begin <= now < end:
                return end
        return None

    def _span(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.end > self.start else day + timedelta(days=1)
        return self._moment(day, self.start), self._moment(last, self.end)

    def _moment(self, day: date, clock: time) -> datetime:
        """In UTC, since two times of one zone compare by their clocks and not by their moments."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)
