"""What a PSA's "no" means for people: what it said, and what to do about it."""

from dataclasses import dataclass

from apps.core.outbox import Doubt, Failed, Later
from apps.psa.errors import (
    Conflict,
    CredentialsRejected,
    Invalid,
    NotAllowed,
    NotFound,
    NotTaken,
    RateLimited,
    Replaced,
    Unavailable,
    Unreadable,
)

NO = (Failed, Later, Doubt)  # what asking a PSA may raise

_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (Unreadable, "This server's encryption keys were changed or lost. Enter the secrets again under “Change”."),
    (CredentialsRejected, "Check the company or user and enter the secrets again. The account there must be active."),
    (NotAllowed, "Give the account the rights that the guide names, or connect one that has them."),
    (NotFound, "Check the address, and the company or user, for a slip of the keys."),
    (Conflict, "Look at it in the PSA, then try again."),
    (Invalid, "Check the value in the PSA, and the rules of its board here."),
    (NotTaken, "The PSA kept its own value. Look there whether a rule of its board forbids the change."),
    (RateLimited, "Nothing needs to be done: it goes on by itself when the pause is over."),
    (
        Unavailable,
        "Check the address, whether the PSA is up, and whether this server's clock is right. What was kept stays.",
    ),
    (Replaced, "What was sent to it stays there."),
    (Failed, "Check the address. A PSA in your own network must be allowed by whoever runs this server."),
    (Later, "Try again in a few minutes. What was kept stays."),
    (Doubt, "It may have arrived. Look in the PSA before you try again."),
)


@dataclass(frozen=True)
class Explained:
    """What the PSA said, in a sentence, and what to do."""

    sentence: str
    advice: str


def explain(error: Exception) -> Explained:
    """Of one of `NO`."""
    return Explained(str(error), next(advice for kind, advice in _ADVICE if isinstance(error, kind)))
