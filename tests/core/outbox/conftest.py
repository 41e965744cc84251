from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage
from apps.core.outbox.lease import claim
from apps.core.outbox.registry import HANDLERS, Handler
from apps.core.outbox.run import run
from apps.teams.models import Team
from tests.factories.outbox import OutboxMessageFactory

Attempt = Callable[[OutboxMessage], OutboxMessage]


NAME = "tests.probe.handlers.note"  # whom the factory's rows belong to


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let this function answer the rows of the factory."""

    def register(function: Any, *, ask: Any = None, attempts: int = 3, resend: bool = False) -> None:
        handler = Handler(NAME, "session.resolved", function, ask, Lane.QUICK, 10, attempts, resend)
        monkeypatch.setitem(HANDLERS, NAME, handler)

    return register


@pytest.fixture
def message(team: Team) -> OutboxMessage:
    return OutboxMessageFactory(team=team)


@pytest.fixture
def attempt() -> Attempt:
    """One attempt at the row, as soon as it may be; the row afterwards."""

    def act(message: OutboxMessage) -> OutboxMessage:
        OutboxMessage.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        claimed = claim(message.lane)
        assert claimed == message
        run(claimed)
        message.refresh_from_db()
        return message

    return act
