import pytest

from apps.sessions.models import FlowSession, RecordKind
from apps.teams.models import User
from tests.factories.sessions import FlowSessionFactory, StepRecordFactory

SECRET = "Harbour-Winter-77"


@pytest.fixture
def flow_session(engineer: User) -> FlowSession:
    """A finished session of the engineer with one password in a note."""
    flow_session = FlowSessionFactory(team=engineer.team, owner=engineer, resolved=True, ticket__number="48213")
    StepRecordFactory(flow_session=flow_session, ordinal=1, asked="Is the internet down?", answered="No")
    StepRecordFactory(flow_session=flow_session, ordinal=2, kind=RecordKind.NOTE, note=f"Laptop password is {SECRET}")
    return flow_session
