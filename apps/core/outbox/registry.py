"""Which handler answers which topic, and the ways in which one may not succeed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core.models import Lane

if TYPE_CHECKING:
    from apps.core.models import OutboxMessage

ATTEMPTS = 8
SECONDS = {Lane.QUICK: 10, Lane.SLOW: 90}  # that one attempt may take

Run = Callable[["OutboxMessage"], str | None]


class Failed(Exception):
    """It can never work; the message is a sentence for people. The row stops as failed."""


class Dropped(Exception):
    """It need not be done any more; the message is a sentence for people. The row ends as cancelled."""


class NotYet(Exception):
    """`seconds` when the other side said how long to wait."""

    def __init__(self, sentence: str, seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Later(NotYet):
    """Nothing arrived at the other side, and a later attempt may succeed."""


class Busy(Later):
    """The other side takes no calls now, whatever they are about."""


class Doubt(NotYet):
    """The other side may have got it, or not. It is asked before anything is sent again, or a person decides."""


@dataclass(frozen=True)
class Handler:
    """What runs for a row. Both functions return the other side's own id of what arrived, or None."""

    name: str
    topic: str
    run: Run
    ask: Run | None  # whether the other side has it already, found by the row's key
    lane: Lane
    seconds: int  # that one attempt may take; its lease is a little longer
    attempts: int
    resend: bool  # the other side drops a second copy by itself, so that a doubt is no reason to ask
    label: str = ""  # what people call what it does: "E-mail", "Note in the PSA"


HANDLERS: dict[str, Handler] = {}


def on(
    topic: str,
    *,
    lane: Lane = Lane.QUICK,
    seconds: int | None = None,
    attempts: int = ATTEMPTS,
    ask: Run | None = None,
    resend: bool = False,
    label: str = "",
) -> Callable[[Run], Run]:
    """Register the function as a handler of the topic, by its dotted name.

    `seconds` is what one attempt may take, at most as long as the lane allows: a worker that goes on for longer is
    ended. `label` is what pages call it.
    """
    if (seconds or 0) > SECONDS[lane]:
        raise ValueError(f"An attempt in the {lane} lane may take {SECONDS[lane]} seconds at most.")

    def register(run: Run) -> Run:
        name = f"{run.__module__}.{run.__name__}"
        HANDLERS[name] = Handler(name, topic, run, ask, lane, seconds or SECONDS[lane], attempts, resend, label)
        return run

    return register


def handlers_of(topic: str) -> list[Handler]:
    return [handler for handler in HANDLERS.values() if handler.topic == topic]


def is_labelled(name: str) -> bool:
    return name in HANDLERS and bool(HANDLERS[name].label)


def label_of(name: str) -> str:
    """What people call what this handler does."""
    handler = HANDLERS.get(name)
    return handler.label if handler and handler.label else name.rpartition(".")[2].replace("_", " ").capitalize()


def seconds_of(name: str, lane: Lane) -> int:
    return HANDLERS[name].seconds if name in HANDLERS else SECONDS[lane]
