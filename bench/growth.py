"""How the medians of daily actions move while the team's sessions grow a hundredfold."""

from apps.sessions.models import FlowSession
from apps.teams.models import User
from bench import floor
from bench.actions import always, bare_answers, go_on
from bench.measure import Action, Browser, Cost, Table, interleaved
from bench.rows import copy_sessions, long_session

SIZES = (1_000, 10_000, 100_000)
PACE = "bare answer"


def measure(table: Table, by: User) -> None:
    browser, costs = Browser(by), []
    template = FlowSession.objects.filter(team=by.team, status="resolved").order_by("-last_ordinal").first()
    for size in SIZES:
        copy_sessions(template, size)
        costs.append(interleaved(daily(by, browser), times=100))
    for size, cost in list(zip(SIZES, costs, strict=True))[1:]:
        table.head(f"Growth: {size:,} sessions, with {SIZES[0]:,} as the floor")
        compare(table, costs[0], cost)


def daily(by: User, browser: Browser) -> dict[str, Action]:
    flow_session = long_session(by, 15, 1)
    return {
        "answer": go_on(by, browser, 15),
        "session page": always(browser.read(flow_session.get_absolute_url())),
        "home": always(browser.read("/")),
        "session list": always(browser.read("/sessions/")),
        "library": always(browser.read("/library/")),
        PACE: bare_answers(by, Browser(by, floor.MIDDLEWARE)),
    }


def compare(table: Table, before: dict[str, Cost], after: dict[str, Cost]) -> None:
    """The bare view, which does not grow, tells how much slower the machine was meanwhile."""
    pace = after[PACE].clock / before[PACE].clock
    for action in [action for action in before if action != PACE]:
        table.row(f"{action}, median", after[action].clock, 1.5, floor=before[action].clock * pace, unit="ms")
