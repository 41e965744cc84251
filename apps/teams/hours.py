"""Business hours. Pure: no database, no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_WAIT = 366  # days to look for an open one


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """From ``opens`` to ``closes`` on ``weekdays`` (0 is Monday), holidays apart, by the clock of ``zone``."""

    opens: time
    closes: time
    weekdays: Collection[int]
    zone: ZoneInfo
    holidays: Collection[date] = ()

    def is_open_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def window(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing as moments of UTC: a day on which the clock changes is as long as it really is."""
        utc = ZoneInfo("UTC")
        opens = datetime.combine(day, self.opens, self.zone).astimezone(utc)
        return opens, datetime.combine(day, self.closes, self.zone).astimezone(utc)

    def within(self, begins: datetime, ends: datetime) -> timedelta:
        """How much of the time from one moment to another lies in business hours."""
        first, last = (moment.astimezone(self.zone).date() for moment in (begins, ends))
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        windows = [self.window(day) for day in days if self.is_open_on(day)]
        return sum((max(min(closes, ends) - max(opens, begins), timedelta()) for opens, closes in windows), timedelta())


def due_after(start: datetime, minutes: int, hours: BusinessHours, *, around_the_clock: bool = False) -> datetime:
    """The moment at which so many business minutes have passed since ``start`` (aware, as is the answer).

    Where a team has no open day within a year, the minutes count around the clock: late is better than never.
    """
    left = timedelta(minutes=minutes)
    if around_the_clock:
        return start + left
    first = start.astimezone(hours.zone).date()
    for day in (first + timedelta(days=n) for n in range(LONGEST_WAIT)):
        if not hours.is_open_on(day):
            continue
        opens, closes = hours.window(day)
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= max(closes - begin, timedelta())
    return start + timedelta(minutes=minutes)
