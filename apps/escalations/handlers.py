"""What escalations do when a session ends or goes on, and every minute where nobody picked up in time."""

from apps.core.models import OutboxMessage
from apps.core.outbox import on
from apps.core.outbox.jobs import every
from apps.escalations.calls import tell_overdue
from apps.escalations.ends import close_ended, close_resumed
from apps.escalations.imported import adopt_imported


@on("session.ended")
def end_handoffs(message: OutboxMessage) -> None:
    close_ended(message.payload["session"])


@on("session.resumed")
def take_back_parked(message: OutboxMessage) -> None:
    close_resumed(message.payload["session"])


@every(60)
def hand_over_imported() -> None:
    adopt_imported()


@every(60)
def call_again() -> None:
    tell_overdue()
