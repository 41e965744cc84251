"""What every provider does alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

import pytest

from apps.core.egress import File
from apps.core.outbox import Failed
from apps.psa.errors import Invalid, NotFound
from apps.psa.facts import Capability, Classification, NewTicket, NoteKind, TicketQuery, TimeEntry
from tests.psa.providers.house import House

pytestmark = pytest.mark.django_db

MARKER = "[RF-7F3K2M9Q]"
ODD = {
    "quotes": """She said "it's down" and 'left'""",
    "backslashes": r"\\FS01\share\new \" \n %s {0}",
    "emoji": "Printer 🖨️ on fire 🔥 ÄÖß",
    "right to left": "الطابعة لا تعمل \u202eabc\u202c שלום",
    "wildcards": "100% [x] * ? _ ^ ~ done",
    "markup": "<b>bold</b> &amp; `code` **strong** {{name}} $(whoami)",
}
INJECTIONS = [
    '" or id > 0 or summary = "',
    '%" OR summary like "%',
    "' OR Subject LIKE '%",
    '\\" or 1=1 --',
    "') OR ('1'='1",
    "%",
    "*",
    "[x]",
    "_______",
]
NO_NUMBERS = ["", "abc", "../1", "1/notes", "1?x=1", "1 or 1=1", "-1", "0", "999999999", "9" * 40, "１２"]


def needs(capability: Capability) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def run(house: House, *args: object, **kwargs: object) -> None:
            if capability not in house.psa.capabilities:
                pytest.skip(f"{type(house.psa).__name__} does not offer {capability}.")
            test(house, *args, **kwargs)

        return run

    return decorate


def found(house: House, text: str, **query: object) -> set[str]:
    """The numbers a search finds; none where it is refused."""
    try:
        return {ticket.number for ticket in house.psa.search_tickets(TicketQuery(text, **query)).tickets}
    except Invalid:
        return set()


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def entry(**fields: Any) -> TimeEntry:
    started = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    return TimeEntry(
        **{"marker": MARKER, "text": f"Work {MARKER}", "started_at": started, "hours": Decimal("0.25")} | fields
    )


def test_connection_is_proved(house: House) -> None:
    greeting = house.psa.test_connection()
    assert greeting.product
    assert greeting.account


def test_ticket_is_read(house: House) -> None:
    number = house.new_ticket("Outlook hangs", "Since Monday.")
    ticket = house.psa.get_ticket(number)
    assert (ticket.number, ticket.title, plain(ticket.body)) == (number, "Outlook hangs", "Since Monday.")
    assert not ticket.is_closed
    assert not ticket.merged_into
    assert ticket.opened_at
    assert ticket.client is None or ticket.client.id == house.client


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_ticket_that_is_not_there_is_not_found(house: House, number: str) -> None:
    house.new_ticket()
    for ask in (house.psa.get_ticket, house.psa.ticket_context):
        with pytest.raises(NotFound):
            ask(number)
    with pytest.raises(NotFound):
        house.psa.add_note(number, f"text {MARKER}", NoteKind.INTERNAL, MARKER)


def test_closed_ticket_is_read_as_closed_and_found_when_asked_for(house: House) -> None:
    number = house.new_ticket("Scanner is silent")
    house.close(number)
    assert house.psa.get_ticket(number).is_closed
    assert number not in found(house, "Scanner is silent")
    assert number in found(house, "Scanner is silent", open_only=False)


def test_merged_ticket_names_the_one_it_went_on_as(house: House) -> None:
    number, other = house.new_ticket(), house.new_ticket()
    house.merge(number, other)
    assert house.psa.get_ticket(number).merged_into == other
    assert house.psa.get_ticket(other).merged_into == ""


def test_search_finds_by_title_and_by_number(house: House) -> None:
    wanted, other = house.new_ticket("Docking station flickers"), house.new_ticket("Mail is late")
    for text in ("docking", "station flick", wanted, f"#{wanted}"):
        assert wanted in found(house, text)
        assert other not in found(house, text)


def test_search_for_nothing_shows_the_newest_first(house: House) -> None:
    first, second = house.new_ticket(), house.new_ticket()
    numbers = [ticket.number for ticket in house.psa.search_tickets(TicketQuery()).tickets]
    assert numbers.index(second) < numbers.index(first)


@needs(Capability.BOARDS)
def test_search_keeps_to_the_board(house: House) -> None:
    number = house.new_ticket("Proxy refuses")
    assert number in found(house, "Proxy", board=house.board)
    (elsewhere, *_) = [board.id for board in house.psa.list_boards() if board.id != house.board]
    assert number not in found(house, "Proxy", board=elsewhere)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_search_for_odd_text_finds_what_is_called_so_or_is_refused(house: House, text: str) -> None:
    number, other = house.new_ticket(text), house.new_ticket("Quite another matter")
    assert house.psa.get_ticket(number).title == text
    numbers = found(house, text)
    assert other not in numbers
    assert number in numbers or not numbers


@pytest.mark.parametrize("text", INJECTIONS)
def test_search_text_never_becomes_a_condition(house: House, text: str) -> None:
    other = house.new_ticket("Quite another matter")
    for query in ({}, {"open_only": False}):
        assert other not in found(house, text, **query)


def test_search_for_a_very_long_text_finds_nothing_else(house: House) -> None:
    other = house.new_ticket("Quite another matter")
    assert other not in found(house, "long text " * 2_000)


@pytest.mark.parametrize("name", ["board", "member", "cursor"])
def test_search_takes_no_condition_in_an_id(house: House, name: str) -> None:
    number = house.new_ticket()
    try:
        page = house.psa.search_tickets(TicketQuery(**{name: '0 or id > 0 or summary != ""'}))
    except Failed:
        return
    assert number not in {ticket.number for ticket in page.tickets}


@pytest.mark.parametrize("text", [*ODD.values(), "long " * 4_000], ids=[*ODD, "20 kB"])
def test_note_reads_as_it_was_written_and_is_internal(house: House, text: str) -> None:
    number = house.new_ticket()
    written = f"{text}\n\nSecond paragraph {MARKER}"
    house.psa.add_note(number, written, NoteKind.INTERNAL, MARKER)
    note = house.psa.find_note(number, MARKER)
    assert note
    assert plain(note.text) == plain(written)
    assert note.id
    assert not note.is_public
    assert [plain(text) for text in house.notes(number)] == [plain(written)]
    assert house.public_notes(number) == []


def test_note_for_the_client_is_known_as_public(house: House) -> None:
    number = house.new_ticket()
    house.psa.add_note(number, f"Hello {MARKER}", NoteKind.DISCUSSION, MARKER)
    note = house.psa.find_note(number, MARKER)
    assert note
    assert note.is_public
    assert len(house.public_notes(number)) == 1


def test_note_is_found_by_its_own_marker_in_its_own_ticket(house: House) -> None:
    number, other = house.new_ticket(), house.new_ticket()
    house.psa.add_note(number, f"One {MARKER}", NoteKind.INTERNAL, MARKER)
    house.psa.add_note(number, "Two [RF-7F3K2M9R]", NoteKind.INTERNAL, "[RF-7F3K2M9R]")
    note = house.psa.find_note(number, MARKER)
    assert note
    assert "One" in note.text
    assert house.psa.find_note(number, "[RF-AAAAAAAA]") is None
    assert house.psa.find_note(other, MARKER) is None


def test_note_id_is_the_one_it_is_found_by_or_empty(house: House) -> None:
    number = house.new_ticket()
    given = house.psa.add_note(number, f"One {MARKER}", NoteKind.INTERNAL, MARKER)
    note = house.psa.find_note(number, MARKER)
    assert note
    assert given in ("", note.id)


def test_ticket_is_created(house: House) -> None:
    new = NewTicket("Backup failed", "Since last night.", board=house.board, client=house.client)
    made = house.psa.create_ticket(new)
    assert made.number
    read = house.psa.get_ticket(made.number)
    assert (read.title, plain(read.body)) == ("Backup failed", "Since last night.")


def test_context_holds_notes_and_earlier_tickets(house: House) -> None:
    earlier, number = house.new_ticket("The first time"), house.new_ticket("The second time")
    house.psa.add_note(number, f"Looked at it {MARKER}", NoteKind.INTERNAL, MARKER)
    context = house.psa.ticket_context(number)
    assert context.ticket.title == "The second time"
    assert any(MARKER in note.text for note in context.notes)
    if context.ticket.client:
        assert earlier in [ticket.number for ticket in context.earlier]
    assert number not in [ticket.number for ticket in context.earlier]


@needs(Capability.MEMBERS)
def test_members_have_ids_and_names(house: House) -> None:
    members = house.psa.list_members()
    assert members
    assert all(member.id and member.name for member in members)
    assert len({member.id for member in members}) == len(members)


@needs(Capability.STATUS)
def test_status_is_set_and_read_back(house: House) -> None:
    number = house.new_ticket()
    ticket = house.psa.get_ticket(number)
    assert ticket.status
    (wanted, *_) = [status.id for status in house.psa.list_statuses(house.board) if status.id != ticket.status.id]
    house.psa.set_status(number, wanted)
    status = house.psa.get_ticket(number).status
    assert status
    assert status.id == wanted


@needs(Capability.STATUS)
@pytest.mark.parametrize("status", ["nonsense", "99999", '1", "op": "add'])
def test_status_that_is_not_there_is_refused(house: House, status: str) -> None:
    number = house.new_ticket()
    before = house.psa.get_ticket(number).status
    with pytest.raises(Failed):
        house.psa.set_status(number, status)
    assert house.psa.get_ticket(number).status == before


@needs(Capability.TYPES)
def test_type_is_set_and_read_back(house: House) -> None:
    number = house.new_ticket()
    wanted = house.psa.list_types(house.board)[-1].id
    house.psa.classify(number, Classification(type=wanted))
    kind = house.psa.get_ticket(number).type
    assert kind
    assert kind.id == wanted


@needs(Capability.TIME)
def test_time_is_entered_and_the_client_does_not_see_it(house: House) -> None:
    number, other = house.new_ticket(), house.new_ticket()
    given = house.psa.add_time(number, entry())
    time = house.psa.find_time(number, MARKER)
    assert time
    assert given in ("", time.id)
    assert time.hours == Decimal("0.25")
    assert not time.is_public
    assert house.public_notes(number) == []
    assert house.psa.find_time(number, "[RF-AAAAAAAA]") is None
    assert house.psa.find_time(other, MARKER) is None


@needs(Capability.FILES)
@pytest.mark.parametrize("name", ["RF-7F3K2M9Q.md", 'odd "name" [x] 🔥.txt'])
def test_file_is_attached_under_its_name(house: House, name: str) -> None:
    number, other = house.new_ticket(), house.new_ticket()
    given = house.psa.attach(number, File(name, b"\x00the whole note\xff", "text/markdown"))
    held = house.psa.find_file(number, name)
    assert held
    assert given in ("", held)
    assert house.psa.find_file(number, "another.md") is None
    assert house.psa.find_file(other, name) is None
    assert house.public_notes(number) == []
