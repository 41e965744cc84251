"""Asking for help and picking up, each beside a bare view over the same rows."""

from apps.escalations.models import Intent
from apps.escalations.services import Call, HandoffManager
from apps.flows.models import Flow
from apps.sessions.models import FlowSession
from apps.teams.models import User
from bench import floor
from bench.actions import always
from bench.measure import Action, Browser, Cost, Table, interleaved
from bench.rows import long_session, start

WAITING, WAITING_LATER, STEPS = 25, 100, 100


def measure(table: Table, by: User) -> None:
    senior = User.objects.get(email="senior@demo.example")
    ours, bare = Browser(by), Browser(by, floor.MIDDLEWARE)
    table.head("Escalate")
    click = {"ours": escalations(by, ours, "/pilot/{}/handoff/"), "floor": escalations(by, bare, "/floor/escalate/{}/")}
    costs = interleaved(click)
    against(table, "escalate", costs["ours"], costs["floor"])
    table.row("escalate, commits", costs["ours"].commits, 1)
    handed_over = give(by, long_session(by, STEPS, 1))
    few, many = (pages(by, senior, handed_over, waiting) for waiting in (WAITING, WAITING_LATER))
    table.head(f"Pages of the senior, {WAITING} handoffs waiting and {STEPS} steps behind one")
    for page in ("queue", "pick-up screen"):
        against(table, page, few[page], few[f"{page}, floor"])
        table.row(f"{page}, more SQL statements for {WAITING_LATER}", many[page].statements - few[page].statements, 0)


def against(table: Table, figure: str, ours: Cost, bare: Cost) -> None:
    table.row(f"{figure}, median", ours.clock, 3, floor=bare.clock, unit="ms")
    table.row(f"{figure}, CPU", ours.processor, 3, floor=bare.processor, unit="ms")
    table.row(f"{figure}, SQL statements", ours.statements, 30, unit=f"(floor {bare.statements})")


def escalations(by: User, browser: Browser, address: str) -> Action:
    """One click after the other, each in a session of its own."""
    flow = Flow.objects.live().filter(team=None).first()
    fields = {"intent": "escalate", "reason": "stuck", "priority": "normal", "notes": "Which policy matches?"}
    return lambda: browser.send(address.format(start(by, flow).pk), **fields)


def give(by: User, flow_session: FlowSession) -> FlowSession:
    call = Call(notes="Which policy matches?")
    HandoffManager(by).create_handoff(flow_session.pk, intent=Intent.ESCALATE, call=call)
    return flow_session


def pages(by: User, senior: User, handed_over: FlowSession, waiting: int) -> dict[str, Cost]:
    flow = Flow.objects.live().filter(team=None).first()
    for _ in range(waiting):
        give(by, start(by, flow))
    ours, bare = Browser(senior), Browser(senior, floor.MIDDLEWARE)
    return interleaved(
        {
            "queue": always(ours.read("/escalations/")),
            "queue, floor": always(bare.read("/floor/queue/")),
            "pick-up screen": always(ours.read(f"/pilot/{handed_over.pk}/pickup/")),
            "pick-up screen, floor": always(bare.read(f"/floor/pickup/{handed_over.pk}/")),
        }
    )
