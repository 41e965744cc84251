import pytest
from django.utils import timezone

from apps.sessions.models import FlowSession, RecordKind, Status
from apps.teams.models import User
from tests.factories.psa import ClientFactory, TicketFactory
from tests.factories.sessions import FlowSessionFactory, StepRecordFactory

SECRET = "Harbour-Winter-77"


@pytest.fixture
def flow_session(engineer: User) -> FlowSession:
    """A finished session of the engineer with one password in a note."""
    client = ClientFactory(team=engineer.team)
    flow_session = FlowSessionFactory(
        team=engineer.team,
        owner=engineer,
        client=client,
        ticket=TicketFactory(team=engineer.team, client=client, number="48213"),
        status=Status.RESOLVED,
        outcome="resolved",
        ended_at=timezone.now(),
    )
    StepRecordFactory(flow_session=flow_session, ordinal=1, asked="Is the internet down?", answered="No")
    StepRecordFactory(flow_session=flow_session, ordinal=2, kind=RecordKind.NOTE, note=f"Laptop password is {SECRET}")
    return flow_session
