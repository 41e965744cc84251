"""What is ConnectWise's own: where its API is, its pages, what its "no" means, and its faults at every moment."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from apps.core.egress import addresses
from apps.core.outbox import Doubt, Failed, Later
from apps.psa.errors import (
    CredentialsRejected,
    Invalid,
    NotAllowed,
    NotFound,
    NotTaken,
    RateLimited,
    Unavailable,
)
from apps.psa.facts import NewTicket, NoteKind, TicketQuery
from apps.psa.providers.connectwise import ConnectWise
from apps.psa.providers.connectwise.site import _api, _origin
from tests.fakes.connectwise import Fault
from tests.fakes.connectwise.records import member
from tests.psa.providers.connectwise_house import ConnectWiseHouse
from tests.psa.providers.test_every_provider import MARKER, entry

pytestmark = pytest.mark.django_db
NOTES = "POST .*/notes$"


def write(house: ConnectWiseHouse, number: str) -> str:
    return house.psa.add_note(number, f"Text {MARKER}", NoteKind.INTERNAL, MARKER)


def asked(house: ConnectWiseHouse) -> list[str]:
    return [f"{one.method} {one.path}" for one in house.fake.asked]


@pytest.mark.parametrize(
    ("typed", "is_cloud", "root"),
    [
        ("na.myconnectwise.net", "True", "https://api-na.myconnectwise.net"),
        ("api-eu.myconnectwise.net", "True", "https://api-eu.myconnectwise.net"),
        ("https://staging.connectwisedev.com/v4_6", "true", "https://api-staging.connectwisedev.com"),
        ("cw.contoso.example", "False", "https://cw.contoso.example"),
        ("api-cw.contoso.example:8443", "False", "https://api-cw.contoso.example:8443"),
    ],
)
def test_api_stands_where_the_site_says(typed: str, is_cloud: str, root: str) -> None:
    assert _api(_origin(typed), is_cloud) == root


def test_api_is_looked_up_once_and_again_after_an_upgrade(connectwise_house: ConnectWiseHouse) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    house.psa.get_ticket(number)
    house.psa.get_ticket(number)
    assert asked(house).count("GET /login/companyinfo/msp") == 1
    house.fake.codebase = "v2026_1/"
    assert write(house, number)
    assert len(house.notes(number)) == 1
    house.connection.refresh_from_db()
    assert house.connection.root == f"{house.fake.address}/v2026_1/apis/3.0"
    assert house.psa.get_ticket(number).url.startswith(f"{house.fake.address}/v2026_1/services/")


def test_ticket_that_is_gone_is_looked_for_once(connectwise_house: ConnectWiseHouse) -> None:
    connectwise_house.new_ticket()
    with pytest.raises(NotFound):
        connectwise_house.psa.get_ticket("5")
    assert asked(connectwise_house).count("GET /service/tickets/5") == 1


def test_unknown_company_is_told_apart(connectwise_house: ConnectWiseHouse) -> None:
    connectwise_house.fake.company = "another"
    with pytest.raises(NotFound, match="does not know the company “msp”"):
        connectwise_house.psa.test_connection()


@pytest.mark.parametrize("codebase", ["../../x/", "x@evil.test/", "", "a b/", "//evil.test/"])
def test_codebase_that_leads_elsewhere_is_not_taken(connectwise_house: ConnectWiseHouse, codebase: str) -> None:
    connectwise_house.fake.codebase = codebase
    with pytest.raises(Unavailable):
        connectwise_house.psa.test_connection()


def test_company_may_hold_any_sign(connectwise_house: ConnectWiseHouse) -> None:
    connectwise_house.fake.company = connectwise_house.connection.account = "m s/p?é"
    connectwise_house.connection.save()
    assert connectwise_house.psa.test_connection().account == "m s/p?é"


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("ask", ["test_connection", "list_boards", "get_ticket"])
def test_wrong_keys_are_told_as_such(connectwise_house: ConnectWiseHouse, hides: bool, ask: str) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    house.psa.test_connection()
    house.fake.private_key, house.fake.hides = "revoked", hides
    with pytest.raises(CredentialsRejected) as raised:
        getattr(house.psa, ask)(*([number] if ask == "get_ticket" else []))
    house.connection.refresh_from_db()
    assert house.connection.problem == str(raised.value)
    assert "pRiVaTe" not in str(raised.value)
    with pytest.raises(CredentialsRejected):
        write(house, number)
    assert house.notes(number) == []


def test_client_id_that_is_not_known_is_told_as_such(connectwise_house: ConnectWiseHouse) -> None:
    connectwise_house.fake.client_id = "another"
    with pytest.raises(NotAllowed, match="client ID"):
        connectwise_house.psa.test_connection()


@pytest.mark.parametrize("barred", ["GET /system/info", "GET /system/members", "GET /service/tickets"])
def test_role_that_may_too_little_is_told_as_such(connectwise_house: ConnectWiseHouse, barred: str) -> None:
    connectwise_house.fake.barred.add(barred)
    with pytest.raises(NotAllowed, match="role"):
        connectwise_house.psa.test_connection()


def test_role_that_may_not_enter_time_still_may_write_notes(connectwise_house: ConnectWiseHouse) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    house.fake.barred |= {"POST /time/entries", "GET /time/entries"}
    assert house.psa.test_connection().warnings == ["The role of the API member may not read time entries."]
    house.connection.refresh_from_db()
    assert house.connection.problem == ""
    with pytest.raises(NotAllowed, match="enter time"):
        house.psa.add_time(number, entry())
    assert write(house, number)


@pytest.mark.parametrize("barred", ["/configurations", "/company", "/allNotes"])
def test_context_leaves_out_what_the_role_may_not_read(connectwise_house: ConnectWiseHouse, barred: str) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    house.fake.barred.add(f"GET {barred}" if barred == "/company" else f"GET /service/tickets/{number}{barred}")
    house.fake.devices[int(number)] = [900]
    assert house.psa.ticket_context(number).ticket.number == number


@pytest.mark.parametrize("value", ["", "99", "x"])
def test_value_that_is_not_taken_is_named(connectwise_house: ConnectWiseHouse, value: str) -> None:
    with pytest.raises(Invalid) as raised:
        connectwise_house.psa.create_ticket(NewTicket("Title", client=value))
    assert raised.value.field == "company"


def test_pages_are_followed_by_their_query_alone(
    connectwise_house: ConnectWiseHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.psa.providers.connectwise.site.PAGE", 10)
    fake = connectwise_house.fake
    fake.members += [member(number, f"m{number}", "Mem", str(number)) for number in range(100, 120)]
    members = connectwise_house.psa.list_members()
    assert len({found.id for found in members}) == 23  # those of before but the one who is gone
    assert asked(connectwise_house).count("GET /system/members") == 3


def test_pages_have_an_end(connectwise_house: ConnectWiseHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.psa.providers.connectwise.site.PAGE", 1)
    connectwise_house.fake.members += [member(number, f"m{number}", "M", "N") for number in range(100, 140)]
    assert len(connectwise_house.psa.list_members()) == 20


def test_search_goes_on_where_it_ended(connectwise_house: ConnectWiseHouse) -> None:
    numbers = [connectwise_house.new_ticket(f"Ticket {place}") for place in range(49)]
    found, cursor = [], ""
    for _ in range(3):
        page = connectwise_house.psa.search_tickets(TicketQuery(cursor=cursor))
        found, cursor = [*found, *(ticket.number for ticket in page.tickets)], page.cursor
    assert found == numbers[::-1]
    assert cursor == ""


def test_long_search_is_posted(connectwise_house: ConnectWiseHouse) -> None:
    title = "[🔥" * 50
    number = connectwise_house.new_ticket(title)
    page = connectwise_house.psa.search_tickets(TicketQuery(title))
    assert [ticket.number for ticket in page.tickets] == [number]
    assert asked(connectwise_house)[-1] == "POST /service/tickets/search"
    connectwise_house.fake.fail(Fault.ERROR, "POST .*/search")
    with pytest.raises(Unavailable):
        connectwise_house.psa.search_tickets(TicketQuery(title))


@pytest.mark.parametrize("text", ['password: "Maple#4410x" OR id > 0', 'pw is Maple#4410x" OR id > 0 OR summary = "'])
def test_search_stays_whole_when_it_is_redacted(connectwise_house: ConnectWiseHouse, text: str) -> None:
    connectwise_house.new_ticket()
    assert connectwise_house.psa.search_tickets(TicketQuery(text)).tickets == []
    assert "Maple" not in str(connectwise_house.fake.asked)


def test_tickets_of_a_member_are_owned_or_shared(connectwise_house: ConnectWiseHouse) -> None:
    owned, shared, other = (connectwise_house.new_ticket() for _ in range(3))
    connectwise_house.fake.tickets[int(owned)]["owner"] = {"id": 11, "identifier": "mlopez"}
    connectwise_house.fake.tickets[int(shared)]["resources"] = "jdoe,mlopez"
    connectwise_house.fake.tickets[int(other)]["resources"] = "jdoe"
    page = connectwise_house.psa.search_tickets(TicketQuery(member="11"))
    assert {ticket.number: ticket.owner for ticket in page.tickets} == {owned: "11", shared: ""}


def test_nobody_gets_mail_of_what_we_write(connectwise_house: ConnectWiseHouse) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    write(house, number)
    house.psa.add_note(number, "Hello", NoteKind.DISCUSSION, MARKER)
    house.psa.set_status(number, "12")
    house.psa.add_time(number, entry())
    house.psa.create_ticket(NewTicket("Title", "Body", client="250"))
    assert house.fake.mails == []


def test_text_of_a_time_entry_is_not_on_the_invoice(connectwise_house: ConnectWiseHouse) -> None:
    connectwise_house.psa.add_time(connectwise_house.new_ticket(), entry(text="Inner workings"))
    (time,) = connectwise_house.fake.times
    assert (time["notes"], time["internalNotes"]) == (MARKER, "Inner workings")


def test_note_that_turned_out_public_reads_as_such(connectwise_house: ConnectWiseHouse) -> None:
    number = connectwise_house.new_ticket()
    connectwise_house.fake.makes_public = True
    write(connectwise_house, number)
    note = connectwise_house.psa.find_note(number, MARKER)
    assert note
    assert note.is_public


def test_change_that_was_not_made_is_told(connectwise_house: ConnectWiseHouse) -> None:
    number = connectwise_house.new_ticket()
    connectwise_house.fake.lies = True
    with pytest.raises(NotTaken):
        connectwise_house.psa.set_status(number, "12")
    assert connectwise_house.fake.tickets[int(number)]["status"]["id"] == 11


@pytest.mark.parametrize(
    ("fault", "outcome", "arrived"),
    [
        (Fault.BEFORE, Doubt, 0),
        (Fault.BUSY, RateLimited, 0),
        (Fault.BUSY_FOR, RateLimited, 0),
        (Fault.HTML, Doubt, 0),
        (Fault.HTML_FOR_DATA, Doubt, 0),
        (Fault.ERROR, Doubt, 0),
        (Fault.ERROR_AFTER, Doubt, 1),
        (Fault.SILENCE, Doubt, 1),
        (Fault.CUT, Doubt, 1),
    ],
)
def test_write_that_fails_says_whether_it_may_have_arrived(
    connectwise_house: ConnectWiseHouse,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    outcome: type[Exception],
    arrived: int,
) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    house.psa.get_ticket(number)
    monkeypatch.setattr(ConnectWise, "seconds", 2)
    house.fake.fail(fault, NOTES)
    with pytest.raises(outcome):
        write(house, number)
    assert len(house.notes(number)) == arrived
    assert asked(house).count(f"POST /service/tickets/{number}/notes") == 1
    if outcome is Doubt:
        assert bool(house.psa.find_note(number, MARKER)) == bool(arrived)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.REDIRECT])
def test_read_that_fails_can_be_asked_again(
    connectwise_house: ConnectWiseHouse, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    monkeypatch.setattr(ConnectWise, "seconds", 2)
    house.fake.fail(fault, "GET /service/tickets/")
    with pytest.raises(RateLimited if fault in (Fault.BUSY, Fault.BUSY_FOR) else Unavailable):
        house.psa.get_ticket(number)
    type(house.connection).objects.update(resumes_at=None)
    assert house.psa.get_ticket(number).number == number


@pytest.mark.parametrize(("fault", "low", "high"), [(Fault.BUSY_FOR, 6, 7), (Fault.BUSY, 29, 30)])
def test_pause_that_was_asked_for_is_kept(
    connectwise_house: ConnectWiseHouse, fault: Fault, low: int, high: int
) -> None:
    house, number = connectwise_house, connectwise_house.new_ticket()
    house.fake.fail(fault, "GET /service/tickets/")
    with pytest.raises(RateLimited) as raised:
        house.psa.get_ticket(number)
    assert low <= (raised.value.seconds or 0) <= high
    before = len(house.fake.asked)
    with pytest.raises(RateLimited) as raised:
        house.psa.get_ticket(number)
    assert low - 1 <= (raised.value.seconds or 0) <= high
    assert len(house.fake.asked) == before


@pytest.mark.parametrize(
    "row",
    [
        {"id": "x", "summary": None, "company": None, "board": [], "status": {"id": None}, "_info": 5},
        {},
        {"id": 1, "summary": 7, "closedFlag": "yes", "mergedParentTicket": "none", "_info": {"dateEntered": "soon"}},
    ],
)
def test_ticket_is_read_whatever_its_fields_hold(connectwise_house: ConnectWiseHouse, row: dict[str, Any]) -> None:
    number = connectwise_house.new_ticket()
    fake = connectwise_house.fake
    fake.watch = lambda _asked, _said: None
    fake.tickets[int(number)] = row
    assert not connectwise_house.psa.get_ticket(number).is_closed


def test_private_host_is_refused_unless_it_is_listed(connectwise_house: ConnectWiseHouse, settings: Settings) -> None:
    settings.RF_ALLOWED_PRIVATE_HOSTS = []
    for address in (connectwise_house.fake.address, "127.0.0.1", "localhost:8443", "[::1]"):
        connectwise_house.connection.address = address
        connectwise_house.connection.save()
        with pytest.raises(Failed, match="was not called"):
            connectwise_house.psa.test_connection()
    assert connectwise_house.fake.asked == []


@pytest.mark.parametrize(
    "hosts", [["10.1.2.3"], ["169.254.169.254"], ["203.0.113.7", "127.0.0.1"], ["::ffff:127.0.0.1"], ["fd00::1"]]
)
def test_name_that_leads_to_a_private_address_is_refused(
    connectwise_house: ConnectWiseHouse, resolve: Callable[[list[list[str]]], None], hosts: list[str]
) -> None:
    resolve([hosts])
    connectwise_house.connection.address = "cw.contoso.example"
    connectwise_house.connection.save()
    with pytest.raises(Failed, match="private address"):
        connectwise_house.psa.test_connection()


def test_name_that_changes_to_a_private_address_is_refused(
    connectwise_house: ConnectWiseHouse, resolve: Callable[[list[list[str]]], None]
) -> None:
    """The connection's root was looked up while the name led elsewhere."""
    resolve([["10.1.2.3"]])
    connectwise_house.connection.root = "https://api-na.myconnectwise.net/v2025_1/apis/3.0"
    connectwise_house.connection.save()
    with pytest.raises(Failed, match="private address"):
        write(connectwise_house, connectwise_house.new_ticket())


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[list[str]]], None]:
    """What names lead to, look-up after look-up."""

    def lead(answers: list[list[str]]) -> None:
        found = iter(answers)
        infos = lambda *_args, **_options: [(0, 0, 0, "", (host, 0)) for host in next(found)]  # noqa: E731
        monkeypatch.setattr(addresses.socket, "getaddrinfo", infos)

    return lead


def test_redirect_is_not_followed(connectwise_house: ConnectWiseHouse) -> None:
    number = connectwise_house.new_ticket()
    connectwise_house.psa.get_ticket(number)
    connectwise_house.fake.fail(Fault.REDIRECT, NOTES)
    with pytest.raises(Invalid, match="leads on to another"):
        write(connectwise_house, number)
    assert connectwise_house.notes(number) == []


def test_site_that_is_down_comes_later(connectwise_house: ConnectWiseHouse) -> None:
    connectwise_house.fake.fail(Fault.BEFORE, "login")
    with pytest.raises(Later):
        connectwise_house.psa.test_connection()
