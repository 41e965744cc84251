from collections.abc import Iterator

import pytest
from pytest_django import Settings

from apps.core.egress import Reason
from apps.psa.line import psa_of, seal_credentials
from apps.psa.models import ProviderKind
from apps.psa.providers import Provider
from apps.teams.models import Team
from tests.factories.psa import ConnectionFactory
from tests.fakes.connectwise import connectwise
from tests.fakes.connectwise.contract import PATH, Watch
from tests.fakes.connectwise.server import ConnectWise


class ConnectWiseHouse:
    client, board = "250", "1"

    def __init__(self, fake: ConnectWise, team: Team) -> None:
        self.fake = fake
        keys = {"public_key": fake.public_key, "private_key": fake.private_key, "client_id": fake.client_id}
        self.connection = ConnectionFactory(
            team=team,
            provider=ProviderKind.CONNECTWISE,
            address=fake.address,
            account=fake.company,
            credentials=seal_credentials(keys),
        )

    @property
    def psa(self) -> Provider:
        self.connection.refresh_from_db()
        return psa_of(self.connection, why=Reason.to("a test", team=self.connection.team))

    def new_ticket(self, title: str = "VPN does not connect", body: str = "It says 809.") -> str:
        sent = {"summary": title, "company": {"id": 250}, "board": {"id": 1}, "initialDescription": body}
        return str(self.fake.add_ticket(sent | {"processNotifications": False})["id"])

    def close(self, number: str) -> None:
        changes = [{"op": "replace", "path": "status", "value": {"id": 13}}]
        self.fake.tickets[int(number)] = self.fake.change(int(number), changes)

    def merge(self, number: str, into: str) -> None:
        parent = self.fake.tickets[int(into)]
        self.fake.tickets[int(number)]["mergedParentTicket"] = {"id": parent["id"], "summary": parent["summary"]}

    def notes(self, number: str) -> list[str]:
        return [note["text"] for note in self.fake.notes[int(number)] if not note["issueFlag"]]

    def public_notes(self, number: str) -> list[str]:
        rows = [row for row in self.fake.all_notes(int(number)) if not row.get("issueFlag")]
        return [row["text"] for row in rows if row["detailDescriptionFlag"] or row["resolutionFlag"]]


@pytest.fixture
def connectwise_house(team: Team, settings: Settings) -> Iterator[ConnectWiseHouse]:
    with connectwise() as fake:
        settings.RF_ALLOWED_PRIVATE_HOSTS = [fake.host]
        watch = Watch()
        if PATH.exists():
            fake.watch = watch
        yield ConnectWiseHouse(fake, team)
    assert watch.broken == []
