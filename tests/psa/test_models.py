import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from apps.psa.models import Client, Ticket
from apps.teams.models import User
from tests.factories.psa import ClientFactory, TicketFactory
from tests.factories.teams import super_admin

pytestmark = pytest.mark.django_db


def test_client_of_the_same_name_is_one_in_a_team_and_another_in_the_next() -> None:
    client = ClientFactory()
    ClientFactory(name=client.name)
    with pytest.raises(IntegrityError, match="client_name_is_unique_in_team"):
        ClientFactory(name=client.name, team=client.team)


def test_ticket_of_the_same_number_is_one_in_a_team_and_another_in_the_next() -> None:
    ticket = TicketFactory()
    TicketFactory(number=ticket.number)
    with pytest.raises(IntegrityError, match="ticket_number_is_unique"):
        TicketFactory(number=ticket.number, team=ticket.team)


def test_client_of_an_unknown_colour_is_refused() -> None:
    with pytest.raises(IntegrityError, match="client_colour_is_known"):
        ClientFactory(colour="pink")


def test_client_with_tickets_is_not_deleted() -> None:
    with pytest.raises(ProtectedError):
        TicketFactory().client.delete()


def test_visible_to_shows_ones_own_team_only(engineer: User, outsider: User) -> None:
    ticket = TicketFactory(team=engineer.team)
    assert list(Ticket.objects.visible_to(engineer)) == [ticket]
    assert list(Client.objects.visible_to(engineer)) == [ticket.client]
    for stranger in (outsider, super_admin()):
        assert not Ticket.objects.visible_to(stranger).exists()
        assert not Client.objects.visible_to(stranger).exists()
