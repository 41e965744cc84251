import pytest
from django.db import IntegrityError

from apps.core.crypto import encrypt
from apps.core.models import OutboxMessage
from apps.psa.errors import NotFound
from apps.psa.facts import NewTicket
from apps.psa.models import Connection, DemoTicket
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, Status
from apps.teams.models import User
from apps.tickets.models import FurtherTicket, TicketRule
from apps.tickets.selectors import flow_for
from apps.tickets.services import create_ticket, link_ticket, make_primary, start_from_ticket, unlink_ticket
from tests.factories.flows import FlowFactory, published_flow
from tests.factories.psa import ConnectionFactory, TicketFactory, psa_away
from tests.factories.sessions import FlowSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(engineer: User) -> Connection:
    """The demo PSA, with two tickets."""
    for number, title in ((1001, "VPN is down"), (1002, "VPN is down for all")):
        DemoTicket.objects.create(team=engineer.team, number=number, title=title, client="Harbour Dental")
    return ConnectionFactory(team=engineer.team)


@pytest.fixture
def begun(engineer: User) -> FlowSession:
    return FlowSessionFactory(team=engineer.team, owner=engineer, status=Status.ACTIVE, ticket=None, client=None)


def test_first_ticket_is_the_primary_one_and_the_next_stands_beside_it(
    begun: FlowSession, engineer: User, connection: Connection
) -> None:
    first, second = (link_ticket(begun.pk, by=engineer, number=number) for number in ("#1001", " 1002 "))
    link_ticket(begun.pk, by=engineer, number="1002")
    begun.refresh_from_db()
    assert (begun.ticket, begun.client.name) == (first, "Harbour Dental")
    assert [row.ticket for row in FurtherTicket.objects.all()] == [second]
    assert OutboxMessage.objects.filter(topic="ticket.linked").count() == 2


def test_tickets_change_places_and_are_taken_away(begun: FlowSession, engineer: User, connection: Connection) -> None:
    first, second = (link_ticket(begun.pk, by=engineer, number=number) for number in ("1001", "1002"))
    make_primary(begun.pk, by=engineer, ticket_pk=second.pk)
    begun.refresh_from_db()
    assert (begun.ticket, FurtherTicket.objects.get().ticket) == (second, first)
    for ticket in (first, second):
        unlink_ticket(begun.pk, by=engineer, ticket_pk=ticket.pk)
    begun.refresh_from_db()
    assert (begun.ticket, FurtherTicket.objects.exists()) == (None, False)
    with pytest.raises(Refused):
        make_primary(begun.pk, by=engineer, ticket_pk=first.pk)


def test_ended_session_still_gets_its_ticket(begun: FlowSession, engineer: User, connection: Connection) -> None:
    FlowSession.objects.filter(pk=begun.pk).update(status="abandoned", ended_at="2026-01-01T00:00Z")
    assert link_ticket(begun.pk, by=engineer, number="1001").title == "VPN is down"


def test_number_that_the_psa_does_not_know_is_refused(
    begun: FlowSession, engineer: User, connection: Connection
) -> None:
    with pytest.raises(NotFound):
        link_ticket(begun.pk, by=engineer, number="4711")
    begun.refresh_from_db()
    assert begun.ticket is None


def test_while_the_psa_is_away_the_number_is_kept(begun: FlowSession, engineer: User) -> None:
    away = psa_away(engineer.team)
    ticket = link_ticket(begun.pk, by=engineer, number="77")
    assert (ticket.number, ticket.connection, ticket.fetched_at) == ("77", away, None)


def test_without_a_psa_the_number_is_kept(begun: FlowSession, engineer: User) -> None:
    assert link_ticket(begun.pk, by=engineer, number="77").connection is None
    with pytest.raises(Refused, match="No PSA is connected"):
        create_ticket(begun.pk, by=engineer, new=NewTicket("VPN"))


def test_ticket_is_made_and_linked(begun: FlowSession, engineer: User, connection: Connection) -> None:
    ticket = create_ticket(begun.pk, by=engineer, new=NewTicket("Printer on fire"))
    begun.refresh_from_db()
    assert begun.ticket == ticket
    assert DemoTicket.objects.get(number=ticket.number).title == "Printer on fire"


def test_ticket_is_made_without_secrets(begun: FlowSession, engineer: User, connection: Connection) -> None:
    begun.secrets = {"vpn_key": encrypt("blue-otter")}
    begun.save()
    new = NewTicket("Password: Harbour-Winter-77", body="The key blue-otter fails, password: Kite-77-Summer")
    ticket = create_ticket(begun.pk, by=engineer, new=new)
    made = DemoTicket.objects.get(number=ticket.number)
    assert made.title == "Password: [password removed]"
    assert made.body == "The key [password removed] fails, password: [password removed]"
    assert (ticket.title, ticket.body) == (made.title, made.body)


def test_session_begins_on_a_ticket(engineer: User, connection: Connection) -> None:
    flow_session = start_from_ticket(by=engineer, number="1001")
    assert (flow_session.title, flow_session.ticket.number, flow_session.client.name) == (
        "VPN is down",
        "1001",
        "Harbour Dental",
    )


def test_session_of_another_team_gets_no_ticket(begun: FlowSession, outsider: User) -> None:
    with pytest.raises(FlowSession.DoesNotExist):
        link_ticket(begun.pk, by=outsider, number="77")


def test_rule_names_a_flow_of_the_team_or_the_platform(engineer: User, outsider: User) -> None:
    flow = published_flow(team=engineer.team)
    ticket = TicketFactory(team=engineer.team, title="Disk full on SRV01")
    TicketRule.objects.create(team=outsider.team, words="disk", flow=FlowFactory(team=outsider.team))
    assert flow_for(ticket, engineer) is None
    TicketRule.objects.create(team=engineer.team, words="disk", flow=flow)
    assert flow_for(ticket, engineer) == flow


def test_rule_says_something(engineer: User) -> None:
    with pytest.raises(IntegrityError, match="ticket_rule_says_something"):
        TicketRule.objects.create(team=engineer.team, flow=FlowFactory(team=engineer.team))
