"""The one way out of the house.

`send_out` takes the secrets out of what leaves, writes the ledger, commits that an outbox row is being sent, and only
then calls. Nothing else in the program opens a connection to the outside.
"""

from apps.core.egress.addresses import check_url
from apps.core.egress.http import Answer, Call, File, Refused
from apps.core.egress.mail import Letter, Mail
from apps.core.egress.payload import Masking
from apps.core.egress.send import NOTHING_KNOWN, Reason, send_out

__all__ = [
    "NOTHING_KNOWN",
    "Answer",
    "Call",
    "File",
    "Letter",
    "Mail",
    "Masking",
    "Reason",
    "Refused",
    "check_url",
    "send_out",
]
