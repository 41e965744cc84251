"""A worker as people run it, on a database of its own, with whatever it consists of killed under way."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from apps.core.egress.mail import message_id
from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox import emit
from apps.core.postgres import EmbeddedPostgres
from apps.teams.models import Team
from tests.concurrency.waiting import until
from tests.fakes.mail_server import Kept, real_server
from tests.prepared import copy, made_once
from tests.probe.receiver import Receiver, listening

SOAK = bool(os.environ.get("RF_SOAK"))
ROWS, KILLS = (200, 20) if SOAK else (24, 3)
MANY = 150  # more than two processes get done before they are told to stop
RESUME_SECONDS = 60
ROOT = Path(__file__).parents[2]
PASSED_ON = {"PATH", "HOME", "TMPDIR", "RF_SOAK"}
PASSED_ON |= {"RF_ALLOWED_PRIVATE_HOSTS", "RF_ENCRYPTION_KEYS", "RF_PSA_CALLS_A_MINUTE"}
KINDS = ("webhook", "keyed", "queryable", "slow", "mail")
OVER = (OutboxState.DONE, OutboxState.UNKNOWN, OutboxState.FAILED, OutboxState.CANCELLED)


def manage(folder: Path, command: str, **environ: str) -> subprocess.Popen[bytes]:
    environ |= {name: value for name, value in os.environ.items() if name in PASSED_ON}
    environ |= {"RF_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "resolutionflow.settings_test"}
    environ["SECRET_KEY"] = settings.SECRET_KEY  # signs the wake-ups
    arguments = [sys.executable, "manage.py", command]
    return subprocess.Popen(arguments, cwd=ROOT, env=environ, start_new_session=True)


def migrate(folder: Path) -> None:
    assert manage(folder, "migrate").wait(120) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Iterator[EmbeddedPostgres]:
    """A database server with all tables; this process's ORM works on it."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("server") / "rf")
    copy(made_once(tmp_path_factory, "migrated", migrate), server.folder)
    server.acquire()
    before = dict(connection.settings_dict)
    where = {"HOST": str(server.socket_dir), "PORT": str(server.port), "USER": server.user, "NAME": "rf"}
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(where)
        yield server
        connection.close()
        connection.settings_dict.update(before)
    server.release()


class Worker:
    def __init__(self, folder: Path, mail_port: int = 0) -> None:
        """Without a port its mail goes nowhere."""
        self.folder = folder
        self.mail = {"RF_TEST_MAIL_PORT": str(mail_port)} if mail_port else {}
        self.start()

    def start(self) -> None:
        self.process = manage(self.folder, "worker", **self.mail)

    def tree(self) -> list[int]:
        """All processes: the watch, the cluster, its sentinel, then the two workers, the monitor and the pusher."""
        found = [self.process.pid]
        for pid in found:
            with suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def whole(self) -> bool:
        return len(self.tree()) == 7

    def kill(self) -> None:
        """The others follow the first one; while one lives, the database server is in use."""
        tree = []
        for pid in self.tree():
            with suppress(ProcessLookupError):  # one that was told to stop may end right now
                tree.append(os.pidfd_open(pid))
        self.process.kill()
        self.process.wait()
        until(lambda: all(ended(process) for process in tree), "the end of the whole tree", 5)


@pytest.fixture
def mail_server() -> Iterator[tuple[int, Kept]]:
    with real_server() as found:
        yield found


@pytest.fixture
def worker(server: EmbeddedPostgres, mail_server: tuple[int, Kept]) -> Iterator[Worker]:
    worker = Worker(server.folder, mail_server[0])
    until(worker.whole, "all processes of the worker")
    yield worker
    worker.kill()
    OutboxMessage.objects.all().delete()


@pytest.fixture
def receiver(mail_server: tuple[int, Kept]) -> Iterator[tuple[Receiver, str]]:
    """Where the rows go, mail excepted, which the mail server has."""
    with listening() as (receiver, url):
        receiver.mails = mail_server[1].mails
        yield receiver, url


@pytest.fixture
def team(server: EmbeddedPostgres) -> Team:
    return Team.objects.get_or_create(name="Kept")[0]


def put(team: Team, url: str, kind: str, number: int, *, keep: bool = True) -> None:
    with transaction.atomic():
        emit(f"probe.{kind}", f"probe:{number}", team=team, payload={"url": f"{url}/{kind}"})
        transaction.set_rollback(not keep)


def left() -> int:
    with suppress(Error):
        return OutboxMessage.objects.exclude(state__in=OVER).count()
    connection.close()
    return -1


def kill_one_at_work() -> bool:
    """Kill the worker of a row that is being run; whether there was one. The same row dies twice at most: one that is
    killed at every attempt is given up, and the last rows would meet all the kills that are left.
    """
    running = OutboxMessage.objects.filter(state=OutboxState.RUNNING, due_at__gt=timezone.now(), attempts__lte=2)
    owners = list(running.values_list("lease_owner", flat=True))
    with suppress(ProcessLookupError):
        if owners:
            os.kill(int(random.choice(owners).split("-")[1]), signal.SIGKILL)
            return True
    return False


