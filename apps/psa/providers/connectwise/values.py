"""What is sent, proved to be what ConnectWise can take: nothing else gets into a path, a condition or a reference."""

from collections.abc import Mapping
from typing import Any

from apps.psa.errors import Invalid, NotFound
from apps.psa.providers.connectwise.conditions import contains, either, equals, id_of

TICKETS = "/service/tickets"
BOARDS = "/service/boards"


def sought(text: str) -> str:
    """In titles, and as a number. Raises Invalid for what says nothing."""
    title = contains("summary", text)
    if text.strip() and not title:
        raise Invalid("Search for a word or a number: these signs alone say nothing to ConnectWise.")
    number = id_of(text.strip().removeprefix("#"))
    return either(equals("id", number), title) if number else title


def number_of(text: str) -> int:
    if (number := id_of(text)) is None:
        raise NotFound("ConnectWise has no ticket of this number.")
    return number


def ticket_path(number: str) -> str:
    return f"{TICKETS}/{number_of(number)}"


def board_path(board: str, what: str) -> str:
    return f"{BOARDS}/{known_id(board, 'board')}/{what}"


def known_id(text: str, field: str) -> int:
    if (found := id_of(text)) is None:
        raise Invalid(f"This is not an id of ConnectWise: it cannot be the {field}.", field)
    return found


def reference(text: str, field: str) -> dict[str, int] | None:
    return {"id": known_id(text, field)} if text else None


def filled(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not set, which ConnectWise does not take as null."""
    return {field: value for field, value in texts.items() if value not in (None, "")}
