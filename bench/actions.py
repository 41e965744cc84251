"""The actions of a working day, each beside a bare view over the same rows."""

from collections.abc import Iterator
from itertools import count, cycle
from random import Random

from apps.flows.graph import Escalation, Resolution, SubFlow
from apps.flows.models import Flow
from apps.sessions import engine
from apps.sessions.graphs import GRAPHS
from apps.sessions.models import FlowSession
from apps.sessions.services.lifecycle import resolve_session
from apps.teams.models import User
from bench import floor
from bench.measure import Action, Browser, Cost, Request, Table, interleaved
from bench.rows import NOTES, copy_flows, long_session, outputs, start, step_of

FLOWS, FLOWS_LATER = 100, 400
WORDS = "vpn does not connect error 789"


def measure(table: Table, by: User) -> None:
    ours, bare = Browser(by), Browser(by, floor.MIDDLEWARE)
    measure_answers(table, by, ours, bare)
    measure_pages(table, by, ours, bare)


def measure_answers(table: Table, by: User, ours: Browser, bare: Browser) -> None:
    table.head("Answer a step")
    costs = interleaved({"ours": walk_flows(by, ours), "floor": bare_answers(by, bare)}, times=200)
    table.against("answer, starter flows", costs["ours"], costs["floor"], 2.5)
    table.row("answer, commits", costs["ours"].commits, 1)
    table.row("answer, gzipped", costs["ours"].gzipped / 1000, 6, unit="kB")
    for steps in (50, 200):
        costs = interleaved({"ours": go_on(by, ours, steps), "floor": bare_answers(by, bare)})
        table.against(f"answer behind {steps} steps", costs["ours"], costs["floor"], 2.5)
        table.row(f"answer behind {steps} steps, gzipped", costs["ours"].gzipped / 1000, 6, unit="kB")


def measure_pages(table: Table, by: User, ours: Browser, bare: Browser) -> None:
    table.head(f"Pages, {FLOWS} flows")
    few = page_costs(by, ours, bare)
    for page in ("library", "search", "session of 50 steps"):
        table.against(page, few[page], few[f"{page}, floor"], 3)
    copy_flows(by, FLOWS_LATER)
    many = page_costs(by, ours, bare)
    table.head(f"Pages, {FLOWS_LATER} flows and a session of 200 steps")
    for page in ("library", "search", "session of 50 steps"):
        table.row(f"{page}, more SQL statements than before", many[page].statements - few[page].statements, 0)


def page_costs(by: User, ours: Browser, bare: Browser) -> dict[str, Cost]:
    copy_flows(by, FLOWS)
    steps = 200 if Flow.objects.count() > FLOWS_LATER else 50
    flow_session = long_session(by, steps, 1)
    pages = {
        "library": ("/library/", "/floor/library/"),
        "search": (f"/library/?q={WORDS}", f"/floor/library/?q={WORDS}"),
        "session of 50 steps": (flow_session.get_absolute_url(), f"/floor/session/{flow_session.pk}/"),
    }
    actions: dict[str, Action] = {}
    for page, (our_url, bare_url) in pages.items():
        actions[page] = always(ours.read(our_url))
        actions[f"{page}, floor"] = always(bare.read(bare_url))
    return interleaved(actions)


def always(request: Request) -> Action:
    return lambda: request


def walk_flows(by: User, browser: Browser) -> Action:
    """Answer the starter flows' steps at random; at an end finish and begin the next flow."""
    rng, flows = Random(7), cycle(Flow.objects.live().filter(team=None).order_by("slug"))
    steps = walked_steps(by, rng, flows)

    def answer() -> Request:
        flow_session, exits = next(steps)
        choice = rng.randrange(exits) if exits else 0
        fields = step_of(flow_session) | {"choice": choice, "note": rng.choice(NOTES)}
        return browser.send(f"{flow_session.get_absolute_url()}answer/", **fields)

    return answer


def walked_steps(by: User, rng: Random, flows: Iterator[Flow]) -> Iterator[tuple[FlowSession, int]]:
    """Sessions that stand at a step which takes an answer, and how many answers it has."""
    for flow in flows:
        flow_session = start(by, flow)
        while True:
            node = engine.node_at(engine.place_from(flow_session.place), GRAPHS)
            if node is None or isinstance(node, Resolution | Escalation | SubFlow):
                break
            yield flow_session, len(node.exits)
            flow_session = FlowSession.objects.get(pk=flow_session.pk)
        resolve_session(flow_session.pk, by=by, revision=flow_session.revision, outcome="unresolved")


def go_on(by: User, browser: Browser, steps: int) -> Action:
    """Answer one step after the other of a session that has many behind it."""
    flow_session = long_session(by, steps, 120)
    url = f"{flow_session.get_absolute_url()}answer/"

    def answer() -> Request:
        flow_session.refresh_from_db()
        number = flow_session.revision
        pasted = {f"output-{n}": text for n, text in enumerate(outputs(number))}
        return browser.send(url, **step_of(flow_session), note=NOTES[number % len(NOTES)], **pasted)

    return answer


def bare_answers(by: User, browser: Browser) -> Action:
    flow_session = start(by, Flow.objects.live().filter(team=None).first())
    numbers = count(1)
    url = f"/floor/answer/{flow_session.pk}/"
    return lambda: browser.send(url, revision=next(numbers), choice="One person", note="")
