"""What escalations do when a session ends or goes on."""

from apps.core.models import OutboxMessage
from apps.core.outbox import on
from apps.escalations.services import close_ended, close_resumed


@on("session.ended")
def end_handoffs(message: OutboxMessage) -> None:
    close_ended(message.payload["session"])


@on("session.resumed")
def take_back_parked(message: OutboxMessage) -> None:
    close_resumed(message.payload["session"])
