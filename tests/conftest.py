from collections.abc import Iterator

import pytest
from django.test import Client as Browser
from django.test.signals import setting_changed

from apps.core.permissions import Role
from apps.core.templatetags.ui import path_of
from apps.teams.models import Team, User
from tests.factories.teams import TeamFactory, UserFactory
from tests.network import only_this_machine
from tests.psa.providers.rt_house import request_tracker_house, rt_server

setting_changed.connect(lambda **_: path_of.cache_clear(), weak=False)  # some journeys bring addresses of their own
__all__ = ["request_tracker_house", "rt_server"]  # here, so that all tests share one server


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        only_this_machine(patch)
        yield


@pytest.fixture
def team(db: None) -> Team:
    return TeamFactory()


@pytest.fixture
def engineer(team: Team) -> User:
    return UserFactory(team=team)


@pytest.fixture
def lead(team: Team) -> User:
    return UserFactory(team=team, role=Role.TEAM_ADMIN)


@pytest.fixture
def viewer(team: Team) -> User:
    return UserFactory(team=team, role=Role.VIEWER)


@pytest.fixture
def outsider(db: None) -> User:
    """An engineer of another team."""
    return UserFactory()


@pytest.fixture
def as_engineer(client: Browser, engineer: User) -> Browser:
    client.force_login(engineer)
    return client
