"""What a PSA's "no" means. Each is one of the outbox's outcomes, so that a handler need not translate.

A message is a sentence for people, and holds neither a credential nor text of the other side.
"""

from apps.core.outbox import Busy, Failed, Later


class CredentialsRejected(Failed):
    """The PSA does not know these credentials, or no longer."""


class NotAllowed(Failed):
    """The PSA knows us, but our role there may not do this."""


class NotFound(Failed):
    """There is no such ticket, board or address."""


class Conflict(Failed):
    """It changed there in the meantime."""


class Invalid(Failed):
    """The PSA does not take a value: `field` names it as the PSA calls it, where it said so."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class NotTaken(Failed):
    """The PSA said yes, but the value reads as before."""


class Unreadable(Failed):
    """The credentials stored here cannot be decrypted: the key they were encrypted with is gone."""


class Replaced(Failed):
    """The team has connected another PSA meanwhile: nothing is asked of this one any more, nor sent to it."""


class RateLimited(Busy):
    """Too many calls; `seconds` when the PSA said how long to wait."""


class Unavailable(Later):
    """It did not answer, or only with an error of its own. A write that may have arrived is a Doubt instead."""
