"""What every PSA can be asked and told."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Protocol

from apps.core.egress import Answer, Call, File, Refused
from apps.psa.errors import Conflict, CredentialsRejected, Invalid, NotAllowed, NotFound, NotTaken
from apps.psa.facts import (
    Capability,
    Classification,
    Greeting,
    MemberFacts,
    Named,
    NewTicket,
    NoteFacts,
    NoteKind,
    TicketContext,
    TicketFacts,
    TicketPage,
    TicketQuery,
    TimeEntry,
    TimeFacts,
)
from apps.psa.models import Connection


class Send(Protocol):
    """The way out for a call. With `writes`, the outbox row it belongs to is marked as sent before.

    Raises one of `apps.psa.errors`, or Doubt.
    """

    def __call__(self, call: Call, *, writes: bool = False) -> Answer: ...


class Provider(ABC):
    """One PSA, as one connection reaches it. Every method may raise the errors of `apps.psa.errors`.

    Reads raise Unavailable or RateLimited when they may be asked again; writes also Doubt, when they may have arrived.
    A method whose capability is missing is never called. Nothing here is done twice by itself: what was in doubt is
    looked for with `find_note`, `find_time` and `find_file`, by the marker that it carries.
    """

    capabilities: ClassVar[frozenset[Capability]]
    secrets: ClassVar[Mapping[str, str]]  # names of the credentials it needs, with what people call them

    def __init__(self, connection: Connection, credentials: Mapping[str, str], send: Send) -> None:
        self.connection = connection
        self.credentials = credentials
        self.send = send

    @classmethod
    def meaning(cls, refused: Refused, call: Call) -> Exception:
        """What a "no" of this PSA to the call means, as one of `apps.psa.errors`."""
        return meaning(refused)

    @abstractmethod
    def test_connection(self) -> Greeting:
        """Prove address, credentials and role by calls that need them."""

    @abstractmethod
    def search_tickets(self, query: TicketQuery) -> TicketPage: ...

    @abstractmethod
    def get_ticket(self, number: str) -> TicketFacts:
        """The ticket itself, also when it was merged into another. Raises NotFound."""

    @abstractmethod
    def create_ticket(self, new: NewTicket) -> TicketFacts: ...

    @abstractmethod
    def ticket_context(self, number: str) -> TicketContext:
        """What surrounds the ticket; what cannot be read of it is left out. Raises NotFound."""

    @abstractmethod
    def list_members(self) -> Sequence[MemberFacts]: ...

    @abstractmethod
    def list_boards(self) -> Sequence[Named]: ...

    @abstractmethod
    def list_statuses(self, board: str) -> Sequence[Named]: ...

    def list_types(self, board: str) -> Sequence[Named]:
        return ()

    def list_subtypes(self, board: str) -> Sequence[Named]:
        """Like the items, work types and work roles: empty where the PSA has none."""
        return ()

    def list_items(self, board: str) -> Sequence[Named]:
        return ()

    def list_work_types(self) -> Sequence[Named]:
        return ()

    def list_work_roles(self) -> Sequence[Named]:
        return ()

    @abstractmethod
    def find_note(self, number: str, marker: str) -> NoteFacts | None:
        """The note of the ticket that carries the marker, as it reads there now."""

    @abstractmethod
    def add_note(self, number: str, text: str, kind: NoteKind, marker: str) -> str:
        """Add a note (Markdown) that carries the marker; its id there, or "". Where that is ours, no mail leaves."""

    @abstractmethod
    def set_status(self, number: str, status: str) -> None:
        """Set the status and read it back. Raises NotTaken."""

    def classify(self, number: str, wanted: Classification) -> None:
        """Set type, subtype and item and read them back. Raises NotTaken."""
        raise NotTaken("This PSA has no types of tickets.")

    @abstractmethod
    def find_time(self, number: str, marker: str) -> TimeFacts | None: ...

    @abstractmethod
    def add_time(self, number: str, entry: TimeEntry) -> str:
        """Enter time that the client does not see; its id there, or ""."""

    @abstractmethod
    def find_file(self, number: str, name: str) -> str | None:
        """The id of the ticket's attachment of that name."""

    @abstractmethod
    def attach(self, number: str, file: File) -> str:
        """Attach a file under its name, which is unique to it; its id there, or ""."""

    def listen(self, url: str) -> None:
        """Have the PSA call the address when a ticket changes; asked for again it changes nothing."""
        raise NotAllowed("This PSA does not call when a ticket changes.")

    def called_back(self, body: str, signature: str) -> str:
        """The number of the ticket that such a call tells of.

        Raises NotAllowed unless the PSA signed it, Dropped when it tells of no ticket.
        """
        raise NotAllowed("This PSA does not call when a ticket changes.")


def meaning(refused: Refused) -> Exception:
    """What the status of a "no" means wherever a PSA follows HTTP."""
    if 300 <= refused.answer.status < 400:
        return Invalid("The PSA's address leads on to another one. Enter that one instead: nothing is sent on unasked.")
    meanings = {
        401: CredentialsRejected("The PSA does not accept the credentials."),
        403: NotAllowed("The PSA does not allow this to the account that is connected."),
        404: NotFound("The PSA does not know what was asked for."),
        409: Conflict("It was changed in the PSA at the same moment."),
        412: Conflict("It was changed in the PSA at the same moment."),
    }
    return meanings.get(refused.answer.status) or Invalid(f"The PSA refused it ({refused.answer.status}).")


def iso(moment: datetime) -> str:
    """UTC without fractions, as ConnectWise and Request Tracker both read it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
