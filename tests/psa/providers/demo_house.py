from itertools import count

import pytest

from apps.core.egress import Reason
from apps.psa.line import psa_of
from apps.psa.models import DemoNote, DemoTicket
from apps.psa.providers.demo import CLOSED
from apps.teams.models import Team
from tests.factories.psa import ConnectionFactory
from tests.factories.teams import UserFactory


class DemoHouse:
    client, board = "Harbour Dental", "1"

    def __init__(self, team: Team) -> None:
        self.connection = ConnectionFactory(team=team)
        self.psa = psa_of(self.connection, why=Reason.to("a test", team=team))
        UserFactory(team=team)
        self.numbers = count(2001)

    def new_ticket(self, title: str = "VPN does not connect", body: str = "It says 809.") -> str:
        given = {"team": self.connection.team, "client": self.client, "board": self.board}
        return str(DemoTicket.objects.create(number=next(self.numbers), title=title, body=body, **given).number)

    def close(self, number: str) -> None:
        DemoTicket.objects.filter(number=number).update(state=CLOSED)

    def merge(self, number: str, into: str) -> None:
        DemoTicket.objects.filter(number=number).update(merged_into=into)

    def notes(self, number: str) -> list[str]:
        return list(DemoNote.objects.filter(ticket__number=number).values_list("text", flat=True))

    def public_notes(self, number: str) -> list[str]:
        return list(DemoNote.objects.filter(ticket__number=number, is_public=True).values_list("text", flat=True))


@pytest.fixture
def demo_house(team: Team) -> DemoHouse:
    return DemoHouse(team)
