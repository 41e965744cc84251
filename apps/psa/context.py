"""A ticket's context as it is kept between two looks at the PSA: JSON that reads back as it was. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from textwrap import shorten
from typing import Any

from apps.psa.facts import Configuration, Named, NoteFacts, TicketContext, TicketFacts

JSON = dict[str, Any]
MOST_NOTES, MOST_TEXT = 20, 4_000
_NAMED = ("client", "board", "status", "type", "subtype", "item")


def write_context(context: TicketContext) -> JSON:
    """JSON of what is worth keeping: the newest notes, and of long texts the beginning."""
    newest = context.notes[-MOST_NOTES:]
    return {
        "ticket": _written(asdict(context.ticket)),
        "configurations": [asdict(one) for one in context.configurations],
        "earlier": [_written(asdict(one)) for one in context.earlier],
        "notes": [_written(asdict(note)) for note in newest],
    }


def read_context(data: JSON) -> TicketContext | None:
    """What was written, or None where nothing was yet."""
    if not data:
        return None
    return TicketContext(
        ticket=_ticket(data["ticket"]),
        configurations=[Configuration(**one) for one in data["configurations"]],
        earlier=[_ticket(one) for one in data["earlier"]],
        notes=[NoteFacts(**one | {"written_at": _moment(one["written_at"])}) for one in data["notes"]],
    )


def summary_of(context: TicketContext) -> Sequence[str]:
    """Two lines at most: the first words of the ticket, and of the newest note."""
    texts = [context.ticket.body, context.notes[-1].text if context.notes else ""]
    return [shorten(text.replace("**", ""), 160, placeholder=" …") for text in texts if text.strip()]


def _written(fields: JSON) -> JSON:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value[:MOST_TEXT].replace("\x00", "") if isinstance(value, str) else value


def _ticket(data: Mapping[str, Any]) -> TicketFacts:
    named = {name: Named(**data[name]) if data[name] else None for name in _NAMED}
    return TicketFacts(**{**data, **named, "opened_at": _moment(data["opened_at"])})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
