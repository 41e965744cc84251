"""What a PSA offers to choose from, asked seldom: kept for two minutes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from django.core.cache import cache

from apps.psa.explain import NO, Explained, explain
from apps.psa.facts import Capability, Named
from apps.psa.line import asked_of
from apps.psa.models import Connection
from apps.psa.providers import Provider
from apps.teams.models import User

KEPT_SECONDS = 120
Ask = Callable[[Provider, str], Sequence[Named]]
BOARDS: Mapping[str, tuple[Capability, Ask]] = {
    "boards": (Capability.BOARDS, lambda psa, board: psa.list_boards()),
}
OF_BOARD: Mapping[str, tuple[Capability, Ask]] = {
    "statuses": (Capability.STATUS, lambda psa, board: psa.list_statuses(board)),
    "types": (Capability.TYPES, lambda psa, board: psa.list_types(board)),
    "subtypes": (Capability.TYPES, lambda psa, board: psa.list_subtypes(board)),
    "items": (Capability.TYPES, lambda psa, board: psa.list_items(board)),
    "work_types": (Capability.TIME, lambda psa, board: psa.list_work_types()),
    "work_roles": (Capability.TIME, lambda psa, board: psa.list_work_roles()),
}


@dataclass(frozen=True)
class Offer:
    """Lists by their names; `problem` says why some are missing."""

    lists: Mapping[str, Sequence[Named]]
    problem: Explained | None = None

    def of(self, name: str) -> Sequence[Named]:
        return self.lists.get(name, ())


def boards_of(connection: Connection, *, by: User) -> Offer:
    return _offer(connection, BOARDS, "", by)


def offer_of_board(connection: Connection, board: str, *, by: User) -> Offer:
    """Statuses, types, subtypes, items, work types and work roles for the tickets of a board."""
    return _offer(connection, OF_BOARD, board, by)


def _offer(connection: Connection, wanted: Mapping[str, tuple[Capability, Ask]], board: str, by: User) -> Offer:
    """The first list that cannot be had ends it: a PSA that is away is not waited for again and again."""
    lists: dict[str, Sequence[Named]] = {}
    try:
        psa = asked_of(connection, by, "lists are read")
        for name, (capability, ask) in wanted.items():
            if capability in psa.capabilities:
                lists[name] = _kept(connection, name, board, partial(ask, psa, board))
    except NO as error:
        return Offer(lists, explain(error))
    return Offer(lists)


def _kept(connection: Connection, name: str, board: str, ask: Callable[[], Sequence[Named]]) -> Sequence[Named]:
    key = f"psa:{connection.pk}:{name}:{quote(board, safe='')[:100]}"
    pairs = cache.get(key)
    if pairs is None:
        pairs = [(named.id, named.name) for named in ask()]
        cache.set(key, pairs, KEPT_SECONDS)
    return [Named(*pair) for pair in pairs]
