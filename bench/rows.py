"""Rows to measure on: the demo team with the starter flows, long sessions, and many copies."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from itertools import count

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.flows.graph import Graph
from apps.flows.models import Flow, FlowVersion
from apps.flows.search.index import index_texts
from apps.sessions.models import FlowSession, StepRecord
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed, answer_step
from apps.teams.models import User

ENGINEER = "engineer@demo.example"
NOTES = ("User confirmed it on the phone", "", "Password is Maple#77 now, 10.20.4.12 answers", "")
PROBLEM = "Since this morning the VPN does not connect.\nError 789 on LT-4417, the office network works."
COUNTER = count(1)


@contextmanager
def scratch_database() -> Iterator[None]:
    call_command("collectstatic", verbosity=0, interactive=False)
    with redirect_stdout(StringIO()):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def make_rows() -> User:
    """The demo data; returns its engineer."""
    with redirect_stdout(StringIO()):
        call_command("seed_demo", sessions=60, handoffs=False)
    return User.objects.get(email=ENGINEER)


def start(by: User, flow: Flow) -> FlowSession:
    intake = Intake(ticket=str(60_000 + next(COUNTER)), problem=PROBLEM, contact="Ann Moss", device="LT-4417")
    return start_session(by=by, flow=flow, intake=intake)


def starter_flow(slug: str) -> Flow:
    return Flow.objects.get(team=None, slug=slug)


def long_flow(by: User, steps: int) -> Flow:
    """A flow of the team with that many steps before its end: the starter flow's nodes over and over."""
    source = starter_flow("vpn-does-not-connect").published
    nodes = [node for node in source.content["nodes"] if node["kind"] in ("question", "action")]
    chain = [chained(nodes[n % len(nodes)], n) for n in range(steps)]
    end = {"id": f"n{steps}", "kind": "resolution", "title": "Connected again", "summary": "The VPN connects."}
    graph = Graph.model_validate({**source.content, "start": "n0", "nodes": [*chain, end]})
    flow = Flow.objects.create(team=by.team, slug=f"long-{next(COUNTER)}", title=f"VPN in {steps} steps", owner=by)
    flow.published = FlowVersion.objects.create(team=by.team, flow=flow, number=1, content=graph.content())
    flow.save()
    return flow


def chained(node: dict, n: int) -> dict:
    options = [{**option, "to": f"n{n + 1}"} for option in node["options"]]
    return {**node, "id": f"n{n}", "title": f"{node['title']} ({n + 1})", "options": options}


def long_session(by: User, steps: int, more: int) -> FlowSession:
    """A session with ``steps`` answered, and ``more`` left to answer."""
    flow_session = start(by, long_flow(by, steps + more))
    for n in range(steps):
        flow_session = answer_step(
            flow_session.pk, by=by, revision=n, choice=0, typed=Typed(note=NOTES[n % len(NOTES)], outputs=outputs(n))
        )
    return flow_session


def outputs(n: int) -> list[str]:
    return [f"Status   Name {n}\nRunning  RasMan\nAddress  10.20.4.{n % 250}"] if n % 4 == 0 else []


def step_of(flow_session: FlowSession) -> dict[str, object]:
    """The fields of the step's form, as the page has them."""
    key = "/".join(f"{version}:{node}" for version, node in flow_session.place)
    return {"revision": flow_session.revision, "step": key, "choice": 0}


def copy_flows(by: User, total: int) -> None:
    """Copies of the starter flows in the team, until it has ``total``, searchable as the others."""
    sources = list(Flow.objects.live().filter(team=None).select_related("published"))
    numbers = range(Flow.objects.filter(team=by.team).count(), total)
    flows = Flow.objects.bulk_create(
        [
            Flow(
                team=by.team, slug=f"copy-{n}", title=f"{source.title} at site {n}", summary=source.summary,
                kind=source.kind, owner=by, runs=n % 40,
            )
            for n in numbers for source in [sources[n % len(sources)]]
        ]
    )  # fmt: skip
    contents = [sources[n % len(sources)].published.content for n in numbers]
    versions = FlowVersion.objects.bulk_create(
        [
            FlowVersion(team=by.team, flow=flow, number=1, content=content)
            for flow, content in zip(flows, contents, strict=True)
        ]
    )
    for flow, version in zip(flows, versions, strict=True):
        flow.published = version
    Flow.objects.bulk_update(flows, ["published"], batch_size=500)
    index_texts(by.team_id, [(flow.pk, flow.title, flow.summary) for flow in flows])


def copy_sessions(template: FlowSession, total: int) -> None:
    """Copies of a finished session with its records, spread over the team's people, until there are ``total``."""
    missing = total - FlowSession.objects.count()
    people = list(User.objects.filter(team=template.team_id).order_by("pk").values_list("pk", flat=True))
    own = {"owner_id": "(%s::bigint[])[1 + n %% %s]", "created_at": "%s - n * interval '7 minutes'"}
    sessions, chosen = columns(FlowSession, own)
    records, copied = columns(StepRecord, {"flow_session_id": "made.id"})
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the copies' keys are right: no checks row by row
        cursor.execute(
            f"WITH made AS (INSERT INTO {FlowSession._meta.db_table} ({sessions}) SELECT {chosen} "
            f"FROM {FlowSession._meta.db_table}, generate_series(1, %s) n WHERE id = %s RETURNING id) "
            f"INSERT INTO {StepRecord._meta.db_table} ({records}) SELECT {copied} "
            f"FROM made, {StepRecord._meta.db_table} WHERE flow_session_id = %s",
            [*own_parameters(people, own, sessions), missing, template.pk, template.pk],
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def own_parameters(people: list[int], own: dict[str, str], names: str) -> list[object]:
    values = {"owner_id": [people, len(people)], "created_at": [timezone.now()]}
    return [value for name in names.split(", ") if name in own for value in values[name]]


def columns(model: type[FlowSession] | type[StepRecord], own: dict[str, str]) -> tuple[str, str]:
    """Names of a table's columns but its key, and what a copy puts into them."""
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    return ", ".join(names), ", ".join(own.get(name, name) for name in names)
