"""Notes on their way into a ConnectWise, by a worker as people run it: killed, without its database, and many at once.

The clock of a PSA's limit is scaled: what it takes in a minute it takes in the few seconds that the test says.
"""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.core.models import OutboxMessage, OutboxState
from apps.core.postgres import EmbeddedPostgres
from apps.documentation.models import DocumentKind, Push, PushPart
from apps.documentation.preview import TOPICS
from apps.documentation.pushes import AT_ONCE, advance, new_marker
from apps.psa.facts import NoteKind
from apps.psa.line import seal_credentials
from apps.psa.models import Connection, ProviderKind, Ticket
from apps.teams.models import Team
from tests.concurrency.test_outbox import SOAK, Worker, left, report, server
from tests.concurrency.waiting import until
from tests.factories.psa import ConnectionFactory
from tests.factories.sessions import FlowSessionFactory
from tests.factories.teams import UserFactory
from tests.fakes.connectwise import connectwise
from tests.fakes.connectwise.server import ConnectWise

__all__ = ["report", "server"]  # fixtures
PUSHES, KILLS, CRASHES = (200, 20, 4) if SOAK else (8, 1, 1)
ANSWER_SECONDS = 0.03  # of the fake, before it does something and after
TICKETS, NOTES, FEW = (200, 50, 10) if SOAK else (3, 11, 3)  # notes for each ticket of the big team; of the small one
CALLS, SECONDS = (1000, 30) if SOAK else (70, 7)  # that a PSA takes, in so many seconds; fewer than there are
PACE = CALLS * 60 // SECONDS * 9 // 10  # below that, as ours is below 1,000
SLOWEST = 4  # notes a second, on a machine that is busy


@pytest.fixture
def fake(server: EmbeddedPostgres) -> Iterator[ConnectWise]:
    with connectwise() as fake:
        yield fake
    OutboxMessage.objects.all().delete()
    Push.objects.all().delete()
    Connection.objects.update(archived_at=timezone.now())


