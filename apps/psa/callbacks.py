"""What a PSA calls us for, at an address that only the two of us know: a ticket changed there."""

from hashlib import sha256

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutboxMessage
from apps.core.outbox import Dropped, emit
from apps.psa.errors import NotAllowed
from apps.psa.facts import Capability
from apps.psa.line import psa_of
from apps.psa.models import Connection, ProviderKind, Ticket, side_of
from apps.psa.providers import PROVIDERS
from apps.psa.services import refresh_ticket

_TOKENS = Signer(salt="psa.callback")


def address_of(connection: Connection) -> str:
    """The PSA appends the record's id to it."""
    path = reverse("psa:called-back", args=[_TOKENS.sign(str(connection.pk))])
    return f"{settings.SITE_URL}{path}?id="


def connection_of(token: str) -> Connection | None:
    try:
        pk = int(_TOKENS.unsign(token))
    except (BadSignature, ValueError):
        return None
    return Connection.objects.live().filter(pk=pk).first()


def keep_call(connection: Connection, body: str, signature: str) -> None:
    """What the PSA says more than once is one row. Whether it was the PSA, the worker asks it."""
    what = f"{connection.pk}:{sha256(body.encode()).hexdigest()}"
    payload = {"connection": connection.pk, "body": body, "signature": signature}
    with transaction.atomic():
        emit(
            "psa.called_back",
            f"psa:{connection.pk}",
            team=connection.team,
            event=what,
            side=side_of(connection.pk),
            payload=payload,
        )


def act_on_call(message: OutboxMessage) -> str:
    """Fetch what surrounds the ticket, where it is one of ours. Raises what `apps.psa.errors` names, or Dropped."""
    connection = _live(message)
    number = psa_of(connection, why=message).called_back(message.payload["body"], message.payload["signature"])
    ticket = Ticket.objects.filter(connection=connection, number=number).first()
    if ticket is None:
        raise Dropped("Nobody works on this ticket here.")
    return refresh_ticket(ticket.pk, why=message).number


def call_for_ears() -> None:
    """Have every PSA that can call asked, once a day, to do so: somebody may have taken our address away there."""
    able = [kind for kind in ProviderKind if Capability.CALLBACKS in PROVIDERS[kind].capabilities]
    for connection in Connection.objects.live().filter(provider__in=able).select_related("team"):
        with transaction.atomic():
            emit(
                "psa.listening_due",
                f"psa:{connection.pk}",
                team=connection.team,
                event=f"{connection.pk}:{timezone.now():%Y-%m-%d}",
                side=side_of(connection.pk),
                payload={"connection": connection.pk},
            )


def listen(message: OutboxMessage) -> None:
    connection = _live(message)
    try:
        psa_of(connection, why=message).listen(address_of(connection))
    except NotAllowed as error:
        raise Dropped(str(error)) from None  # tickets are read anew without it, only later


def _live(message: OutboxMessage) -> Connection:
    connection = Connection.objects.live().filter(pk=message.payload["connection"]).first()
    if connection is None:
        raise Dropped("This PSA is connected no more.")
    return connection
