from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from apps.psa.line import seal_credentials
from apps.psa.models import Connection, ProviderKind
from apps.psa.providers import PROVIDERS
from apps.teams.models import Team, User
from tests.factories.psa import ConnectionFactory
from tests.fakes.receiver import Receiver, receiver, says
from tests.psa.keyed import Keyed


@pytest.fixture
def as_lead(client: Browser, lead: User) -> Browser:
    client.force_login(lead)
    return client


@pytest.fixture
def connection(team: Team) -> Connection:
    """To the demo PSA."""
    return ConnectionFactory(team=team)


@pytest.fixture
def server(settings: Any) -> Iterator[Receiver]:
    """Answers every call with an empty 200, until it is told otherwise."""
    with receiver(says(200)) as made:
        settings.RF_ALLOWED_PRIVATE_HOSTS = [made.host]
        yield made


@pytest.fixture
def keyed(team: Team, server: Receiver, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """To a PSA that is asked over HTTP, with keys."""
    monkeypatch.setitem(PROVIDERS, ProviderKind.CONNECTWISE, Keyed)
    keys = {"public_key": "pub-key", "private_key": "private-key"}
    place = {"address": server.url, "account": "northwind", "credentials": seal_credentials(keys)}
    return ConnectionFactory(team=team, provider=ProviderKind.CONNECTWISE, **place)
