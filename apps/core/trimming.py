"""Old rows taken away from a table in use: many short statements, none of which holds its locks for long."""

from time import monotonic
from typing import Any

from django.db.models import QuerySet

SLICE = 1_000  # rows of one statement
SECONDS = 10  # several such jobs come due at once, and the canary must not take them for a standstill


def trim(old: QuerySet[Any]) -> int:
    """Remove the rows of the queryset, in its order, as far as the time allows; the number removed.

    It is asked anew for each slice: give it an order that an index serves. Call it outside any transaction.
    """
    until, gone = monotonic() + SECONDS, 0
    while monotonic() < until:
        removed = old.model._default_manager.filter(pk__in=old[:SLICE].values("pk")).delete()[0]
        gone += removed
        if removed < SLICE:
            break
    return gone