def expect_nothing_lost_or_doubled(receiver: Receiver) -> dict[str, int]:
    """What became of the rows, and of the copies that the receiver has. A mail whose worker was killed while it was
    handed over may be there twice, under the same Message-ID.
    """
    counts = {"done": 0, "unknown": 0, "unknown and arrived": 0, "second attempts": 0, "mails": 0, "mails doubled": 0}
    mails = Counter(mail["Message-ID"] for mail in receiver.mails)
    for row in OutboxMessage.objects.all():
        copies = receiver.copies[row.key]
        if row.topic == "probe.mail":
            arrived = mails.pop(message_id(row.key), 0)
            assert 1 <= arrived <= row.attempts, f"{row.key}: {arrived} mails, {row.error}"
            counts["mails"], counts["mails doubled"] = counts["mails"] + 1, counts["mails doubled"] + arrived - 1
            copies = 1
        if row.state == OutboxState.UNKNOWN:
            assert row.topic == "probe.webhook"
            assert copies <= 1
        else:
            assert (row.state, copies) == (OutboxState.DONE, 1), f"{row.key}: {copies} copies, {row.error}"
        counts[row.state] += 1
        counts["unknown and arrived"] += row.state == OutboxState.UNKNOWN and copies
        counts["second attempts"] += row.attempts > 1
    assert not mails, "mails of no row"
    return counts


def test_workers_killed_at_random_lose_nothing_and_double_nothing(
    worker: Worker, team: Team, receiver: tuple[Receiver, str], report: Callable[[str], None]
) -> None:
    other_side, url = receiver
    for number in range(ROWS):
        put(team, url, KINDS[number % len(KINDS)], number)
        put(team, url, "webhook", -1 - number, keep=False)
    rows, kills, next_kill, started = ROWS, 0, 0.0, time.monotonic()
    while (waiting := left()) or kills < KILLS:
        if not waiting:  # the workers were quicker than the kills
            put(team, url, KINDS[rows % len(KINDS)], rows)
            rows += 1
        if kills < KILLS and time.monotonic() > next_kill and kill_one_at_work():
            kills, next_kill = kills + 1, time.monotonic() + random.uniform(0.1, 0.6)
        assert time.monotonic() - started < 400, f"{waiting} rows are left"
        time.sleep(0.02)
    counts = expect_nothing_lost_or_doubled(other_side)
    assert OutboxMessage.objects.count() == rows == counts["done"] + counts["unknown"]
    assert set(other_side.copies) <= set(OutboxMessage.objects.values_list("key", flat=True))
    report(f"{rows} rows, {kills} kills, {time.monotonic() - started:.0f} s: {counts}")


def test_both_idle_workers_killed_work_resumes(worker, team, receiver, report) -> None:
    for pid in worker.tree()[3:5]:
        os.kill(pid, signal.SIGKILL)
    put(team, receiver[1], "queryable", 1)
    started = time.monotonic()
    until(lambda: left() == 0, "work after both workers were killed", RESUME_SECONDS)
    assert expect_nothing_lost_or_doubled(receiver[0])["done"] == 1
    report(f"both idle workers killed: resumed after {time.monotonic() - started:.0f} s")


def test_whole_tree_killed_work_resumes_with_the_next_worker(server, worker, team, receiver, report) -> None:
    for number in range(ROWS // 4):
        put(team, receiver[1], KINDS[number % len(KINDS)], number)
    until(lambda: receiver[0].copies, "the first row")
    worker.kill()
    started = time.monotonic()
    worker.start()
    until(lambda: left() == 0, "work after the whole tree was killed", RESUME_SECONDS)
    counts = expect_nothing_lost_or_doubled(receiver[0])
    report(f"whole tree killed: all over after {time.monotonic() - started:.0f} s: {counts}")


def ended(pidfd: int) -> bool:
    try:
        signal.pidfd_send_signal(pidfd, 0)
    except ProcessLookupError:
        return True
    return False


def test_database_killed_work_resumes(server, worker, team, receiver, report) -> None:
    for number in range(ROWS // 4):
        put(team, receiver[1], KINDS[number % len(KINDS)], number)
    until(lambda: receiver[0].copies, "the first row")
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(lambda: server.status() is None, "the end of the database")
    server.acquire()
    started = time.monotonic()
    until(lambda: left() == 0, "work after the database was killed", RESUME_SECONDS)
    counts = expect_nothing_lost_or_doubled(receiver[0])
    report(f"database killed: all over after {time.monotonic() - started:.0f} s: {counts}")


def test_rows_that_kill_or_block_their_worker_stop_and_others_go_on(worker, team, receiver, report) -> None:
    started = time.monotonic()
    for kind in ("deadly", "hanging"):
        put(team, receiver[1], kind, 1)
    for number in range(8):
        put(team, receiver[1], "keyed", number)
    keyed = OutboxMessage.objects.filter(topic="probe.keyed").exclude(state=OutboxState.DONE)
    until(lambda: not keyed.exists(), "the healthy rows")
    healthy = time.monotonic() - started
    until(lambda: left() == 0, "the end of the others", 120)
    stopped = OutboxMessage.objects.exclude(topic="probe.keyed").values_list("state", "attempts", "error")
    assert list(stopped) == [(OutboxState.FAILED, 3, "It was begun several times and never came to an end.")] * 2
    report(f"deadly and hanging rows: healthy ones done after {healthy:.0f} s, all over after "
           f"{time.monotonic() - started:.0f} s")  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_worker_told_to_stop_finishes_the_row_at_hand_and_takes_no_other(
    worker, team, receiver, number: signal.Signals
) -> None:
    for row in range(MANY):
        put(team, receiver[1], "webhook", row)
    until(lambda: receiver[0].copies, "the first row")
    started = time.monotonic()
    worker.process.send_signal(number)
    assert worker.process.wait(10) == 0
    assert time.monotonic() - started < 10
    done = OutboxMessage.objects.filter(state=OutboxState.DONE).count()
    assert 0 < done == receiver[0].copies.total() < MANY
    assert not OutboxMessage.objects.exclude(state__in=[OutboxState.DONE, OutboxState.PENDING]).exists()


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print the counts in a soak."""

    def say(text: str) -> None:
        if SOAK:
            with capsys.disabled():
                sys.stdout.write(f"\n{text}\n")

    return say