@contextmanager
def working(server: EmbeddedPostgres, *fakes: ConnectWise, calls_a_minute: int = 60_000) -> Iterator[Worker]:
    """A worker that shares our keys and may call these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RF_ALLOWED_PRIVATE_HOSTS", ",".join(fake.host for fake in fakes))
        patch.setenv("RF_ENCRYPTION_KEYS", ",".join(settings.ENCRYPTION_KEYS))
        patch.setenv("RF_PSA_CALLS_A_MINUTE", str(calls_a_minute))
        worker = Worker(server.folder)
    try:
        until(worker.whole, "all processes of the worker")
        yield worker
    finally:
        worker.kill()


def connected(fake: ConnectWise) -> Connection:
    """Of a team of its own."""
    keys = {"public_key": fake.public_key, "private_key": fake.private_key, "client_id": fake.client_id}
    return ConnectionFactory(
        team=Team.objects.create(name=f"Team {time.monotonic_ns()}"),
        provider=ProviderKind.CONNECTWISE,
        address=fake.address,
        account=fake.company,
        credentials=seal_credentials(keys),
    )


def queue(fake: ConnectWise, connection: Connection, tickets: int, notes: int) -> list[PushPart]:
    """So many notes for each of so many tickets, as `push_note` writes them down; handed to the outbox in turn."""
    team = connection.team
    sent = {"summary": "VPN", "company": {"id": 250}, "board": {"id": 1}, "processNotifications": False}
    flow_session = FlowSessionFactory(team=team, owner=UserFactory(team=team))
    of_push = {"team": team, "flow_session": flow_session, "connection": connection, "body": "It was unplugged."}
    of_push |= {"kind": DocumentKind.RESOLUTION, "note_kind": NoteKind.INTERNAL.value, "by": flow_session.owner}
    rows = [
        Ticket.objects.create(team=team, connection=connection, number=str(fake.add_ticket(sent)["id"]), title="VPN")
        for _ in range(tickets)
    ]
    pushes = Push.objects.bulk_create(
        Push(**of_push, ticket=row, version=version)
        for version, row in enumerate((row for _ in range(notes) for row in rows), start=1)
    )
    parts = PushPart.objects.bulk_create(
        PushPart(team=team, push=push, ticket=push.ticket, kind="note", marker=new_marker()) for push in pushes
    )
    with transaction.atomic():
        advance(team.pk)
    return parts


def notes_left() -> int:
    """-1 while the database is away."""
    waiting = left()
    return waiting and (waiting if waiting < 0 else waiting + PushPart.objects.filter(queued_at=None).count())


def expect_each_once(fake: ConnectWise, parts: list[PushPart]) -> dict[str, int]:
    """Each is in its ticket once and confirmed, or a person is asked; the client sees none."""
    told = [note["text"] for notes in fake.notes.values() for note in notes]
    text = Counter(marker for one in told for marker in re.findall(r"RF-[0-9A-F]{8}", one))
    rows = OutboxMessage.objects.filter(topic__in=TOPICS.values(), payload__part__in=[part.pk for part in parts])
    states = dict(rows.values_list("payload__part", "state"))
    found = PushPart.objects.in_bulk([part.pk for part in parts])
    for part in parts:
        assert states[part.pk] in (OutboxState.DONE, OutboxState.UNKNOWN)
        assert text[part.marker] == 1 or (text[part.marker] == 0 and states[part.pk] == OutboxState.UNKNOWN)
        assert (found[part.pk].confirmed_at is not None) == (states[part.pk] == OutboxState.DONE)
        assert found[part.pk].alarm == ""
    shown = [note for notes in fake.notes.values() for note in notes if note["detailDescriptionFlag"]]
    assert not [note for note in shown if "RF-" in note["text"]]
    return {"notes": len(parts), "arrived": text.total(), **Counter(map(str, states.values()))}


def end_leases(*, of_all: bool = False) -> None:
    """Of processes that are gone, so that nobody waits a minute for each; a soak waits."""
    running = OutboxMessage.objects.filter(state=OutboxState.RUNNING, due_at__gt=timezone.now())
    owners = [] if SOAK else running.exclude(lease_owner="").values_list("lease_owner", flat=True)
    gone = [owner for owner in owners if of_all or not Path(f"/proc/{owner.split('-')[1]}").exists()]
    running.filter(lease_owner__in=gone).update(due_at=timezone.now())


def kill_one_mid_push() -> bool:
    """At its first attempt: one that kills its worker again and again is given up."""
    pushes = OutboxMessage.objects.filter(topic="note.pushed", attempts=1)
    running = pushes.filter(state=OutboxState.RUNNING, due_at__gt=timezone.now()).exclude(lease_owner="")
    for owner in running.values_list("lease_owner", flat=True):
        with suppress(ProcessLookupError):  # killed before; its lease is not over yet
            os.kill(int(owner.split("-")[1]), signal.SIGKILL)
            return True
    return False


def test_workers_killed_mid_push_lose_no_note_and_double_none(server, fake, report) -> None:
    fake.takes = ANSWER_SECONDS
    parts = [part for _ in range(4) for part in queue(fake, connected(fake), PUSHES // 4, 1)]
    began, kills = time.monotonic(), 0
    with working(server, fake):
        while (waiting := notes_left()) or kills < KILLS:
            assert time.monotonic() - began < 1200, f"{waiting} are left"
            if not waiting:
                parts += queue(fake, connected(fake), 4, 1)
            told = PushPart.objects.exclude(confirmed_at=None).count()
            if kills < KILLS and told >= PUSHES * kills // KILLS and kill_one_mid_push():
                kills += 1
                time.sleep(0.2)
            end_leases()
            time.sleep(0.01)
    counts = expect_each_once(fake, parts)
    report(f"{kills} kills mid-push, {time.monotonic() - began:.0f} s: {counts}")


def test_database_killed_mid_push_loses_no_note_and_doubles_none(server, fake, report) -> None:
    fake.takes = ANSWER_SECONDS
    parts = [part for _ in range(4) for part in queue(fake, connected(fake), PUSHES // 4, 1)]
    began = time.monotonic()
    with working(server, fake):
        for crash in range(CRASHES):
            told = len(parts) * crash // CRASHES
            until(lambda told=told: sum(map(len, fake.notes.values())) > told, "a note", 300)
            os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            until(lambda: server.status() is None, "the end of the database")
            time.sleep(1)  # whatever was told meanwhile, its answer is here
            server.acquire()
            until(lambda: left() >= 0, "the database")
            end_leases(of_all=True)
        until(lambda: end_leases() or notes_left() == 0, "the end of all notes", 600)
    counts = expect_each_once(fake, parts)
    report(f"{CRASHES} crashes of the database, {time.monotonic() - began:.0f} s: {counts}")


def most_in(moments: list[float], seconds: float) -> int:
    """Of the moments in any span of so many seconds."""
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_many_notes_keep_to_the_limit_wait_their_turn_and_stay_in_order(server, fake, report) -> None:
    began = time.monotonic()
    with connectwise() as other, working(server, fake, other, calls_a_minute=PACE):
        many = queue(fake, connected(fake), TICKETS, NOTES)
        few = queue(other, connected(other), FEW, 1)
        confirmed = PushPart.objects.exclude(confirmed_at=None)
        until(lambda: confirmed.filter(team=few[0].team).count() == FEW, "the few notes")
        ahead = confirmed.filter(team=many[0].team).count()
        until(lambda: notes_left() == 0, "the end of all notes", 60 + len(many) / SLOWEST, every=0.5)
        counts = expect_each_once(other, few) | expect_each_once(fake, many)
    assert set(OutboxMessage.objects.values_list("state", "attempts")) == {(OutboxState.DONE, 1)}
    assert ahead <= 2 * FEW + AT_ONCE
    most = most_in([asked.at for asked in fake.asked], SECONDS)
    assert most <= CALLS
    for ticket, notes in fake.notes.items():
        told = [marker for note in notes if (marker := note["text"].rpartition("[")[2].rstrip("]")).startswith("RF-")]
        assert told == [part.marker for part in many if part.ticket.number == str(ticket)]
    report(
        f"{len(many)} notes in {time.monotonic() - began:.0f} s: {counts}; {len(fake.asked)} calls, {most} at most in "
        f"{SECONDS} s; {ahead} before the {FEW} of the small team"
    )
