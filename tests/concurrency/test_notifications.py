"""People are told once, and several transactions that tell the same people do not wait for each other for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections, transaction
from django.utils import timezone

from apps.notifications.models import Notification
from apps.notifications.services import mark_all_read, notify, withdraw
from apps.sessions.models import Status
from apps.sessions.services.telling import wake_sessions
from tests.concurrency.test_sessions import at_once
from tests.factories.notifications import BELL_ONLY, BY_MAIL
from tests.factories.sessions import FlowSessionFactory
from tests.factories.teams import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def test_sessions_that_wake_under_several_workers_are_told_once_each() -> None:
    owner = UserFactory()
    paused = {"status": Status.PAUSED, "pause_reason": "part", "wake_at": timezone.now() - timedelta(minutes=1)}
    FlowSessionFactory.create_batch(12, team=owner.team, owner=owner, **paused)
    assert sum(at_once([wake_sessions] * WORKERS)) == 12
    assert Notification.objects.filter(recipient=owner).count() == 12
    assert Notification.objects.values("subject").distinct().count() == 12


def test_transactions_that_tell_the_same_people_in_other_orders_all_commit() -> None:
    team = TeamFactory()
    one, other = UserFactory.create_batch(2, team=team)
    gate = Barrier(2)

    def tell(*groups: object) -> None:
        try:
            with transaction.atomic():
                for number, person in enumerate(groups):
                    if number == 0:
                        gate.wait(10)
                    notify(BELL_ONLY, team=team, recipients=[person], subject="session:7", title="Twice", url="/")
                    withdraw(BY_MAIL, team=team, subject="session:7")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda groups: tell(*groups), [(one, other), (other, one)]))
    assert Notification.objects.count() == 4


def test_reading_all_while_being_told_loses_nothing() -> None:
    person = UserFactory()

    def tell() -> None:
        with transaction.atomic():
            notify(BELL_ONLY, team=person.team, recipients=[person], subject="session:7", title="New", url="/")

    at_once([tell, lambda: mark_all_read(by=person)] * WORKERS)
    assert Notification.objects.filter(recipient=person).count() == WORKERS
