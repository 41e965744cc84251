"""Request Tracker 5 by its REST 2.

A note is a comment (internal) or correspondence (the client can see it), with the marker in its subject. Whom it is
mailed to is decided there: a comment to its staff at most, correspondence to the client too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP
from functools import cached_property

from apps.core.egress import Answer, File
from apps.core.outbox import Later
from apps.psa.errors import Invalid, NotAllowed, NotFound, NotTaken, Unavailable
from apps.psa.facts import (
    Capability,
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
from apps.psa.providers import rt_records as records
from apps.psa.providers.base import Provider, iso
from apps.psa.providers.rt_records import CREATE, INTERNAL, PUBLIC, Row
from apps.psa.providers.rt_rest import FULL, Params, Rest, filtered, held, one_of, read
from apps.psa.providers.ticket_sql import ACTIVE, LONGEST_SUBJECT, compare, is_id, like, one_line, subject_or_number

PAGE = 25
MOST_EARLIER = 10
MOST_NOTES = 30
_UNSAYABLE = re.compile(r'["\\/\x00-\x1f]')
RIGHTS = {"comment": "CommentOnTicket", "correspond": "ReplyToTicket"}


class RequestTracker(Provider):
    capabilities = frozenset(
        {Capability.MEMBERS, Capability.BOARDS, Capability.STATUS, Capability.TIME, Capability.FILES}
    )
    secrets = {"password": "Password, or an authentication token where no user is given"}

    def test_connection(self) -> Greeting:
        version = str(self._rest.get("/rt").get("Version", "")).partition("+")[0]
        warnings = (
            [] if self.list_boards() else ["The account sees no queue: it needs the rights SeeQueue, ShowTicket."]
        )
        newest = self._find(lambda _: ["id > 0"], size=1, fields={"fields": "_hyperlinks"})
        for ref, right in RIGHTS.items() if newest else ():
            if not records.links(newest[0], ref):
                warnings.append(f"The account lacks the right {right} on the newest ticket it sees.")
        return Greeting(f"Request Tracker {version}", self.connection.account, warnings)

    def search_tickets(self, query: TicketQuery) -> TicketPage:
        text = one_line(query.text).removeprefix("#")
        if len(text) > LONGEST_SUBJECT:
            return TicketPage(())
        rows = self._find(lambda safe: _conditions(query, safe), text, size=PAGE)
        found = [self._facts(row) for row in rows]
        fitting = [facts for facts in found if _holds(facts.title, text) or facts.number == text]
        return TicketPage(fitting, found[-1].number if len(found) == PAGE else "")

    def get_ticket(self, number: str) -> TicketFacts:
        row = self._row(number)
        return self._facts(row, number, self._body(row))

    def create_ticket(self, new: NewTicket) -> TicketFacts:
        board = new.board or next((board.id for board in self.list_boards()), "")
        if not is_id(board):
            raise Invalid("Request Tracker has no queue that the account may use.", "Queue")
        title, body = one_line(new.title)[:LONGEST_SUBJECT], new.body
        is_address = "@" in new.contact
        if new.contact and not is_address:
            body = f"{body}\n\nContact: {new.contact}".strip()
        texts = {"Queue": board, "Subject": title, "Content": body, "ContentType": "text/plain"}
        if is_address:
            texts["Requestor"] = new.contact
        number = _id_of(self._rest.tell("/ticket", texts))
        if not number:
            raise NotTaken("Request Tracker did not say the number of the new ticket.")
        return TicketFacts(number, title, body, board=Named(board, ""), url=records.url(self._rest.site, number))

    def ticket_context(self, number: str) -> TicketContext:
        row = self._row(number)
        try:
            messages = self._messages(number, (PUBLIC, INTERNAL, CREATE))
        except Unavailable:  # texts too long to read
            messages = []
        begun = [text for message, text in messages if records.begins(message, row)]
        return TicketContext(
            self._facts(row, number, begun[0] if begun else self._body(row)),
            earlier=self._earlier(row),
            notes=[records.note(message, text) for message, text in messages if message["Type"] != CREATE and text],
        )

    def list_members(self) -> Sequence[MemberFacts]:
        """Those who may work there; for an account that may not ask for them, those who have the newest tickets."""
        try:
            return self._staff()
        except NotAllowed:
            rows = self._find(lambda _: ["id > 0"], size=FULL, fields=records.OWNER_FIELDS)
            owners = {str(row["Owner"]["id"]): row["Owner"] for row in rows}
            return [records.member(owner) for owner in owners.values() if owner.get("Name") != records.NOBODY]

    def list_boards(self) -> Sequence[Named]:
        return sorted(
            map(records.board, self._rest.pages("/queues/all", {"fields": "Name"})), key=lambda board: board.name
        )

    def list_statuses(self, board: str) -> Sequence[Named]:
        """Those of the life cycle that every installation has; of another, what its tickets have and may become."""
        cycle = self._rest.get(f"/queue/{board}").get("Lifecycle") if is_id(board) else records.DEFAULT_CYCLE
        rows = self._find(lambda _: [compare("Queue", board)], size=PAGE, fields={"fields": "Status,_hyperlinks"})
        known = records.DEFAULT_STATUSES if cycle == records.DEFAULT_CYCLE else ()
        return [Named(status, status) for status in dict.fromkeys([*known, *records.statuses(rows)])]

    def find_note(self, number: str, marker: str) -> NoteFacts | None:
        row = self._marked(number, marker)
        if row is None:
            return None
        return records.note(row, self._texts(number, [row]).get(str(row["id"]), ""))

    def add_note(self, number: str, text: str, kind: NoteKind, marker: str) -> str:
        ref = "comment" if kind == NoteKind.INTERNAL else "correspond"
        texts = {"Content": text, "ContentType": "text/plain"}
        return self._say(number, ref, f"Note from ResolutionFlow {_mark(marker)}", texts)

    def set_status(self, number: str, status: str) -> None:
        path = _path(number)
        answer = self._rest.answer(path)
        if _is_status(read(answer), status):
            return
        headers = {"If-Match": tag} if (tag := answer.headers.get("etag")) else {}
        self._rest.tell(path, {"Status": status}, method="PUT", headers=headers)
        if not _is_status(self._rest.get(path), status):
            raise NotTaken(f"Request Tracker did not take the status {status}.")

    def find_time(self, number: str, marker: str) -> TimeFacts | None:
        row = self._marked(number, marker)
        return records.time(row) if row is not None else None

    def add_time(self, number: str, entry: TimeEntry) -> str:
        """Its time is the account's: Request Tracker enters none for others."""
        minutes = int((entry.hours * 60).to_integral_value(ROUND_HALF_UP))
        texts = {"Content": entry.text, "ContentType": "text/plain", "TimeTaken": str(minutes)}
        return self._say(number, "comment", f"Time from {iso(entry.started_at)} {_mark(entry.marker)}", texts)

    def find_file(self, number: str, name: str) -> str | None:
        name, ask = _sent(name), filtered({"fields": "Filename,TransactionId"})
        rows = self._rest.items(f"{_path(number)}/attachments", {"Filename": name}, ask)
        for row in rows:
            if row.get("Filename") == name:
                return str(row["TransactionId"])
        self._demand_sight(number)
        return None

    def attach(self, number: str, file: File) -> str:
        sent = replace(file, name=_sent(file.name))
        return self._say(number, "comment", "File from ResolutionFlow", {}, sent)

    def _staff(self) -> list[MemberFacts]:
        """One by one, since a list of users holds every client that ever wrote."""
        ask = filtered({"fields": "Name"})
        groups = self._rest.items("/groups", {"Domain": "SystemInternal", "Name": "Privileged"}, ask)
        staff = next((group["id"] for group in groups if group.get("Name") == "Privileged"), 0)
        members = self._rest.pages(f"/group/{staff}/members", {})
        users = [self._rest.get(f"/user/{member['id']}") for member in members if member.get("type") == "user"]
        return [records.member(user) for user in users if str(user.get("Disabled", "0")) == "0"]

    @cached_property
    def _rest(self) -> Rest:
        return Rest(self.connection, self.credentials, self.send)

    def _say(self, number: str, ref: str, subject: str, texts: Params, file: File | None = None) -> str:
        """The subject is ours, with the marker in it: the redaction sees what others wrote alone."""
        try:
            said = _id_of(self._rest.tell(f"{_path(number)}/{ref}", texts, {"Subject": subject}, file=file))
        except Invalid:  # its words for why depend on the account's language
            if not records.links(self._rest.get(_path(number)), ref):
                raise NotAllowed(f"The account lacks the right {RIGHTS[ref]} in Request Tracker.") from None
            raise
        self._demand_visible(said)
        return said

    def _demand_visible(self, said: str) -> None:
        """To an account that writes comments and sees none, each would seem never to have arrived."""
        try:
            if said:
                self._rest.get(f"/transaction/{said}")
        except NotAllowed:
            raise NotAllowed(
                "It is in the ticket, but the account cannot read it back: it needs the right ShowTicketComments."
            ) from None
        except Later:  # it arrived all the same
            return

    def _marked(self, number: str, marker: str) -> Row | None:
        mark = _mark(marker)
        ask = filtered(records.HISTORY_FIELDS, held("Data", mark))
        rows = self._rest.items(f"{_path(number)}/history", {}, ask)
        for row in rows:
            if row.get("Type") in (PUBLIC, INTERNAL) and mark in str(row.get("Data")):
                return row
        self._demand_sight(number)
        return None

    def _demand_sight(self, number: str) -> None:
        """What was not found is absent only for an account that would see it: a comment of the ticket proves that.

        Its rights cannot be asked for; to one that sees everything the history says how long it is.
        """
        self._rest.get(_path(number))  # of a ticket that is not there, or not ours to see, the history is empty too
        ask = filtered({"per_page": "1"}, one_of("Type", [INTERNAL]))
        comments = self._rest.get(f"{_path(number)}/history", {}, ask)
        if not comments.get("items") and comments.get("total") is None:
            raise NotAllowed(
                "Request Tracker shows this account no comment on the ticket, so nobody can tell whether it is there. "
                "The account needs the right ShowTicketComments; look at the ticket before you try again."
            )

    def _row(self, number: str) -> Row:
        rows = self._find(lambda _: [compare("id", number)], size=1)
        if rows:
            return rows[0]
        found: Row = self._rest.get(_path(number))  # in place of a merged one comes the one that it went on as
        return self._row(str(found["id"])) if str(found["id"]) != number else found

    def _facts(self, row: Row, number: str = "", body: str = "") -> TicketFacts:
        facts = records.ticket(row, self._rest.site, body)
        return facts if number in ("", facts.number) else replace(facts, number=number, merged_into=facts.number)

    def _body(self, row: Row) -> str:
        begun = self._messages(str(row["id"]), (CREATE,))
        return next((text for message, text in begun if records.begins(message, row)), "")

    def _messages(self, number: str, kinds: Iterable[str]) -> list[tuple[Row, str]]:
        """The newest messages of the ticket with their texts."""
        ask = filtered({**records.HISTORY_FIELDS, "per_page": str(MOST_NOTES)}, one_of("Type", kinds))
        rows = self._rest.items(f"{_path(number)}/history", {}, ask)
        texts = self._texts(number, rows) if rows else {}
        return [(row, texts.get(str(row["id"]), "")) for row in rows]

    def _texts(self, number: str, rows: Iterable[Row]) -> dict[str, str]:
        of_these = one_of("TransactionId", [str(row["id"]) for row in rows])
        ask = filtered(records.TEXT_FIELDS, of_these)
        return records.texts(self._rest.items(f"{_path(number)}/attachments", {"ContentType": "text/"}, ask))

    def _earlier(self, row: Row) -> list[TicketFacts]:
        client = records.client_of(row)
        if client is None:
            return []
        field, name = client
        rows = self._find(lambda safe: [like(f"Requestor.{field}", safe)], name, size=MOST_EARLIER + 1)
        others = [other for other in rows if other["id"] != row["id"] and records.client_of(other) == client]
        return [self._facts(other) for other in others]

    def _find(
        self,
        ask: Callable[[str], Iterable[str]],
        text: str = "",
        *,
        size: int,
        fields: Params = records.TICKET_FIELDS,
    ) -> list[Row]:
        """Tickets, the newest first, under all conditions that `ask` makes of the text after its redaction."""

        def query(params: Params) -> Params:
            sql = " AND ".join(ask(params["text"]))
            return {"query": sql, "orderby": "id", "order": "DESC", "per_page": str(size), **fields}

        return self._rest.items("/tickets", {"text": text}, query)


def _conditions(query: TicketQuery, text: str) -> Iterator[str]:
    yield compare("id", query.cursor, "<" if query.cursor else ">")
    if text:
        yield subject_or_number(text)
    if query.member:
        yield compare("Owner", query.member)
    if query.board:
        yield compare("Queue", query.board)
    if query.open_only:
        yield ACTIVE


def _mark(marker: str) -> str:
    """In brackets, so that none is found as the beginning of another."""
    return f"[{marker.strip('[]')}]"


def _path(number: str) -> str:
    if not is_id(number):
        raise NotFound("Request Tracker has no ticket of that number.")
    return f"/ticket/{number}"


def _id_of(answer: Answer) -> str:
    """The id of what came to be; "" where the answer does not say."""
    number = answer.headers.get("location", "").rpartition("/")[2]
    return number if is_id(number) else ""


def _sent(name: str) -> str:
    """A file's name as a form can say it."""
    return _UNSAYABLE.sub("_", name)


def _is_status(row: Row, status: str) -> bool:
    return str(row.get("Status", "")).casefold() == status.casefold()


def _holds(title: str, text: str) -> bool:
    return text.casefold() in one_line(title).casefold()
