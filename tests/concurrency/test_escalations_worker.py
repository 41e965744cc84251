"""Escalations beside a worker as people run it: killed, away, and with an other side that hangs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median

import pytest
from django.conf import settings
from django.utils import timezone

from apps.core.crypto import encrypt
from apps.core.models import OutboxMessage, OutboxState
from apps.core.permissions import Role
from apps.core.postgres import EmbeddedPostgres
from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.selectors import overdue
from apps.escalations.services import Call, HandoffManager
from apps.notifications.models import Delivery, Medium, Notification, TeamChannel
from apps.sessions.models import FlowSession, Status
from apps.teams.models import Team, User
from tests.concurrency.test_outbox import KILLS, SOAK, Worker, kill_one_at_work, left, report, server
from tests.concurrency.waiting import until
from tests.factories.sessions import FlowSessionFactory
from tests.factories.teams import UserFactory
from tests.fakes.receiver import Receiver, hangs, receiver, says

__all__ = ["report", "server"]  # fixtures
ESCALATIONS, CLICKS = (200, 40) if SOAK else (16, 8)


@pytest.fixture
def people(server) -> Iterator[tuple[User, User, User]]:
    """Author, senior and lead of a team of their own; their worker shares our keys."""
    team = Team.objects.create(name=f"Team {time.monotonic()}")
    seen = str(time.monotonic_ns())
    email = lambda who: f"{who}{seen}@team.example"  # noqa: E731
    yield (
        UserFactory(team=team, email=email("junior"), name="Jo Junior"),
        UserFactory(team=team, email=email("senior"), is_senior=True, name="Sam Senior"),
        UserFactory(team=team, email=email("lead"), role=Role.TEAM_ADMIN, name="Lou Lead"),
    )
    OutboxMessage.objects.all().delete()
    SessionHandoff.objects.filter(status=HandoffStatus.OPEN).update(status=HandoffStatus.TAKEN_BACK)


def channel(made: Receiver, lead: User, medium: str = Medium.SLACK) -> TeamChannel:
    return TeamChannel.objects.create(
        team=lead.team, owner=lead, medium=medium, name=f"#{medium}", webhook=encrypt(made.url), host=made.host
    )


@contextmanager
def working(server: EmbeddedPostgres, *sides: Receiver, mail_port: int = 0) -> Iterator[Worker]:
    """A worker that shares our keys and may call these receivers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RF_ALLOWED_PRIVATE_HOSTS", ",".join(side.host for side in sides))
        patch.setenv("RF_ENCRYPTION_KEYS", ",".join(settings.ENCRYPTION_KEYS))
        worker = Worker(server.folder, mail_port)
    try:
        until(worker.whole, "all processes of the worker")
        yield worker
    finally:
        worker.kill()


def escalate(author: User, target: User | None = None, intent: str = Intent.ESCALATE) -> SessionHandoff:
    flow_session = FlowSessionFactory(team=author.team, owner=author, title="VPN")
    return HandoffManager(author).create_handoff(flow_session.pk, intent=intent, call=Call(target=target))


def rows_of(handoff: SessionHandoff, *kinds: str) -> list[OutboxMessage]:
    deliveries = Delivery.objects.filter(about=handoff.subject, notice__in=kinds)
    return list(OutboxMessage.objects.filter(subject__in=[delivery.subject for delivery in deliveries]))


def artifacts(handoff: SessionHandoff) -> dict[str, int]:
    """How many there are of each thing that an escalation to a person leaves."""
    return {
        "handoff": handoff.flow_session.handoffs.count(),
        "record": handoff.flow_session.records.filter(kind="handoff").count(),
        "bell": Notification.objects.filter(subject=handoff.subject).count(),
        "delivery": Delivery.objects.filter(about=handoff.subject).count(),
        "outbox": len(rows_of(handoff, "handoff.yours", "handoff.open")),
    }


