"""Writing rows into the outbox, and waking a worker."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from apps.core.live import publish, team_channel
from apps.core.models import Lane, OutboxMessage
from apps.core.outbox.registry import handlers_of

# With so many unclaimed, one more would wake nobody sooner. Each takes a moment even when nothing is due any more.
MOST_WAKE_UPS = 20


def emit(
    topic: str,
    subject: str,
    *,
    team: models.Model,
    event: str = "",
    side: str = "",
    payload: dict[str, Any] | None = None,
    by: models.Model | None = None,
) -> None:
    """Write one row per handler of the topic (a past-tense name such as "session.resolved") and wake the worker.

    Call it inside the transaction of the change, near its end. `subject` names the object ("session:1042"); with the
    topic and the handler it is the row's key, so that the same event emitted twice is one row; what can happen to the
    same object again names itself by ``event`` ("session:1042:7"). ``side`` names who is called ("mail", "psa:3"): of
    rows with the same one that hangs, few run at a time (see `claim` and `pausing`). No handler, no row.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("emit() belongs inside the transaction of what happened.")
    found = handlers_of(topic)
    rows = [
        OutboxMessage(
            team_id=team.pk,
            topic=topic,
            handler=handler.name,
            key=f"{topic}:{event or subject}:{handler.name}",
            subject=subject,
            payload=payload or {},
            lane=handler.lane,
            side=side,
            by_id=by.pk if by else None,
            due_at=timezone.now(),
        )
        for handler in found
    ]
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
    for lane in {handler.lane for handler in found}:
        wake(lane)


def wake(lane: Lane) -> None:
    """Tell the worker that the lane has something due; committed with the caller's transaction."""
    if OrmQ.objects.filter(lock__lte=timezone.now())[:MOST_WAKE_UPS].count() < MOST_WAKE_UPS:
        add_wake_up(lane)


def add_wake_up(lane: Lane) -> None:
    """Wake the lane however many wake-ups lie unclaimed."""
    async_task("apps.core.outbox.run.drain", str(lane))


def announce(message: OutboxMessage) -> None:
    """Tell the open pages of the row's team that something changed with its subject; last in the transaction."""
    publish(team_channel(message.team_id), "outbox", {"id": message.subject})
