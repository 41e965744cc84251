import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutboxState
from apps.psa.context import write_context
from apps.psa.facts import Named, TicketContext, TicketFacts
from apps.psa.models import Connection, DemoTicket, PsaMember, Ticket
from apps.sessions.models import FlowSession, Status
from apps.teams.models import Team, User
from apps.tickets.selectors import KNOWN
from apps.tickets.services import link_ticket
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.psa import ClientFactory, ConnectionFactory, TicketFactory, psa_away
from tests.factories.sessions import FlowSessionFactory

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def as_engineer(client: Client, engineer: User) -> Client:
    client.force_login(engineer)
    return client


@pytest.fixture
def connection(engineer: User) -> Connection:
    DemoTicket.objects.create(
        team=engineer.team, number=1001, title="VPN is down", body="<b>809</b>", member=engineer.pk
    )
    DemoTicket.objects.create(team=engineer.team, number=1002, title="Printer is silent")
    return ConnectionFactory(team=engineer.team)


@pytest.fixture
def begun(engineer: User) -> FlowSession:
    return FlowSessionFactory(team=engineer.team, owner=engineer, status=Status.ACTIVE, ticket=None)


def page(browser: Client, name: str, *args: object, **query: str) -> str:
    response = browser.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_tickets_of_the_psa_are_listed_with_their_sessions(
    as_engineer: Client, connection: Connection, begun: FlowSession, engineer: User
) -> None:
    link_ticket(begun.pk, by=engineer, number="1001")
    html = page(as_engineer, "tickets:mine")
    assert "#1001 VPN is down" in html
    assert begun.get_absolute_url() in html
    assert "#1002" not in page(as_engineer, "tickets:mine", q="vpn")


@pytest.mark.parametrize("name", ["tickets:mine", "tickets:picker"])
def test_tickets_are_found_page_by_page(as_engineer: Client, begun: FlowSession, engineer: User, name: str) -> None:
    rows = [DemoTicket(team=engineer.team, number=number, title="VPN is down") for number in range(2000, 2060)]
    DemoTicket.objects.bulk_create([*rows, DemoTicket(team=engineer.team, number=2100, title="Printer")])
    ConnectionFactory(team=engineer.team)
    address, numbers = f"{reverse(name, args=[begun.pk] if name == 'tickets:picker' else [])}?q=VPN", []
    for _ in range(3):
        response = as_engineer.get(address, headers=PARTIAL)
        numbers += re.findall(r'ttl">#(\d+)', response.content.decode())
        address = response.context["older"]
    assert [int(number) for number in numbers] == list(range(2059, 1999, -1))
    assert address == ""
    assert response.context["newer"].endswith("?q=VPN")
    assert "<html" not in response.content.decode()


def known(team: Team, number: str, title: str, **facts: Any) -> Ticket:
    """A ticket as it was seen while its PSA was there."""
    connection = facts.pop("connection", None) or Connection.objects.live().get(team=team)
    context = write_context(TicketContext(TicketFacts(number, title, **facts)))
    board = facts["board"].id if "board" in facts else ""
    return TicketFactory(team=team, number=number, title=title, connection=connection, context=context, board=board)


@pytest.fixture
def away(engineer: User) -> Connection:
    """A PSA that is away, in which the engineer is member 7, and some tickets that were seen in it."""
    connection = psa_away(engineer.team)
    PsaMember.objects.create(
        team=engineer.team, connection=connection, external_id="7", name=engineer.name, user=engineer
    )
    known(engineer.team, "1", "Mine", owner="7", board=Named("b1", "Helpdesk"))
    known(engineer.team, "2", "Of a colleague", owner="8", board=Named("b2", "Projects"))
    known(engineer.team, "3", "Closed", is_closed=True)
    TicketFactory(team=engineer.team, number="4", title="Typed")
    return connection


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, {"Mine", "Of a colleague", "Typed"}),
        ({"closed": "on"}, {"Mine", "Of a colleague", "Typed", "Closed"}),
        ({"mine": "on"}, {"Mine", "Typed"}),
        ({"board": "b2"}, {"Of a colleague"}),
        ({"board": "b2", "mine": "on"}, set()),
        ({"q": "colleague"}, {"Of a colleague"}),
    ],
)
def test_filters_hold_over_what_is_known_while_the_psa_is_away(
    as_engineer: Client, away: Connection, engineer: User, query: dict[str, str], titles: set[str]
) -> None:
    FlowSessionFactory(team=engineer.team, owner=engineer, ticket=Ticket.objects.get(number="4"))
    html = page(as_engineer, "tickets:mine", **query)
    assert {title.strip() for title in re.findall(r'ttl">#\d+ ([^<]+)<', html)} == titles
    assert '<option value="b1"' in html
    assert ("selected>Projects" in html) is ("board" in query)


