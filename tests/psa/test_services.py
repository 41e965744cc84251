import pytest

from apps.core.egress import Reason
from apps.core.models import LiveEvent, OutboxMessage
from apps.psa.context import read_context
from apps.psa.errors import NotFound
from apps.psa.facts import Named, TicketFacts
from apps.psa.handlers import fetch_context
from apps.psa.models import Client, Connection, DemoTicket, Ticket
from apps.psa.services import keep_ticket, live_connection, refresh_ticket, ticket_numbered
from apps.sessions.services.start import Intake, start_session
from apps.teams.models import Team, User
from tests.factories.psa import ClientFactory, ConnectionFactory, TicketFactory

pytestmark = pytest.mark.django_db

FACTS = TicketFacts("1001", "VPN is down", "It says 809.", Named("7", "Harbour Dental"), board=Named("1", "Helpdesk"))


@pytest.fixture
def connection(team: Team) -> Connection:
    return ConnectionFactory(team=team)


@pytest.fixture
def there(team: Team) -> DemoTicket:
    """A ticket in the demo PSA."""
    return DemoTicket.objects.create(team=team, number=1001, title="VPN is down", body="It says 809.", client="Harbour")


def why(connection: Connection) -> Reason:
    return Reason.to("a test", team=connection.team)


def test_ticket_of_the_psa_is_one_row_brought_up_to_date(connection: Connection) -> None:
    first = keep_ticket(connection, FACTS)
    again = keep_ticket(connection, TicketFacts("1001", "VPN works", client=Named("7", "Harbour Dental Ltd")))
    assert first == again == Ticket.objects.get()
    assert (again.title, again.board) == ("VPN works", "")
    assert first.context["ticket"]["board"] == {"id": "1", "name": "Helpdesk"}
    assert Client.objects.get().name == "Harbour Dental Ltd"


def test_what_was_typed_before_is_taken_on(connection: Connection, team: Team) -> None:
    client = ClientFactory(team=team, name="Harbour Dental")
    typed = TicketFactory(team=team, number="1001", client=client)
    kept = keep_ticket(connection, FACTS)
    assert (kept, kept.client, kept.connection) == (typed, client, connection)


def test_ticket_of_another_team_and_of_an_archived_connection_stays_apart(connection: Connection, team: Team) -> None:
    TicketFactory(number="1001")
    old = ConnectionFactory(team=team, archived_at="2026-01-01T00:00Z")
    TicketFactory(team=team, number="1001", connection=old)
    assert keep_ticket(connection, FACTS).connection == connection
    assert Ticket.objects.filter(number="1001").count() == 3


def test_number_is_looked_for_in_the_psa_that_is_connected(team: Team) -> None:
    assert ticket_numbered(team, "1001", title="Typed").connection is None
    connection = ConnectionFactory(team=team)
    assert ticket_numbered(team, "1001", title="Typed again").title == "Typed"
    assert live_connection(team.pk) == connection == Ticket.objects.get().connection


def test_session_on_a_ticket_has_its_context_fetched(connection: Connection, there: DemoTicket, engineer: User) -> None:
    flow_session = start_session(by=engineer, flow=None, intake=Intake(title="VPN", ticket="#1001"))
    row = OutboxMessage.objects.get(topic="ticket.linked")
    assert fetch_context(row) == "1001"
    ticket = Ticket.objects.get(pk=flow_session.ticket_id)
    context = read_context(ticket.context)
    assert context
    assert (context.ticket.body, ticket.title) == ("It says 809.", "VPN is down")
    assert LiveEvent.objects.filter(name="ticket").exists()


def test_ticket_that_is_not_there_keeps_what_was_known(connection: Connection, there: DemoTicket, team: Team) -> None:
    ticket = TicketFactory(team=team, number="1001", connection=connection)
    refresh_ticket(ticket.pk, why=why(connection))
    there.delete()
    with pytest.raises(NotFound):
        refresh_ticket(ticket.pk, why=why(connection))
    ticket.refresh_from_db()
    assert ticket.context["ticket"]["title"] == "VPN is down"


def test_merged_ticket_is_followed(connection: Connection, there: DemoTicket, team: Team) -> None:
    DemoTicket.objects.create(team=team, number=1002, title="VPN is down for all")
    DemoTicket.objects.filter(pk=there.pk).update(merged_into="1002")
    ticket = TicketFactory(team=team, number="1001", connection=connection)
    successor = refresh_ticket(ticket.pk, why=why(connection))
    ticket.refresh_from_db()
    assert (successor.number, successor.title, ticket.merged_into) == ("1002", "VPN is down for all", successor)


def test_tickets_merged_in_a_circle_come_to_an_end(connection: Connection, there: DemoTicket, team: Team) -> None:
    DemoTicket.objects.create(team=team, number=1002, title="The other", merged_into="1001")
    DemoTicket.objects.filter(pk=there.pk).update(merged_into="1002")
    ticket = TicketFactory(team=team, number="1001", connection=connection)
    refresh_ticket(ticket.pk, why=why(connection))
    assert Ticket.objects.filter(team=team).count() == 2


def test_archived_connection_is_asked_no_more(there: DemoTicket, team: Team) -> None:
    old = ConnectionFactory(team=team, archived_at="2026-01-01T00:00Z")
    ticket = TicketFactory(team=team, number="1001", connection=old)
    assert refresh_ticket(ticket.pk, why=why(old)).fetched_at is None
