from apps.sessions.models import Status
from apps.teams.models import User
from tests.factories.sessions import StepRecordFactory, started_session


def test_started_session_stands_at_the_first_step(engineer: User) -> None:
    flow_session = started_session(engineer, title="Printer is offline")
    assert (flow_session.status, flow_session.title) == (Status.ACTIVE, "Printer is offline")
    assert flow_session.place == [[flow_session.version_id, "scope"]]


def test_step_record_belongs_to_the_team_of_its_session(db: None) -> None:
    record = StepRecordFactory()
    assert record.team == record.flow_session.team == record.actor.team
