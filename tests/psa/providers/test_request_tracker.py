"""What Request Tracker does in its own way. What every provider does is in test_every_provider."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.egress import Answer, Call, File
from apps.core.egress.payload import Masking, redact_texts
from apps.core.redaction import Destination
from apps.psa.errors import Conflict, CredentialsRejected, Invalid, NotAllowed, NotFound, NotTaken
from apps.psa.facts import NewTicket, NoteKind, TicketQuery, TimeEntry
from apps.psa.providers.request_tracker import RequestTracker
from tests.fakes.receiver import receiver, says
from tests.psa.providers.rt_house import CLIENT, PERSON, RequestTrackerHouse, as_account
from tests.psa.providers.test_ticket_sql import CONDITION

pytestmark = [pytest.mark.django_db, pytest.mark.rt]
MARKER = "RF-1a2b3c4d"


@pytest.fixture
def rt(request_tracker_house: RequestTrackerHouse) -> RequestTrackerHouse:
    return request_tracker_house


def test_ticket_in_our_words(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket("Outlook hangs")
    rt.server.ask("PUT", f"/ticket/{number}", {"Priority": "50"})
    ticket = rt.psa.get_ticket(number)
    assert (ticket.client and ticket.client.name, ticket.contact) == (CLIENT, "Jo Pemberley")
    assert (ticket.board and ticket.board.name, ticket.status and ticket.status.id) == ("General", "new")
    assert (ticket.priority, ticket.url) == ("50", f"{rt.server.url}/Ticket/Display.html?id={number}")


def test_reopened_ticket_is_open(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket()
    rt.close(number)
    rt.server.ask("PUT", f"/ticket/{number}", {"Status": "open"})
    assert not rt.psa.get_ticket(number).is_closed


def test_body_is_the_tickets_own_and_no_comments(rt: RequestTrackerHouse) -> None:
    silent, other = rt.server.add("/ticket", Queue="1", Subject="Silent"), rt.new_ticket(body="Of the other.")
    rt.psa.add_note(silent, "A note", NoteKind.INTERNAL, MARKER)
    assert rt.psa.get_ticket(silent).body == ""
    rt.merge(other, silent)
    assert rt.psa.get_ticket(silent).body == ""
    assert rt.psa.ticket_context(silent).ticket.body == ""


def test_note_is_found_under_both_numbers_after_a_merge(rt: RequestTrackerHouse) -> None:
    old, new = rt.new_ticket(), rt.new_ticket()
    written = rt.psa.add_note(old, "Before the merge", NoteKind.INTERNAL, MARKER)
    rt.merge(old, new)
    for number in (old, new):
        note = rt.psa.find_note(number, MARKER)
        assert note
        assert note.id == written
    assert rt.psa.add_note(old, "After the merge", NoteKind.INTERNAL, "RF-00000000")
    assert rt.notes(new)[-1] == "After the merge"


def test_context_holds_the_newest_notes_of_a_long_ticket_and_its_body(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket(body="How it began.")
    note = {"id": number, "ContentType": "text/plain"}
    rt.server.ask("POST", "/tickets/bulk/comment", [{**note, "Content": f"Note {count}"} for count in range(31)])
    html = "<p>Fish &amp; chips<br>twice</p><p>Thanks</p>"
    rt.server.ask("POST", f"/ticket/{number}/correspond", {"Content": html, "ContentType": "text/html"})
    context = rt.psa.ticket_context(number)
    assert context.ticket.body == "How it began."
    assert [note.text for note in context.notes[:2]] == ["Fish & chips\ntwice\nThanks", "Note 30"]
    assert [note.is_public for note in context.notes[:2]] == [True, False]
    assert len(context.notes) == 30
    assert context.notes[0].author == "Enoch Root"


def test_search_goes_on_from_page_to_page(rt: RequestTrackerHouse) -> None:
    rows = rt.server.ask("POST", "/tickets/bulk", [{"Queue": "1", "Subject": f"Paged {count}"} for count in range(26)])
    numbers = [str(row["id"]) for row in rows]
    first = rt.psa.search_tickets(TicketQuery("paged"))
    rest = rt.psa.search_tickets(TicketQuery("paged", cursor=first.cursor))
    assert [ticket.number for ticket in (*first.tickets, *rest.tickets)] == numbers[::-1]
    assert (len(first.tickets), rest.cursor) == (25, "")


def test_search_finds_the_tickets_of_a_member(rt: RequestTrackerHouse) -> None:
    mine, other = rt.new_ticket("Of a member"), rt.new_ticket("Of a member")
    rt.server.ask("PUT", f"/ticket/{mine}", {"Owner": "root"})
    (root,) = [member for member in rt.psa.list_members() if member.name == "Enoch Root"]
    found = rt.psa.search_tickets(TicketQuery("of a member", member=root.id)).tickets
    assert [(ticket.number, ticket.owner) for ticket in found] == [(mine, root.id)]
    assert rt.psa.get_ticket(other).owner == ""


@pytest.mark.parametrize("title", ["CF.{x} is no field", "cf.x", "null", "50% off", "a_b"])
def test_search_finds_what_its_language_has_a_meaning_for(rt: RequestTrackerHouse, title: str) -> None:
    number = rt.new_ticket(title)
    assert number in [ticket.number for ticket in rt.psa.search_tickets(TicketQuery(title)).tickets]


def test_mask_takes_no_quote_out_of_a_condition(rt: RequestTrackerHouse) -> None:
    """A redaction of what was quoted before would leave the second quote without its backslash."""
    asked: list[Call] = []

    def send(call: Call, *, writes: bool = False) -> Answer:
        asked.append(call)
        return Answer(200, {}, b"{}")

    psa = RequestTracker(rt.connection, {"password": "x"}, send)
    psa.search_tickets(TicketQuery("pw is Maple#4410x' OR id > 0 OR Subject LIKE '", open_only=False))
    (call,) = asked
    request = call.prepare(redact_texts(call.payload, Destination.PSA_NOTE, Masking()).texts)
    (sql,) = parse_qs(urlsplit(str(request.url)).query)["query"]
    assert "Maple" not in sql
    assert CONDITION.fullmatch(sql.removeprefix("id > 0 AND "))


def test_statuses_are_those_of_the_life_cycle(rt: RequestTrackerHouse) -> None:
    statuses = [status.id for status in rt.psa.list_statuses("1")]
    assert statuses == ["new", "open", "stalled", "resolved", "rejected"]


def test_status_changed_at_the_same_moment_is_not_overwritten(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket()
    rushed = RequestTracker(rt.connection, rt.psa.credentials, _Rushing(rt.psa.send, lambda: rt.close(number)))
    with pytest.raises(Conflict):
        rushed.set_status(number, "stalled")
    assert rt.server.ask("GET", f"/ticket/{number}")["Status"] == "resolved"


def test_status_it_does_not_go_to_is_said(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket()
    with pytest.raises(NotTaken, match="did not take the status bogus"):
        rt.psa.set_status(number, "bogus")


def test_members_are_those_who_work_there(rt: RequestTrackerHouse) -> None:
    rt.server.add("/user", Name="left", EmailAddress="left@msp.example", Privileged=1, Disabled=1)
    members = {member.email: member.name for member in rt.psa.list_members()}
    assert members["root@localhost"] == "Enoch Root"
    assert not {PERSON, "left@msp.example"} & set(members)


def test_members_are_those_with_tickets_for_an_account_that_may_see_no_more(rt: RequestTrackerHouse) -> None:
    rt.server.ask("PUT", f"/ticket/{rt.new_ticket()}", {"Owner": "root"})
    staff = rt.psa.list_members()
    (root,) = as_account(rt, "mute", "mute-password").list_members()
    assert root in staff


def test_time_is_counted_and_says_when_the_work_began(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket()
    begun = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    entry = TimeEntry(MARKER, "Worked on it", begun, Decimal("1.10"))
    rt.psa.add_time(number, entry)
    rt.psa.add_time(number, replace(entry, marker="RF-00000000", hours=Decimal("0.25")))
    assert rt.server.ask("GET", f"/ticket/{number}")["TimeWorked"] == str(66 + 15)
    (history, *_) = [row for row in _history(rt, number) if MARKER in row["Data"]]
    assert history["Data"].strip() == f"Time from 2026-11-27T09:30:00Z [{MARKER}]"


def test_file_arrives_byte_for_byte(rt: RequestTrackerHouse) -> None:
    number, content = rt.new_ticket(), bytes(range(256)) * 40
    rt.psa.attach(number, File("whole note ü.md", content, "application/octet-stream"))
    rows = rt.server.ask("GET", f"/ticket/{number}/attachments?fields=Filename,ContentLength&per_page=100")["items"]
    assert [row["ContentLength"] for row in rows if row["Filename"] == "whole note ü.md"] == [str(len(content))]


def test_new_ticket_is_of_the_contact(rt: RequestTrackerHouse) -> None:
    made = rt.psa.create_ticket(NewTicket("Two\nlines " + "x" * 300, contact=PERSON))
    ticket = rt.psa.get_ticket(made.number)
    assert (ticket.contact, len(ticket.title)) == ("Jo Pemberley", 200)
    named = rt.psa.create_ticket(NewTicket("By name", "It hums.", contact="Jo, ext. 12"))
    assert rt.psa.get_ticket(named.number).body == "It hums.\n\nContact: Jo, ext. 12"


def test_token_opens_it_too(rt: RequestTrackerHouse) -> None:
    psa = as_account(rt, "", rt.server.token)
    assert psa.test_connection().product.startswith("Request Tracker 5")


def test_wrong_password_is_said(rt: RequestTrackerHouse) -> None:
    with pytest.raises(CredentialsRejected):
        as_account(rt, "root", "wrong").test_connection()
    with pytest.raises(CredentialsRejected):
        as_account(rt, "", "1-14-0123456789abcdef0123456789abcdef").test_connection()


def test_account_without_rights_is_told_which(rt: RequestTrackerHouse) -> None:
    rt.server.add("/user", Name="weak", Password="weak-password", Privileged=1)
    number, psa = rt.new_ticket(), as_account(rt, "weak", "weak-password")
    (warning,) = psa.test_connection().warnings
    assert "SeeQueue" in warning
    for ask in (psa.get_ticket, psa.ticket_context, lambda number: psa.find_note(number, MARKER)):
        with pytest.raises(NotAllowed):
            ask(number)
    with pytest.raises(NotAllowed):
        psa.add_note(number, "text", NoteKind.INTERNAL, MARKER)
    with pytest.raises(Invalid):
        psa.create_ticket(NewTicket("x"))
    assert rt.notes(number) == []


def test_account_that_cannot_read_comments_is_told_so_and_writes_no_second(rt: RequestTrackerHouse) -> None:
    number, psa = rt.new_ticket(), as_account(rt, "mute", "mute-password")
    assert psa.get_ticket(number).number == number
    with pytest.raises(NotAllowed, match="ShowTicketComments"):
        psa.add_note(number, "text", NoteKind.INTERNAL, MARKER)
    assert rt.notes(number) == ["text"]
    (warning,) = psa.test_connection().warnings
    assert "ReplyToTicket" in warning


def test_what_an_account_may_not_see_is_never_taken_for_absent(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket()
    rt.psa.add_note(number, "text", NoteKind.INTERNAL, MARKER)
    rt.psa.attach(number, File("whole.md", b"text", "text/markdown"))
    psa = as_account(rt, "mute", "mute-password")
    for ask in (
        lambda: psa.find_note(number, MARKER),
        lambda: psa.find_time(number, MARKER),
        lambda: psa.find_file(number, "whole.md"),
    ):
        with pytest.raises(NotAllowed, match="ShowTicketComments"):
            ask()


def test_account_that_sees_a_comment_of_the_ticket_can_tell_what_is_absent(rt: RequestTrackerHouse) -> None:
    number = rt.new_ticket()
    rt.psa.add_note(number, "text", NoteKind.INTERNAL, MARKER)
    psa = as_account(rt, "reader", "reader-password")
    assert psa.find_note(number, "RF-00000000") is None
    assert psa.find_file(number, "whole.md") is None
    assert psa.find_note(number, MARKER) is not None
    with pytest.raises(NotAllowed):
        psa.find_note(rt.new_ticket(), MARKER)


def test_address_of_something_else_is_said(rt: RequestTrackerHouse, settings: Any) -> None:
    with receiver(says(200, "<html>Welcome</html>")) as made:
        settings.RF_ALLOWED_PRIVATE_HOSTS = [made.host]
        rt.connection.address = f"http://{made.host}/rt/"
        with pytest.raises(NotFound, match="no Request Tracker"):
            rt.psa.test_connection()
    assert made.asked[0].target == "/rt/REST/2.0/rt"


def _history(rt: RequestTrackerHouse, number: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = rt.server.ask("GET", f"/ticket/{number}/history?fields=Data")["items"]
    return rows


class _Rushing:
    """Lets something happen right before what writes."""

    def __init__(self, send: Any, happens: Any) -> None:
        self.send = send
        self.happens = happens

    def __call__(self, call: Call, *, writes: bool = False) -> Answer:
        if writes:
            self.happens()
        answer: Answer = self.send(call, writes=writes)
        return answer
