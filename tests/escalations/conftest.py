import pytest
from django.test import Client

from apps.sessions.models import FlowSession
from apps.teams.models import User
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory


@pytest.fixture
def senior(engineer: User) -> User:
    return UserFactory(team=engineer.team, is_senior=True, name="Sam Senior")


@pytest.fixture
def flow_session(engineer: User, senior: User) -> FlowSession:
    """The engineer's; a senior is there to hear of it."""
    return started_session(engineer)


@pytest.fixture
def as_senior(senior: User) -> Client:
    browser = Client()
    browser.force_login(senior)
    return browser
