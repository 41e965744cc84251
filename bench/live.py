"""Live events: from a commit in another process to the open pages, and what many open streams cost."""

from statistics import median, quantiles
from subprocess import Popen
from time import sleep, time

from django.db import connection, transaction

from apps.core.live import publish, team_channel
from apps.teams.models import User
from bench.measure import Browser, Table
from bench.memory import proportional, web_server
from tests.concurrency.pages import OpenPage, Pages

WARM, STREAMS, EVENTS = 40, 200, 40
PAUSE_SECONDS = 0.25  # between two events: people, not a storm


def measure(table: Table, by: User) -> None:
    pages = Pages()
    cookie = Browser(by).cookies["sessionid"].value
    table.head(f"Live events with {STREAMS} open streams, two web processes")
    with web_server() as (port, processes):
        try:
            for page in open_pages(pages, port, cookie, WARM):
                pages.sleep(page)
            memory = memory_of(processes)
            watched = open_pages(pages, port, cookie, STREAMS)
            memory, taken = memory_of(processes) - memory, connections()
            delays = sorted(delay for _ in range(EVENTS) for delay in tell(by, watched))
        finally:
            pages.close()
    table.row("commit to event, median", median(delays) * 1000, 100, unit="ms")
    table.row("commit to event, p95", quantiles(delays, n=20)[-1] * 1000, 300, unit="ms")
    table.row("memory of the streams", memory, 20, unit="MiB")
    table.row("database connections of both processes", taken, 10)


def memory_of(processes: list[Popen[bytes]]) -> float:
    return sum(proportional(process.pid) for process in processes) / 1024


def open_pages(pages: Pages, port: int, cookie: str, count: int) -> list[OpenPage]:
    """One after another, as people come."""
    opened: list[OpenPage] = []
    while len(opened) < count:
        opened.append(pages.open(OpenPage(port, cookie)))
        while not opened[-1].opened:
            sleep(0.002)
    return opened


def tell(by: User, watched: list[OpenPage]) -> list[float]:
    """Seconds from the commit until each page has it."""
    heard = len(watched[0].heard) + 1
    with transaction.atomic():
        publish(team_channel(by.team_id or 0), "bench", {"id": heard})
    told_at = time()
    while not all(len(page.heard) >= heard for page in watched):
        sleep(0.01)
    sleep(PAUSE_SECONDS)
    return [page.heard[-1][0] - told_at for page in watched]


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
