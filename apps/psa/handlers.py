"""What the worker fetches from a PSA."""

from apps.core.models import Lane, OutboxMessage
from apps.core.outbox import on
from apps.psa.services import refresh_ticket


@on("ticket.linked", lane=Lane.SLOW, seconds=45, attempts=4, resend=True)
def fetch_context(message: OutboxMessage) -> str:
    return refresh_ticket(message.payload["ticket"], why=message).number
