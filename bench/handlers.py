"""What the rows of the measurement do: everything that sending does but the call."""

from apps.core.models import OutboxMessage
from apps.core.outbox import mark_sent, on


@on("bench.sent")
def send(message: OutboxMessage) -> None:
    mark_sent(message)
