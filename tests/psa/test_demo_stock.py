import pytest

from apps.psa.demo_stock import stock_demo
from apps.psa.facts import TicketQuery
from apps.psa.models import BoardRule, Connection, DemoNote, DemoTicket, PsaMember
from apps.teams.models import User
from tests.factories.psa import ConnectionFactory
from tests.psa.providers.demo_house import DemoHouse, demo_house

__all__ = ["demo_house"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(engineer: User) -> Connection:
    return ConnectionFactory(team=engineer.team)


def rows(connection: Connection) -> list[int]:
    models = (DemoTicket, DemoNote, PsaMember, BoardRule)
    return [model.objects.filter(team=connection.team).count() for model in models]


def test_team_gets_tickets_members_and_boards_once(connection: Connection) -> None:
    stock_demo(connection)
    DemoTicket.objects.filter(number=1001).update(state="5")
    stock_demo(connection)
    assert rows(connection) == [12, 5, 1, 2]
    assert DemoTicket.objects.get(number=1001).state == "5"


def test_connected_anew_the_tickets_stay_and_the_people_are_known_again(connection: Connection) -> None:
    stock_demo(connection)
    connection.archived_at = connection.connected_at
    connection.save()
    stock_demo(ConnectionFactory(team=connection.team))
    assert rows(connection) == [12, 5, 2, 4]


def test_other_teams_have_their_own(connection: Connection) -> None:
    stock_demo(connection)
    other = ConnectionFactory()
    assert rows(other) == [0, 0, 0, 0]
    stock_demo(other)
    assert rows(other) == [12, 5, 0, 2]


def test_stock_is_told_by_the_provider(demo_house: DemoHouse) -> None:
    stock_demo(demo_house.connection)
    tickets = demo_house.psa.search_tickets(TicketQuery(open_only=False)).tickets
    assert len(tickets) == 12
    for ticket in tickets:
        assert ticket.client
        assert ticket.board
        assert ticket.status
    assert {member.id for member in demo_house.psa.list_members()} == {
        member.external_id for member in PsaMember.objects.all()
    }
