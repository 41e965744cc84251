"""What the worker fetches from a PSA."""

from apps.core.models import Lane, OutboxMessage
from apps.core.outbox import on
from apps.core.outbox.jobs import every
from apps.psa.callbacks import act_on_call, call_for_ears, listen
from apps.psa.services import refresh_ticket


@on("ticket.linked", lane=Lane.SLOW, seconds=45, attempts=4, resend=True)
def fetch_context(message: OutboxMessage) -> str:
    return refresh_ticket(message.payload["ticket"], why=message).number


@on("psa.called_back", lane=Lane.SLOW, seconds=60, attempts=4, resend=True)
def hear(message: OutboxMessage) -> str:
    return act_on_call(message)


@on("psa.listening_due", lane=Lane.SLOW, seconds=45, attempts=4, resend=True)
def ask_to_be_called(message: OutboxMessage) -> None:
    listen(message)


@every(3600)
def have_psas_call() -> None:
    call_for_ears()