def test_workers_killed_at_random_leave_each_escalation_whole_and_none_doubled(server, people, report) -> None:
    author, senior, lead = people
    with receiver(says(200, "ok")) as made:
        channel(made, lead)
        with working(server, made):
            handoffs, kills = [], 0
            while len(handoffs) < ESCALATIONS or kills < KILLS:  # the workers may be quicker than the kills
                handoffs.append(escalate(author, target=senior))
                kills += kills < KILLS and kill_one_at_work()
            until(lambda: left() == 0, "the end of all rows", 300)
    for handoff in handoffs:
        assert artifacts(handoff) == {"handoff": 1, "record": 1, "bell": 1, "delivery": 2, "outbox": 2}
        assert FlowSession.objects.get(pk=handoff.flow_session_id).status == Status.ESCALATED
    states = set(OutboxMessage.objects.values_list("state", flat=True))
    assert states <= {OutboxState.DONE, OutboxState.UNKNOWN}
    assert len(made.asked) <= len(handoffs)
    report(f"{len(handoffs)} escalations, {kills} kills, {len(made.asked)} posts, states {sorted(states)}")


def test_nothing_begins_to_be_sent_after_the_claim(server, people, report) -> None:
    author, senior, lead = people
    with receiver(says(200, "ok")) as made:
        channel(made, lead)
        with working(server, made):
            claims = {}
            for number in range(ESCALATIONS):
                handoff = escalate(author)
                time.sleep(0.02 * (number % 5))
                HandoffManager(senior).claim_handoff(handoff.pk)
                claims[handoff] = timezone.now()
            until(lambda: left() == 0, "the end of all rows", 120)
    rows = [(claimed_at, row) for handoff, claimed_at in claims.items() for row in rows_of(handoff, "handoff.open")]
    late = [row for claimed_at, row in rows if row.sent_at and row.sent_at > claimed_at]
    sent = sum(row.sent_at is not None for _, row in rows)
    assert (len(rows), late) == (ESCALATIONS, [])
    assert {row.state for _, row in rows} <= {OutboxState.DONE, OutboxState.CANCELLED}
    posts = [asked.json()["text"] for asked in made.asked if "needs a senior" in str(asked.json())]
    assert len(posts) == sent
    report(f"{ESCALATIONS} claims: {sent} posts before, {len(late)} after, {ESCALATIONS - sent} withdrawn")


def clicks(author: User, target: User) -> float:
    """Median seconds of an escalation's transaction; each has its bell row at once."""
    seconds = []
    for _ in range(CLICKS):
        began = time.perf_counter()
        handoff = escalate(author, target)
        seconds.append(time.perf_counter() - began)
        assert Notification.objects.filter(subject=handoff.subject, recipient=target).exists()
    return median(seconds)


def test_click_is_no_slower_while_every_other_side_hangs_or_fails(server, people, report) -> None:
    author, senior, lead = people
    with receiver(says(200, "ok")) as slack, receiver(says(200, "ok")) as teams:
        channel(slack, lead)
        channel(teams, lead, Medium.TEAMS)
        clicks(author, senior)  # warms up
        without_worker = clicks(author, senior)
        slack.behaviour, teams.behaviour = hangs, says(500)
        with working(server, slack, teams):
            hanging = clicks(author, senior)
            assert hanging < 0.5 + 3 * without_worker
            refused = OutboxMessage.objects.filter(attempts__gte=1).exclude(error="")
            until(refused.exists, "an attempt that failed", 60)
    assert refused.filter(state__in=[OutboxState.PENDING, OutboxState.UNKNOWN]).exists()
    assert SessionHandoff.objects.filter(created_by=author, status=HandoffStatus.OPEN).count() == 3 * CLICKS
    report(f"escalation, worker down {without_worker * 1000:.1f} ms, all hanging {hanging * 1000:.1f} ms")


def test_stalled_handoffs_are_seen_without_a_worker_and_called_for_once_when_it_is_back(server, people, report) -> None:
    author, senior, lead = people
    handoffs = [escalate(author) for _ in range(5)]
    OutboxMessage.objects.all().delete()
    SessionHandoff.objects.filter(pk__in=[handoff.pk for handoff in handoffs]).update(
        due_at=timezone.now() - timedelta(days=3)
    )
    assert overdue(lead) == handoffs
    began = time.monotonic()
    called = Notification.objects.filter(notice="handoff.overdue", recipient=senior)
    with working(server):
        until(lambda: called.count() == len(handoffs), "the calls", 60)
        seconds = time.monotonic() - began
        until(lambda: left() == 0, "their e-mails", 60)
        assert called.count() == len(handoffs)
    assert overdue(lead) == []
    assert set(SessionHandoff.objects.filter(pk__in=[h.pk for h in handoffs]).values_list("round", flat=True)) == {1}
    report(f"worker back: {len(handoffs)} calls after {seconds:.0f} s")
