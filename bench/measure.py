"""Times actions beside their floors in one run, counts what they cost, and prints it."""

import gc
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from apps.teams.models import User

WARM_UP = 8
WRITES = ("INSERT", "UPDATE", "DELETE")
BORDERS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")

Request = Callable[[], HttpResponse]
Action = Callable[[], Request]  # makes the next request ready, outside the time that is measured


@dataclass(frozen=True)
class Cost:
    """Medians of one action in milliseconds, and what one more run of it did and sent."""

    clock: float
    processor: float
    statements: int
    commits: int
    gzipped: int


class Browser(Client):
    """Signed in; sends what a browser sends, CSRF token and all, through the given middleware."""

    def __init__(self, user: User, middleware: list[str] | None = None) -> None:
        super().__init__(enforce_csrf_checks=True, headers={"Accept-Encoding": "gzip"}, SERVER_NAME="localhost")
        with override_settings(MIDDLEWARE=middleware or settings.MIDDLEWARE):
            self.handler.load_middleware()
        self.force_login(user)

    def read(self, url: str) -> Request:
        return lambda: self.get(url)

    def send(self, url: str, **data: object) -> Request:
        """A POST as HTMX makes it; the token is taken from the cookie that any page with a form sets."""
        if "csrftoken" not in self.cookies:
            self.get("/")
        data["csrfmiddlewaretoken"] = self.cookies["csrftoken"].value
        return lambda: self.post(url, data, headers={"HX-Request": "true", "HX-Request-Type": "partial"})


def interleaved(actions: Mapping[str, Action], times: int = 60) -> dict[str, Cost]:
    """Run the actions in turn, so that a busy moment of the machine falls on all of them."""
    clock: dict[str, list[float]] = {name: [] for name in actions}
    processor: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    for turn in range(WARM_UP + times):
        for name, action in actions.items():
            request = action()
            wall, cpu = perf_counter(), process_time()
            response = request()
            if turn >= WARM_UP:
                clock[name].append((perf_counter() - wall) * 1000)
                processor[name].append((process_time() - cpu) * 1000)
            expect_success(name, response)
    return {
        name: Cost(median(clock[name]), median(processor[name]), *counted(name, action))
        for name, action in actions.items()
    }


def counted(name: str, action: Action) -> tuple[int, int, int]:
    """Statements, commits and gzipped bytes of one run; a write outside a transaction is a commit of its own."""
    request = action()
    with CaptureQueriesContext(connection) as captured:
        response = request()
    expect_success(name, response)
    statements = [query["sql"].lstrip().upper() for query in captured.captured_queries]
    commits, inside = 0, False
    for sql in statements:
        inside = sql.startswith("BEGIN") or (inside and not sql.startswith(("COMMIT", "ROLLBACK")))
        commits += sql.startswith("COMMIT") or (sql.startswith(WRITES) and not inside)
    return sum(not sql.startswith(BORDERS) for sql in statements), commits, size(response)


def size(response: HttpResponse) -> int:
    zipped = response.headers.get("Content-Encoding") == "gzip"
    return len(response.content) if zipped else len(gzip.compress(response.content))


def expect_success(name: str, response: HttpResponse) -> None:
    if response.status_code != 200:
        raise SystemExit(f"{name} answered {response.status_code}: {response.content[:300]!r}")


@dataclass
class Table:
    """The figures, printed as they come; those that miss their target say so."""

    missed: list[str] = field(default_factory=list)

    def head(self, title: str) -> None:
        print(f"\n{title}\n{'figure':<52}{'ours':>10}{'floor':>10}{'ratio':>8}  target")

    def row(
        self, figure: str, ours: float, most: float, *, floor: float | None = None, least: bool = False, unit: str = ""
    ) -> None:
        """One figure; with a floor the target is on the ratio, with ``least`` it is a lower limit."""
        value = ours / floor if floor else ours
        misses = value < most if least else value > most
        self.missed += [figure] if misses else []
        beside = f"{floor:>10.2f}{value:>8.2f}" if floor else f"{'':>18}"
        target = f"{'≥' if least else '≤'} {most:g}{' ×' if floor else ''}"
        print(f"{f'{figure} {unit}'.strip():<52}{ours:>10.2f}{beside}  {target:<10}{'DEVIATES' if misses else ''}")

    def against(self, figure: str, ours: Cost, floor: Cost, most: float) -> None:
        """Time, processor time and statements of an action beside its floor."""
        self.row(f"{figure}, median", ours.clock, most, floor=floor.clock, unit="ms")
        self.row(f"{figure}, CPU", ours.processor, most, floor=floor.processor, unit="ms")
        self.row(f"{figure}, SQL statements", ours.statements, 12)