def test_what_is_known_comes_page_by_page_and_begins_anew_when_the_psa_is_back(
    as_engineer: Client, engineer: User, begun: FlowSession
) -> None:
    archived = psa_away(engineer.team)
    for number in range(KNOWN + 5):
        known(engineer.team, str(number), "Seen before")
    first = as_engineer.get(reverse("tickets:mine"))
    second = as_engineer.get(first.context["older"])
    assert [len(answer.context["rows"]) for answer in (first, second)] == [KNOWN, 5]
    Connection.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
    DemoTicket.objects.create(team=engineer.team, number=1001, title="VPN is down")
    ConnectionFactory(team=engineer.team)
    assert "VPN is down" in as_engineer.get(first.context["older"]).content.decode()


def test_tickets_of_a_replaced_psa_are_shown_nowhere(
    as_engineer: Client, away: Connection, begun: FlowSession, engineer: User
) -> None:
    old = ConnectionFactory(team=engineer.team, archived_at=timezone.now())
    FlowSessionFactory(
        team=engineer.team, owner=engineer, title="Old work", ticket=known(engineer.team, "1", "Left", connection=old)
    )
    for html in (page(as_engineer, "tickets:mine", closed="on"), page(as_engineer, "tickets:picker", begun.pk)):
        assert "Left" not in html
    assert "Session of" not in page(as_engineer, "tickets:mine")


def test_mine_of_somebody_whom_the_psa_does_not_know_are_those_of_their_sessions(
    as_engineer: Client, connection: Connection, begun: FlowSession, engineer: User
) -> None:
    link_ticket(begun.pk, by=engineer, number="1002")
    html = page(as_engineer, "tickets:mine", mine="on")
    assert "does not know who you are" in html
    assert "#1002 Printer is silent" in html
    assert "#1001" not in html


@pytest.mark.parametrize("name", ["tickets:mine", "tickets:picker"])
def test_psa_that_is_away_leaves_what_is_known(
    as_engineer: Client, begun: FlowSession, engineer: User, name: str
) -> None:
    psa_away(engineer.team)
    TicketFactory(team=engineer.team, number="48213", title="Known here")
    TicketFactory(number="48214", title="Of another team")
    html = page(as_engineer, name, *([begun.pk] if name == "tickets:picker" else []))
    assert "These are the tickets that are known here." in html
    assert "Known here" in html
    assert "Of another team" not in html


def test_start_leads_to_a_session_on_the_ticket(as_engineer: Client, connection: Connection) -> None:
    response = as_engineer.post(reverse("tickets:start"), {"number": "1001"})
    flow_session = FlowSession.objects.get(ticket__number="1001")
    assert response.headers["Location"] == flow_session.get_absolute_url()


