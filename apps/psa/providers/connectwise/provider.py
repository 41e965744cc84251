from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, TypeVar
from urllib.parse import quote

from apps.core.egress import Call, File, Refused
from apps.core.egress.http import SECONDS
from apps.psa.errors import Invalid, NotAllowed, NotFound, NotTaken
from apps.psa.facts import (
    Capability,
    Classification,
    Configuration,
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
from apps.psa.providers.base import Provider, Send, iso
from apps.psa.providers.connectwise import read
from apps.psa.providers.connectwise.callbacks import ticket_told_of
from apps.psa.providers.connectwise.conditions import below, both, contains, either, equals, one_of
from apps.psa.providers.connectwise.meaning import MEMBERS, meaning
from apps.psa.providers.connectwise.read import Row
from apps.psa.providers.connectwise.site import API, NEWEST, Site
from apps.psa.providers.connectwise.values import (
    BOARDS,
    TICKETS,
    board_path,
    filled,
    known_id,
    number_of,
    reference,
    sought,
    ticket_path,
)

T = TypeVar("T")
TIMES = "/time/entries"
DOCUMENTS = "/system/documents"
CALLBACKS = "/system/callbacks"
SHOWN = 24  # tickets of a page: one less than ConnectWise gives unasked, so that one more tells of the next page
CONFIGURATIONS = "/company/configurations"
_USED = {BOARDS: "boards", TIMES: "time entries", CONFIGURATIONS: "configurations"}
_FLAG = {
    NoteKind.INTERNAL: "internalAnalysisFlag",
    NoteKind.DISCUSSION: "detailDescriptionFlag",
    NoteKind.RESOLUTION: "resolutionFlag",
}


class ConnectWise(Provider):
    """``connection.address`` is the host at which people sign in, ``account`` the company's id there."""

    capabilities = frozenset(Capability)
    secrets = {"public_key": "Public key", "private_key": "Private key", "client_id": "Client ID"}
    seconds: ClassVar[float] = SECONDS  # that one call may take

    def __init__(self, connection: Connection, credentials: Mapping[str, str], send: Send) -> None:
        super().__init__(connection, credentials, send)
        self.site = Site(connection, credentials, send, self.seconds)

    @classmethod
    def meaning(cls, refused: Refused, call: Call) -> Exception:
        return meaning(refused, call)

    def test_connection(self) -> Greeting:
        self.site.look_up()
        info = self.site.one("/system/info")
        self.site.page(TICKETS, pageSize="1")
        barred = [what for path, what in _USED.items() if self._is_barred(path)]
        self.site.page(MEMBERS, pageSize="1")
        warnings = [f"The role of the API member may not read {what}." for what in barred]
        return Greeting(f"ConnectWise Manage {read.text(info, 'version')}".strip(), self.connection.account, warnings)

    def search_tickets(self, query: TicketQuery) -> TicketPage:
        fixed = both(
            equals("closedFlag", False) if query.open_only else "",
            equals("board/id", known_id(query.board, "board")) if query.board else "",
            self._of_member(query.member) if query.member else "",
            below("id", known_id(query.cursor, "page")) if query.cursor else "",
        )
        rows = self.site.search(TICKETS, query.text, lambda text: both(sought(text), fixed))
        tickets = [self._ticket(row) for row in rows[:SHOWN]]
        return TicketPage(tickets, tickets[-1].number if len(rows) > SHOWN else "")

    def get_ticket(self, number: str) -> TicketFacts:
        path = ticket_path(number)
        ticket = self._ticket(self.site.one(path))
        first = self.site.page(
            f"{path}/notes", conditions=equals("detailDescriptionFlag", True), orderBy="id asc", pageSize="1"
        )
        return replace(ticket, body=read.text(first[0], "text")) if first else ticket

    def create_ticket(self, new: NewTicket) -> TicketFacts:
        if not new.client:
            raise Invalid("ConnectWise takes no ticket without a client.", "company")
        texts = {
            "summary": new.title[:100],
            "company": {"id": known_id(new.client, "company")},
            "board": {"id": known_id(new.board, "board")} if new.board else None,
            "contactName": new.contact[:62],
            "initialDescription": new.body,
            "processNotifications": False,
        }
        made = self._ticket(self.site.write(TICKETS, filled(texts)))
        return replace(made, title=made.title or new.title, body=new.body)

    def ticket_context(self, number: str) -> TicketContext:
        ticket, path = self.get_ticket(number), ticket_path(number)
        configurations = _or_nothing(lambda: self._configurations(path))
        return TicketContext(
            replace(ticket, device=configurations[0].name if configurations else ""),
            configurations,
            _or_nothing(lambda: self._earlier(ticket)),
            _or_nothing(lambda: [read.note(row) for row in self.site.page(f"{path}/allNotes", orderBy=NEWEST)]),
        )

    def list_members(self) -> Sequence[MemberFacts]:
        return [read.member(row) for row in self.site.all(MEMBERS, conditions=equals("inactiveFlag", False))]

    def list_boards(self) -> Sequence[Named]:
        used = both(equals("inactiveFlag", False), equals("projectFlag", False))
        return self._named(BOARDS, used)

    def list_statuses(self, board: str) -> Sequence[Named]:
        return self._named(board_path(board, "statuses"), equals("inactive", False))

    def list_types(self, board: str) -> Sequence[Named]:
        return self._named(board_path(board, "types"))

    def list_subtypes(self, board: str) -> Sequence[Named]:
        return self._named(board_path(board, "subtypes"))

    def list_items(self, board: str) -> Sequence[Named]:
        return self._named(board_path(board, "items"))

    def list_work_types(self) -> Sequence[Named]:
        return self._named("/time/workTypes")

    def list_work_roles(self) -> Sequence[Named]:
        return self._named("/time/workRoles")

    def find_note(self, number: str, marker: str) -> NoteFacts | None:
        notes = (read.note(row) for row in self.site.all(f"{ticket_path(number)}/notes", orderBy=NEWEST))
        return next((note for note in notes if marker in note.text), None)

    def add_note(self, number: str, text: str, kind: NoteKind, marker: str) -> str:
        flags = {flag: of == kind for of, flag in _FLAG.items()}
        note = {"text": text, **flags, "processNotifications": False}
        return read.id_in(self.site.write(f"{ticket_path(number)}/notes", note))

    def set_status(self, number: str, status: str) -> None:
        self._patch(number, {"status": known_id(status, "status")})

    def classify(self, number: str, wanted: Classification) -> None:
        ids = {"type": wanted.type, "subType": wanted.subtype, "item": wanted.item}
        self._patch(number, {field: known_id(value, field) for field, value in ids.items() if value})

    def find_time(self, number: str, marker: str) -> TimeFacts | None:
        of_ticket = both(equals("chargeToId", number_of(number)), 'chargeToType = "ServiceTicket"')
        rows = self.site.all(TIMES, conditions=of_ticket, orderBy=NEWEST)
        return next((read.time(row) for row in rows if _carries(row, marker)), None)

    def add_time(self, number: str, entry: TimeEntry) -> str:
        """The text is internal; `notes`, which an invoice shows, holds the marker alone."""
        billable = {None: None, True: "Billable", False: "DoNotBill"}[entry.is_billable]
        texts = {
            "chargeToId": number_of(number),
            "chargeToType": "ServiceTicket",
            "member": reference(entry.member, "member"),
            "workType": reference(entry.work_type, "workType"),
            "workRole": reference(entry.work_role, "workRole"),
            "timeStart": iso(entry.started_at),
            "actualHours": float(entry.hours),
            "billableOption": billable,
            "notes": entry.marker,
            "internalNotes": entry.text,
            "addToDetailDescriptionFlag": False,
            "addToInternalAnalysisFlag": True,
            "addToResolutionFlag": False,
            "emailResourceFlag": False,
            "emailContactFlag": False,
            "emailCcFlag": False,
        }
        return read.id_in(self.site.write(TIMES, filled(texts)))

    def find_file(self, number: str, name: str) -> str | None:
        rows = self.site.all(DOCUMENTS, recordType="Ticket", recordId=str(number_of(number)))
        return next((read.id_in(row) for row in rows if name in (row.get("title"), row.get("fileName"))), None)

    def attach(self, number: str, file: File) -> str:
        form = {"recordId": number_of(number), "recordType": "Ticket", "title": file.name, "privateFlag": "true"}
        return read.id_in(self.site.write(DOCUMENTS, form, files={"file": file}))

    def listen(self, url: str) -> None:
        if any(row.get("url") == url and row.get("inactiveFlag") is not True for row in self.site.all(CALLBACKS)):
            return
        everything = {"objectId": 1, "type": "ticket", "level": "owner"}
        self.site.write_ours(CALLBACKS, {**everything, "url": url, "description": "ResolutionFlow"})

    def called_back(self, body: str, signature: str) -> str:
        return ticket_told_of(self.site, body, signature)

    def _ticket(self, row: Row) -> TicketFacts:
        home = self.site.root.removesuffix(API).replace("://api-", "://", 1)
        company = quote(self.connection.account, safe="")
        page = f"{home}services/system_io/Service/fv_sr100_request.rails?service_recid={read.id_in(row)}"
        return read.ticket(row, url=f"{page}&companyName={company}")

    def _of_member(self, member: str) -> str:
        """A ticket has one owner by id, and others in a list of their names."""
        found = known_id(member, "member")
        name = read.text(self.site.one(f"{MEMBERS}/{found}"), "identifier")
        return either(equals("owner/id", found), contains("resources", name))

    def _configurations(self, path: str) -> list[Configuration]:
        ids = [int(read.id_in(row)) for row in self.site.page(f"{path}/configurations") if read.id_in(row)]
        rows = self.site.page(CONFIGURATIONS, conditions=one_of("id", ids)) if ids else []
        return [read.configuration(row) for row in rows]

    def _earlier(self, ticket: TicketFacts) -> list[TicketFacts]:
        if not ticket.client:
            return []
        of_client = both(equals("company/id", int(ticket.client.id)), below("id", int(ticket.number)))
        return [
            self._ticket(row) for row in self.site.page(TICKETS, conditions=of_client, orderBy=NEWEST, pageSize="10")
        ]

    def _named(self, path: str, conditions: str = "") -> list[Named]:
        rows = self.site.all(path, **({"conditions": conditions} if conditions else {}))
        return [found for row in rows if (found := read.named(row))]

    def _patch(self, number: str, wanted: Mapping[str, int]) -> None:
        """Read back, since ConnectWise says yes to some changes that it does not make."""
        values = {**{field: {"id": value} for field, value in wanted.items()}, "processNotifications": False}
        changes = [{"op": "replace", "path": field, "value": value} for field, value in values.items()]
        self.site.write(ticket_path(number), changes, method="PATCH")
        ticket = self.site.one(ticket_path(number))
        if [field for field, value in wanted.items() if read.id_in(read.part(ticket, field)) != str(value)]:
            raise NotTaken("ConnectWise said yes, but the ticket reads as before. Set it there by hand.")

    def _is_barred(self, path: str) -> bool:
        try:
            self.site.page(path, pageSize="1")
        except NotAllowed:
            return True
        return False


def _carries(row: Row, marker: str) -> bool:
    return marker in read.text(row, "notes") or marker in read.text(row, "internalNotes")


def _or_nothing(ask: Callable[[], list[T]]) -> list[T]:
    """What cannot be read of a ticket's surroundings is left out."""
    with suppress(NotAllowed, NotFound, Invalid):
        return ask()
    return []
