import factory

from apps.psa.line import seal_credentials
from apps.psa.models import Client, Connection, ProviderKind, Ticket
from apps.teams.models import Team
from tests.factories.teams import TeamFactory


class ConnectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Connection

    team = factory.SubFactory(TeamFactory)
    provider = ProviderKind.DEMO


class ClientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Client

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Client {n}")


class TicketFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Ticket

    team = factory.SubFactory(TeamFactory)
    number = factory.Sequence(lambda n: str(48000 + n))
    title = "VPN does not connect"
    client = factory.SubFactory(ClientFactory, team=factory.SelfAttribute("..team"))


def psa_away(team: Team) -> Connection:
    """A connection to a Request Tracker whose host is not found."""
    sealed = seal_credentials({"password": "none"})
    return ConnectionFactory(
        team=team, provider=ProviderKind.REQUEST_TRACKER, address="https://rt.invalid", account="rf", credentials=sealed
    )
