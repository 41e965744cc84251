"""A worker as people run it, while a chat and the mail server never say a word."""

import time

from django.db import transaction

from apps.core.crypto import encrypt
from apps.core.models import OutboxMessage, OutboxState
from apps.core.permissions import Role
from apps.notifications.deliveries import send
from apps.notifications.models import Delivery, Medium, TeamChannel
from apps.teams.models import Team
from tests.concurrency.test_escalations_worker import working
from tests.concurrency.test_outbox import put, report, server
from tests.concurrency.waiting import until
from tests.factories.teams import UserFactory
from tests.fakes.mail_server import scripted_server
from tests.fakes.receiver import hangs, receiver
from tests.probe.receiver import listening

__all__ = ["report", "server"]  # fixtures
HANGING, HEALTHY = 2, 12
REST_SECONDS = 60  # every hanging row may hold a process for as long as one attempt takes


def test_webhook_and_mail_server_that_hang_together_leave_a_worker_to_the_rest(server, report) -> None:
    lead = UserFactory(team=Team.objects.create(name=f"Team {time.monotonic()}"), role=Role.TEAM_ADMIN)
    with receiver(hangs) as chat, scripted_server(hello=hangs) as post, listening() as (other_side, url):
        channel = TeamChannel.objects.create(
            team=lead.team, owner=lead, medium=Medium.SLACK, name="#desk", webhook=encrypt(chat.url), host=chat.host
        )
        notice = {"team": lead.team, "notice": "", "about": "session:1", "title": "Back", "url": "/"}
        ways = [{"medium": Medium.SLACK, "channel": channel}, {"medium": Medium.EMAIL, "recipient": lead}]
        with working(server, chat, mail_port=post.port) as worker:
            tree = worker.tree()
            began = time.monotonic()
            with transaction.atomic():
                send([Delivery(**notice, **way) for way in ways * HANGING])
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
