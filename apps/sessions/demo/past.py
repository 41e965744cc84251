"""Finished sessions on plausible ways through the flows, made by the services and then set back in time."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from apps.flows.graph import ASSUMED_MINUTES, Escalation, Graph, Resolution, Step, SubFlow, Variable
from apps.flows.models import Flow
from apps.psa.models import Ticket
from apps.sessions import engine
from apps.sessions.graphs import GRAPHS
from apps.sessions.models import FlowSession, Outcome, StepRecord
from apps.sessions.services import steps
from apps.sessions.services.lifecycle import resolve_session
from apps.sessions.services.start import Intake, start_session
from apps.teams.models import User

MOST_STEPS = 25
NOTES = (
    "User confirmed it on the phone.",
    "Seen with remote control on the device.",
    "Same as on the colleague's PC beside it.",
    "User will send a picture if it comes back.",
)
VALUES = {"host": "srv-files-01", "ip": "192.0.2.24", "number": "3", "date": "2026-11-20", "yes_no": "no"}
CHECKED = {"text": "As expected", "number": "3"}


def make_past(
    rng: Random, people: Sequence[User], flows: Sequence[Flow], tickets: Sequence[Ticket], count: int
) -> None:
    """Make ``count`` finished sessions over the last 60 days of work."""
    for _ in range(count):
        by, flow, ticket = rng.choice(people), rng.choice(flows), rng.choice(tickets)
        flow_session = start_session(by=by, flow=flow, intake=intake_for(rng, flow, ticket))
        flow_session = walk(rng, flow_session, by, MOST_STEPS)
        finish(flow_session, by)
        set_back(rng, flow_session.pk)


def intake_for(rng: Random, flow: Flow, ticket: Ticket) -> Intake:
    assert flow.published_id is not None  # noqa: S101 - callers pass live flows
    variables = {variable.name: value_for(variable, ticket) for variable in GRAPHS[flow.published_id].variables}
    kept = {name: value for name, value in variables.items() if value and rng.random() < 0.8}
    return Intake(title=flow.title[:200], ticket=ticket.number, variables=kept)


def value_for(variable: Variable, ticket: Ticket) -> str:
    if variable.kind == "choice":
        return variable.choices[0]
    if variable.kind in ("text", "long_text"):
        return (ticket.device if "device" in variable.name else ticket.contact.lower().replace(" ", "."))[:80]
    return VALUES.get(variable.kind, "")


def walk(rng: Random, flow_session: FlowSession, by: User, most: int) -> FlowSession:
    """Answer up to ``most`` steps, mostly on the shortest way to a good end."""
    for _ in range(most):
        place = engine.place_from(flow_session.place)
        node = engine.node_at(place, GRAPHS)
        if node is None or isinstance(node, Escalation) or (isinstance(node, Resolution) and len(place) == 1):
            break
        flow_session = take(rng, flow_session, by, place)
    return flow_session


def take(rng: Random, flow_session: FlowSession, by: User, place: engine.Place) -> FlowSession:
    pk, revision = flow_session.pk, flow_session.revision
    node = engine.node_at(place, GRAPHS)
    if isinstance(node, SubFlow):
        return steps.skip_step(pk, by=by, revision=revision, typed=steps.Typed(reason="Not needed here"))
    value = CHECKED.get(node.verification, "") if isinstance(node, Step) else ""
    typed = steps.Typed(note=rng.choice(NOTES) if rng.random() < 0.2 else "", value=value, ran=range(9))
    choice = choose(rng, GRAPHS[place[-1].version], place)
    return steps.answer_step(pk, by=by, revision=revision, choice=choice, typed=typed)


def choose(rng: Random, graph: Graph, place: engine.Place) -> int:
    exits = graph.by_id[place[-1].node].exits
    ahead = engine.ahead(place, GRAPHS)
    good = [number for number, option in enumerate(exits) if ahead and option.to == ahead[0].id]
    return good[0] if good and rng.random() < 0.7 else rng.randrange(len(exits) or 1)


def finish(flow_session: FlowSession, by: User) -> None:
    node = engine.node_at(engine.place_from(flow_session.place), GRAPHS)
    outcome = node.outcome if isinstance(node, Resolution) else Outcome.UNRESOLVED.value
    resolve_session(flow_session.pk, by=by, revision=flow_session.revision, outcome=outcome)


def set_back(rng: Random, pk: int) -> None:
    """Move a finished session to a working hour of the last 60 days, with minutes for each step.

    Records never change, so they are written anew.
    """
    flow_session = FlowSession.objects.get(pk=pk)
    records = list(StepRecord.objects.filter(flow_session=flow_session))
    begun = moment = working_hour(rng)
    for record in records:
        record.entered_at = moment
        record.active_seconds = seconds_for(rng, record) if record.node_id else 20
        moment += timedelta(seconds=record.active_seconds)
        record.left_at = moment
    StepRecord.objects.filter(flow_session=flow_session).delete()
    StepRecord.objects.bulk_create(records)
    flow_session.created_at = flow_session.started_at = begun
    flow_session.step_entered_at = flow_session.ended_at = moment
    flow_session.active_seconds = sum(record.active_seconds for record in records)
    flow_session.save()


def seconds_for(rng: Random, record: StepRecord) -> int:
    node = GRAPHS[record.version_id].by_id[record.node_id] if record.version_id else None
    minutes = (node.minutes if node and node.minutes is not None else ASSUMED_MINUTES) or 1
    return max(15, int(minutes * 60 * rng.lognormvariate(-0.3, 0.4)))


def working_hour(rng: Random) -> datetime:
    day = timezone.localdate() - timedelta(days=rng.randint(1, 60))
    day -= timedelta(days=max(0, day.weekday() - 4))
    return timezone.make_aware(datetime.combine(day, time(8)) + timedelta(minutes=rng.randint(0, 540)))
