"""A provider that is ready to be asked: the only way to a PSA, through the one way out of the house."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from time import sleep

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from apps.core.crypto import decrypt, encrypt
from apps.core.egress import NOTHING_KNOWN, Answer, Call, Masking, Reason, Refused, send_out
from apps.core.egress.http import SECONDS
from apps.core.models import OutboxMessage
from apps.core.outbox import Busy, Later
from apps.core.redaction import Destination
from apps.psa.errors import CredentialsRejected, NotAllowed, RateLimited, Replaced, Unavailable, Unreadable
from apps.psa.models import Connection
from apps.psa.providers import PROVIDERS, Provider

PAGE_SECONDS = 4  # that a call may take for which somebody waits at a page
MOST_PATIENCE = 2  # seconds that a call waits for its turn; where it takes longer, it gives up for now
AT_A_STRETCH = 5  # turns that nobody took, and that calls may make up for without waiting
PAUSE_SECONDS = 30  # after "too many calls" that did not say how long
FRESH = timedelta(minutes=1)  # that the time of the last good answer may be behind
Hear = Callable[[Answer], None]
_OF_CONNECTION = (CredentialsRejected, NotAllowed, Unavailable)  # what says something of more than one call


def psa_of(
    connection: Connection,
    *,
    why: OutboxMessage | Reason,
    masking: Masking = NOTHING_KNOWN,
    seconds: float = SECONDS,
    hear: Hear | None = None,
) -> Provider:
    """The connection's provider. Of an outbox row only what writes is marked as sent. Raises Unreadable, Replaced.

    A call that only reads takes ``seconds`` at most; ``hear`` is shown each good answer.
    """
    if connection.archived_at:
        raise Replaced("This PSA is not connected any more. Link the ticket in the present one, then send it again.")
    provider = PROVIDERS[connection.provider]
    line = _Line(connection, provider, why, masking, seconds, hear)
    return provider(connection, open_credentials(connection.credentials), line)


def asked_of(connection: Connection, by: models.Model, text: str, hear: Hear | None = None) -> Provider:
    """The provider for what a person asks on a page and waits for; `text` says in the ledger what for.

    Raises Unreadable.
    """
    return psa_of(connection, why=Reason.to(text, team=connection.team, by=by), seconds=PAGE_SECONDS, hear=hear)


def seal_credentials(credentials: Mapping[str, str]) -> str:
    return encrypt(json.dumps(dict(credentials)))


def open_credentials(sealed: str) -> dict[str, str]:
    """Raise Unreadable when the key they were encrypted with is gone."""
    if not sealed:
        return {}
    try:
        return dict(json.loads(decrypt(sealed)))
    except InvalidToken:
        raise Unreadable("The credentials cannot be read with the present encryption keys. Enter them again.") from None


class _Line:
    """Sends the calls of one connection and keeps in mind how it fares."""

    def __init__(
        self,
        connection: Connection,
        provider: type[Provider],
        why: OutboxMessage | Reason,
        masking: Masking,
        seconds: float,
        hear: Hear | None,
    ) -> None:
        self.connection = connection
        self.provider = provider
        self.why = why
        self.masking = masking
        self.seconds = seconds
        self.hear = hear

    def __call__(self, call: Call, *, writes: bool = False) -> Answer:
        self._wait()
        try:
            answer = self._sent(call if writes else replace(call, seconds=min(call.seconds, self.seconds)), writes)
        except _OF_CONNECTION as error:
            self._remember(problem=str(error), problem_at=timezone.now())
            raise
        if self.connection.problem or not self._is_fresh():
            self._remember(problem="", problem_at=None, answered_at=timezone.now())
        if self.hear:
            self.hear(answer)
        return answer

    def _sent(self, call: Call, writes: bool) -> Answer:
        why = Reason.of(self.why) if isinstance(self.why, OutboxMessage) and not writes else self.why
        try:
            return send_out(call, destination=Destination.PSA_NOTE, why=why, masking=self.masking)
        except Refused as refused:
            raise self.provider.meaning(refused, call) from None
        except Busy as busy:
            raise self._paused(busy) from None
        except Later as later:
            raise Unavailable(str(later), later.seconds) from None

    def _wait(self) -> None:
        """None begins while the PSA asked for none, nor sooner than its pace allows, whoever else calls it."""
        sleep(max(0, self._turn()))

    @transaction.atomic
    def _turn(self) -> float:
        """Take the connection's next turn; seconds until then, where it is not past. Raises RateLimited where that is
        too long to wait.
        """
        rows = Connection.objects.filter(pk=self.connection.pk).select_for_update(no_key=True)
        resumes_at, now = rows.values_list("resumes_at", flat=True).get(), timezone.now()
        pace = timedelta(minutes=1) / settings.RF_PSA_CALLS_A_MINUTE
        turn = max(resumes_at or now, now - AT_A_STRETCH * pace)
        if (left := (turn - now).total_seconds()) > MOST_PATIENCE:
            raise RateLimited("The PSA asked for a pause. It goes on by itself.", left)
        self._remember(resumes_at=turn + pace)
        return left

    def _paused(self, busy: Busy) -> RateLimited:
        seconds = busy.seconds or PAUSE_SECONDS
        self._remember(resumes_at=timezone.now() + timedelta(seconds=seconds))
        return RateLimited(str(busy), seconds)

    def _is_fresh(self) -> bool:
        answered = self.connection.answered_at
        return answered is not None and timezone.now() - answered < FRESH

    def _remember(self, **facts: object) -> None:
        Connection.objects.filter(pk=self.connection.pk).update(**facts)
        for name, value in facts.items():
            setattr(self.connection, name, value)
