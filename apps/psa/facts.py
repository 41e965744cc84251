"""What a PSA knows and is told, in our words: the same for every provider. Pure.

Text in these comes from clients and other systems: it is data, and is shown and compared, never obeyed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, auto


class Capability(StrEnum):
    """What some providers can do and others cannot; pages offer nothing that is missing here."""

    MEMBERS = auto()
    BOARDS = auto()
    TYPES = auto()
    STATUS = auto()
    TIME = auto()
    FILES = auto()
    CONFIGURATIONS = auto()
    CALLBACKS = auto()


class NoteKind(StrEnum):
    INTERNAL = auto()
    DISCUSSION = auto()  # the client can see it
    RESOLUTION = auto()  # the client can see it


@dataclass(frozen=True)
class Named:
    """Something of the PSA that has an id and a name: a client, board, status, type, work type …"""

    id: str
    name: str


@dataclass(frozen=True)
class MemberFacts:
    id: str
    name: str
    email: str


@dataclass(frozen=True)
class TicketFacts:
    """A ticket. ``number`` is both its id there and what people call it; ``merged_into`` the number it went on as.

    ``owner`` is the id of the member who has it.
    """

    number: str
    title: str
    body: str = ""
    client: Named | None = None
    contact: str = ""
    device: str = ""
    priority: str = ""
    owner: str = ""
    board: Named | None = None
    status: Named | None = None
    type: Named | None = None
    subtype: Named | None = None
    item: Named | None = None
    sla: str = ""
    url: str = ""
    is_closed: bool = False
    merged_into: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True)
class NoteFacts:
    """A note as it stands in the PSA. ``is_public`` when the client can see it."""

    id: str
    text: str
    is_public: bool
    author: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True)
class Configuration:
    """A device or another item of the client that the ticket is about."""

    name: str
    kind: str = ""
    details: str = ""


@dataclass(frozen=True)
class TicketContext:
    """What surrounds a ticket; earlier tickets are those of the same client, newest first."""

    ticket: TicketFacts
    configurations: Sequence[Configuration] = ()
    earlier: Sequence[TicketFacts] = ()
    notes: Sequence[NoteFacts] = ()


@dataclass(frozen=True)
class TicketQuery:
    """``text`` is sought in titles and as a number; ``member`` and ``board`` are ids; ``cursor`` of an earlier page."""

    text: str = ""
    member: str = ""
    board: str = ""
    open_only: bool = True
    cursor: str = ""


@dataclass(frozen=True)
class TicketPage:
    """Newest first; ``cursor`` asks for the next page and is empty on the last."""

    tickets: Sequence[TicketFacts]
    cursor: str = ""


@dataclass(frozen=True)
class NewTicket:
    """``board`` and ``client`` are ids; empty where the PSA is to choose. The client can see ``body``."""

    title: str
    body: str = ""
    board: str = ""
    client: str = ""
    contact: str = ""


@dataclass(frozen=True)
class TimeEntry:
    """Time spent on a ticket. ``hours`` is what is entered; ``member``, ``work_type`` and ``work_role`` are ids.

    It is internal: the client sees neither it nor its text. ``marker`` stands in the text and finds it again.
    """

    marker: str
    text: str
    started_at: datetime
    hours: Decimal
    member: str = ""
    work_type: str = ""
    work_role: str = ""
    is_billable: bool | None = None


@dataclass(frozen=True)
class TimeFacts:
    """A time entry as it stands in the PSA. ``is_public`` when the client can see it."""

    id: str
    hours: Decimal
    is_public: bool


@dataclass(frozen=True)
class Classification:
    """Ids; empty ones are left as they are."""

    type: str = ""
    subtype: str = ""
    item: str = ""


@dataclass(frozen=True)
class Greeting:
    """What the other side answered to a test: what it is, and who we are there."""

    product: str
    account: str
    warnings: Sequence[str] = field(default=())
