"""A worker as people run it, while a chat and the mail server never say a word."""

import time
from statistics import median

import pytest
from django.db import transaction

from apps.core.crypto import encrypt
from apps.core.models import OutboxMessage, OutboxState
from apps.core.permissions import Role
from apps.notifications.deliveries import send
from apps.notifications.models import Delivery, Medium, TeamChannel
from apps.teams.models import Team, User
from tests.concurrency.test_escalations_worker import working
from tests.concurrency.test_outbox import SOAK, put, report, server
from tests.concurrency.waiting import until
from tests.factories.teams import UserFactory
from tests.fakes.mail_server import scripted_server
from tests.fakes.receiver import Receiver, hangs, receiver, says
from tests.probe.receiver import listening

__all__ = ["report", "server"]  # fixtures
HANGING, HEALTHY = 2, 12
TO_HANGING, TO_HEALTHY = 50, 20
EVERY_SECONDS = 1 if SOAK else 0.4
STARTS_WITHIN = 4  # seconds; half of what a call to a hanging side takes
REST_SECONDS = 60  # every hanging row may hold a process for as long as one attempt takes


@pytest.fixture
def lead(server) -> User:
    return UserFactory(team=Team.objects.create(name=f"Team {time.monotonic()}"), role=Role.TEAM_ADMIN)


def channel_of(lead: User, chat: Receiver) -> TeamChannel:
    return TeamChannel.objects.create(
        team=lead.team, owner=lead, medium=Medium.SLACK, name=chat.host, webhook=encrypt(chat.url), host=chat.host
    )


def notices(lead: User, number: int, **way: object) -> list[Delivery]:
    known = {"team": lead.team, "notice": "", "about": "session:1", "title": "Back", "url": "/"}
    return [Delivery(**known, **way) for _ in range(number)]


@transaction.atomic
def send_now(rows: list[Delivery]) -> list[OutboxMessage]:
    send(rows)
    return list(OutboxMessage.objects.filter(subject__in=[row.subject for row in rows]))


def test_many_rows_to_a_webhook_that_hangs_keep_nobody_else_waiting(server, lead: User, report) -> None:
    with receiver(hangs) as silent, receiver(says(200, "ok")) as chat, working(server, silent, chat) as worker:
        tree, healthy = worker.tree(), channel_of(lead, chat)
        send_now(notices(lead, TO_HANGING, medium=Medium.SLACK, channel=channel_of(lead, silent)))
        keys = []
        for _ in range(TO_HEALTHY):
            keys += [row.key for row in send_now(notices(lead, 1, medium=Medium.SLACK, channel=healthy))]
            time.sleep(EVERY_SECONDS)
        rows = OutboxMessage.objects.filter(key__in=keys)
        until(lambda: not rows.exclude(state=OutboxState.DONE).exists(), "the posts to the healthy chat")
        waits = [(row.sent_at - row.created_at).total_seconds() for row in rows]
        assert worker.tree() == tree
        tried = OutboxMessage.objects.exclude(key__in=keys).filter(attempts__gt=0).count()
    assert (len(chat.asked), len(rows)) == (TO_HEALTHY, TO_HEALTHY)
    assert 0 < tried < TO_HANGING
    assert max(waits) < STARTS_WITHIN
    report(f"{TO_HANGING} posts to a chat that hangs ({tried} tried), {TO_HEALTHY} to one that does not: begun after "
           f"{median(waits):.2f} s in the median, {max(waits):.2f} s at most")  # fmt: skip
    OutboxMessage.objects.all().delete()


def test_webhook_and_mail_server_that_hang_together_leave_a_worker_to_the_rest(server, lead: User, report) -> None:
    with receiver(hangs) as chat, scripted_server(hello=hangs) as post, listening() as (other_side, url):
        ways = [
            {"medium": Medium.SLACK, "channel": channel_of(lead, chat)},
            {"medium": Medium.EMAIL, "recipient": lead},
        ]
        with working(server, chat, mail_port=post.port) as worker:
            tree = worker.tree()
            began = time.monotonic()
            send_now([row for way in ways for row in notices(lead, HANGING, **way)])
            for number in range(HEALTHY):
                put(lead.team, url, ("keyed", "queryable", "slow")[number % 3], number)
            rest = OutboxMessage.objects.filter(topic__startswith="probe.").exclude(state=OutboxState.DONE)
            until(lambda: not rest.exists(), "the rest", REST_SECONDS)
            seconds = time.monotonic() - began
            met = OutboxMessage.objects.exclude(topic__startswith="probe.")
            until(lambda: not met.filter(error="").exists(), "what the hanging rows met", REST_SECONDS)
            assert worker.tree() == tree
    assert sum(other_side.copies.values()) == HEALTHY
    posts, mails = (met.filter(topic=topic).values_list("state", "error") for topic in ("post.written", "mail.written"))
    assert set(posts) == {(OutboxState.UNKNOWN, "127.0.0.1 did not answer in time. It may have arrived.")}
    assert {error for _, error in mails} == {"The mail server did not answer in time."}
    assert {state for state, _ in mails} <= set(OutboxMessage.WAITING)
    report(f"chat and mail server hang: {HEALTHY} others done after {seconds:.0f} s")
    OutboxMessage.objects.all().delete()
