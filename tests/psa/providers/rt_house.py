from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from apps.core.egress import Reason
from apps.psa.line import psa_of, seal_credentials
from apps.psa.models import Connection, ProviderKind
from apps.psa.providers import Provider
from apps.teams.models import Team
from tests.factories.psa import ConnectionFactory
from tests.prepared import copy, made_once
from tests.request_tracker import INSTALL, RequestTrackerServer, is_installed, prepare, request_tracker

CLIENT, PERSON = "Cinderhill Accountants", "jo@cinderhill.example"


@dataclass
class RequestTrackerHouse:
    server: RequestTrackerServer
    connection: Connection
    psa: Provider
    board: str = "1"
    client: str = CLIENT

    def new_ticket(self, title: str = "VPN does not connect", body: str = "It says 809.") -> str:
        fields = {"Subject": title, "Content": body, "ContentType": "text/plain"}
        return self.server.add("/ticket", Queue=self.board, Requestor=PERSON, **fields)

    def close(self, number: str) -> None:
        self.server.ask("PUT", f"/ticket/{number}", {"Status": "resolved"})

    def merge(self, number: str, into: str) -> None:
        self.server.ask("PUT", f"/ticket/{number}", {"MergeInto": into})

    def notes(self, number: str) -> list[str]:
        return self.texts(number, "Comment", "Correspond")

    def public_notes(self, number: str) -> list[str]:
        return self.texts(number, "Correspond")

    def texts(self, number: str, *kinds: str) -> list[str]:
        history = self.server.ask("GET", f"/ticket/{number}/history?fields=Type&per_page=100")["items"]
        path = "/transaction/{}/attachments?fields=Content,Filename"
        parts = [self.server.ask("GET", path.format(row["id"]))["items"] for row in history if row["Type"] in kinds]
        return [part["Content"] for found in parts for part in found if part["Content"] and not part["Filename"]]


def as_account(rt: RequestTrackerHouse, user: str, secret: str) -> Provider:
    rt.connection.account, rt.connection.credentials = user, seal_credentials({"password": secret})
    return psa_of(rt.connection, why=Reason.to("test", team=rt.connection.team))


@pytest.fixture(scope="session")
def rt_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTrackerServer]:
    if not is_installed():
        pytest.skip(f"Request Tracker is not installed here: {INSTALL}")
    folder = tmp_path_factory.mktemp("rt") / "rt"
    copy(made_once(tmp_path_factory, "request_tracker", lambda made: prepare(made, fill)), folder)
    with request_tracker(folder) as server:
        yield server


def fill(server: RequestTrackerServer) -> None:
    server.add("/user", Name=PERSON, EmailAddress=PERSON, RealName="Jo Pemberley", Organization=CLIENT)
    server.add("/queue", Name="Second line")


@pytest.fixture
def request_tracker_house(
    rt_server: RequestTrackerServer, team: Team, settings: pytest.FixtureRequest
) -> RequestTrackerHouse:
    settings.RF_ALLOWED_PRIVATE_HOSTS = [rt_server.url.removeprefix("http://")]
    connection = ConnectionFactory(
        team=team,
        provider=ProviderKind.REQUEST_TRACKER,
        address=rt_server.url,
        account=rt_server.user,
        credentials=seal_credentials({"password": rt_server.password}),
    )
    return RequestTrackerHouse(rt_server, connection, psa_of(connection, why=Reason.to("test", team=team)))
