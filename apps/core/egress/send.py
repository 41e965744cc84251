from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from django.db import models, transaction

from apps.core.egress.parcel import Outgoing, Parcel
from apps.core.egress.payload import Masking, Safe, redact_texts
from apps.core.models import EgressRecord, OutboxMessage
from apps.core.outbox import Failed, mark_sent
from apps.core.redaction import Destination, RedactionError

T = TypeVar("T")
NOTHING_KNOWN = Masking()


@dataclass(frozen=True)
class Reason:
    """Why something leaves without being the effect of an outbox row: a question, a page's read, a preview."""

    team_id: int
    text: str
    by_id: int | None = None

    @classmethod
    def of(cls, message: OutboxMessage) -> "Reason":
        """For a handler that asks the other side: its row is not sent by that."""
        return cls(message.team_id, message.key, message.by_id)

    @classmethod
    def to(cls, text: str, *, team: models.Model, by: models.Model | None = None) -> "Reason":
        return cls(team.pk, text, by.pk if by else None)


def send_out(
    what: Outgoing[T], *, destination: Destination, why: OutboxMessage | Reason, masking: Masking = NOTHING_KNOWN
) -> T:
    """Let the Call or Mail leave, and return what came back: an Answer, or the mail's Message-ID.

    Of an outbox row, sent_at is committed right before the call; of a row that was cancelled or lost its lease nothing
    is sent (LeaseLost). Call it outside any transaction. Raises Failed, Later or Doubt, with a sentence for people
    that holds no secret.
    """
    try:
        safe = redact_texts(what.payload, destination, masking)
    except RedactionError as error:
        raise Failed(str(error)) from None
    parcel = what.pack(safe.texts)
    if isinstance(why, OutboxMessage):
        mark_sent(why)  # first, so that the ledger tells of nothing that was withdrawn
    _record(parcel, safe, destination, why if isinstance(why, Reason) else Reason.of(why))
    return parcel.send()


def _record(parcel: Parcel[T], safe: Safe, destination: Destination, reason: Reason) -> None:
    """Committed on its own: a rollback must not take the ledger along."""
    with transaction.atomic(durable=True):
        EgressRecord.objects.create(
            team_id=reason.team_id,
            destination=destination,
            address=parcel.address[:255],
            size=len(parcel.payload),
            sha256=sha256(parcel.payload).hexdigest(),
            redactions=dict(safe.counts),
            reason=reason.text[:255],
            by_id=reason.by_id,
        )
