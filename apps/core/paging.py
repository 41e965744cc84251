"""Keyset paging: a page begins behind the last row seen, however many rows come before it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


def moment(text: str) -> datetime:
    """Read a time of a cursor. Raise ValueError for what no cursor holds."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not 1900 < found.year < 9000:
        raise ValueError(text)
    return found


@dataclass(frozen=True)
class Keyset:
    """An order by (``column``, id), both falling, or both ``rising``. ``parse`` reads the column from a cursor."""

    column: str
    parse: Callable[[str], Any]
    rising: bool = False

    def cursor(self, row: Model) -> str:
        """The place behind a row, for a URL."""
        value = getattr(row, self.column)
        return f"{value.isoformat() if hasattr(value, 'isoformat') else value}~{row.pk}"

    def is_cursor(self, text: str) -> bool:
        """Whether a text is a place in this order, rather than one that somebody else made."""
        return self.behind(text) != Q()

    def behind(self, cursor: str) -> Q:
        """Rows behind the cursor; all rows when there is none or it cannot be read."""
        value, _, pk = cursor.partition("~")
        try:
            at, last = self.parse(value), int(pk)
        except ValueError:
            return Q()
        # The first condition alone lets an index find the place.
        way = "gt" if self.rising else "lt"
        return Q(**{f"{self.column}__{way}e": at}) & (Q(**{f"{self.column}__{way}": at}) | Q(**{f"pk__{way}": last}))

    def page(self, sources: Iterable[QuerySet[M]], cursor: str, size: int) -> "Page[M]":
        """One page over several querysets, each of which an index can serve in order."""
        behind = self.behind(cursor)
        order = (self.column, "pk") if self.rising else (f"-{self.column}", "-pk")
        rows = [row for rows in sources for row in rows.filter(behind).order_by(*order)[: size + 1]]
        rows.sort(key=lambda row: (getattr(row, self.column), row.pk), reverse=not self.rising)
        return Page(rows[:size], self.cursor(rows[size - 1]) if len(rows) > size else "")


@dataclass(frozen=True)
class Page(Generic[M]):
    """``older`` is the cursor of the next page in the keyset's order, empty on the last one."""

    rows: list[M]
    older: str