def test_unknown_number_is_said_beside_the_field_and_stays(
    as_engineer: Client, connection: Connection, begun: FlowSession
) -> None:
    response = as_engineer.post(reverse("tickets:link", args=[begun.pk]), {"number": "4711"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "has no such ticket" in html
    assert 'value="4711"' in html


def test_new_ticket_is_offered_where_a_psa_is_connected(as_engineer: Client, begun: FlowSession) -> None:
    assert "Make it in the PSA" not in page(as_engineer, "tickets:picker", begun.pk)
    ConnectionFactory(team=begun.team)
    assert "Make it in the PSA" in page(as_engineer, "tickets:picker", begun.pk)


def test_new_ticket_is_proposed_without_secrets(
    as_engineer: Client, connection: Connection, begun: FlowSession
) -> None:
    FlowSession.objects.filter(pk=begun.pk).update(problem="Password: Harbour-Winter-77 since Monday")
    html = page(as_engineer, "tickets:picker", begun.pk)
    assert "Harbour-Winter-77" not in html
    assert "Password: [password removed] since Monday" in html
    FlowSession.objects.filter(pk=begun.pk).update(secrets={"vpn_key": "no token"})
    assert "since Monday" not in page(as_engineer, "tickets:picker", begun.pk)


def test_new_ticket_without_a_subject_keeps_what_was_typed(
    as_engineer: Client, connection: Connection, begun: FlowSession
) -> None:
    response = as_engineer.post(reverse("tickets:create", args=[begun.pk]), {"title": "", "body": "Since Monday"})
    assert response.status_code == 422
    assert "Since Monday" in response.content.decode()
    assert DemoTicket.objects.count() == 2


def test_card_shows_the_ticket_as_text(
    as_engineer: Client, connection: Connection, begun: FlowSession, engineer: User
) -> None:
    ticket = link_ticket(begun.pk, by=engineer, number="1001")
    as_engineer.post(reverse("tickets:card-refresh", args=[ticket.pk]))
    html = page(as_engineer, "tickets:card", ticket.pk)
    assert "&lt;b&gt;809&lt;/b&gt;" in html
    assert "<b>809" not in html
    assert "Helpdesk" in html


def test_card_keeps_what_was_known_when_the_psa_does_not_know_it_any_more(
    as_engineer: Client, connection: Connection, begun: FlowSession, engineer: User
) -> None:
    ticket = link_ticket(begun.pk, by=engineer, number="1001")
    as_engineer.post(reverse("tickets:card-refresh", args=[ticket.pk]))
    DemoTicket.objects.all().delete()
    html = as_engineer.post(reverse("tickets:card-refresh", args=[ticket.pk])).content.decode()
    assert "This is what was known before." in html
    assert "Helpdesk" in html


def test_card_of_a_ticket_that_was_never_found_says_why(
    as_engineer: Client, connection: Connection, begun: FlowSession
) -> None:
    ticket = TicketFactory(team=begun.team, connection=connection, fetched_at=None)
    asked = {"handler": "apps.psa.handlers.fetch_context", "topic": "ticket.linked", "subject": ticket.subject}
    OutboxMessageFactory(team=begun.team, state=OutboxState.FAILED, error="There is no such ticket.", **asked)
    FlowSession.objects.filter(pk=begun.pk).update(ticket=ticket)
    for shown in (page(as_engineer, "tickets:card", ticket.pk), page(as_engineer, "sessions:session", begun.pk)):
        assert "There is no such ticket." in shown


def test_cards_of_another_team_are_unknown(as_engineer: Client) -> None:
    other: Ticket = TicketFactory()
    assert as_engineer.get(reverse("tickets:card", args=[other.pk])).status_code == 404
    assert as_engineer.post(reverse("tickets:card-refresh", args=[other.pk])).status_code == 404


def test_session_page_shows_its_tickets(
    as_engineer: Client, connection: Connection, begun: FlowSession, engineer: User
) -> None:
    link_ticket(begun.pk, by=engineer, number="1001")
    link_ticket(begun.pk, by=engineer, number="1002")
    html = page(as_engineer, "sessions:session", begun.pk)
    assert "In the PSA" in html
    assert "Printer is silent" in html


def test_new_ticket_is_of_the_client_and_on_the_board_that_were_chosen(
    as_engineer: Client, connection: Connection, begun: FlowSession
) -> None:
    ClientFactory(team=connection.team, connection=connection, external_id="Harbour", name="Harbour")
    ClientFactory(connection=ConnectionFactory(), external_id="Other", name="Not ours")
    html = page(as_engineer, "tickets:picker", begun.pk)
    assert "Projects" in html
    assert "Not ours" not in html
    typed = {"title": "No sound", "client": "Harbour", "board": "2"}
    as_engineer.post(reverse("tickets:create", args=[begun.pk]), typed)
    made = DemoTicket.objects.get(title="No sound")
    assert (made.client, made.board) == ("Harbour", "2")
    as_engineer.post(reverse("tickets:create", args=[begun.pk]), typed | {"client": "Other"})
    assert DemoTicket.objects.filter(title="No sound").count() == 1


def test_tickets_of_one_board_are_listed(as_engineer: Client, connection: Connection) -> None:
    DemoTicket.objects.create(team=connection.team, number=1900, title="Move the office", board="2")
    assert "Move the office" in page(as_engineer, "tickets:mine", board="2")
    assert "Move the office" not in page(as_engineer, "tickets:mine", board="1")
