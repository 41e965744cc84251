from typing import Any

import factory
from django.utils import timezone

from apps.sessions.models import FlowSession, RecordKind, Status, StepRecord
from apps.sessions.services.start import Intake, start_session
from apps.teams.models import User
from tests.factories.flows import published_flow
from tests.factories.teams import TeamFactory, UserFactory


class FlowSessionFactory(factory.django.DjangoModelFactory):
    """An active session without a flow, for tests of reads; started_session() makes one as people do."""

    class Meta:
        model = FlowSession

    team = factory.SubFactory(TeamFactory)
    owner = factory.SubFactory(UserFactory, team=factory.SelfAttribute("..team"))
    status = Status.ACTIVE
    title = "VPN does not connect"
    time_zone = "UTC"
    started_at = factory.LazyFunction(timezone.now)
    step_entered_at = factory.SelfAttribute("started_at")


class StepRecordFactory(factory.django.DjangoModelFactory):
    """A question of the session, answered by its owner; it does not count up the session's last ordinal."""

    class Meta:
        model = StepRecord

    flow_session = factory.SubFactory(FlowSessionFactory)
    team = factory.SelfAttribute("flow_session.team")
    actor = factory.SelfAttribute("flow_session.owner")
    ordinal = factory.Sequence(lambda n: n + 1)
    kind = RecordKind.QUESTION
    asked = "Who is affected?"
    answered = "One person"
    entered_at = factory.LazyFunction(timezone.now)
    left_at = factory.SelfAttribute("entered_at")


def started_session(
    by: User, content: dict[str, Any] | None = None, *, prepared: bool = False, **intake: Any
) -> FlowSession:
    """A session through the real service: with a new flow of the person's team, GRAPH unless content is given."""
    flow = published_flow(content, team=by.team)
    return start_session(by=by, flow=flow, intake=Intake(**intake), prepared=prepared)
