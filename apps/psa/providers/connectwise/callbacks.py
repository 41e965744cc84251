"""What ConnectWise calls us with: a record that changed, signed with a key that it keeps at an address of its own."""

import json
from base64 import b64encode
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

from apps.core.outbox import Dropped
from apps.psa.errors import NotAllowed
from apps.psa.providers.connectwise.read import id_in, part, text
from apps.psa.providers.connectwise.site import Site

_UNSIGNED = "Nothing was done with a call that ConnectWise did not sign."


def ticket_told_of(site: Site, body: str, signature: str) -> str:
    """Raise NotAllowed unless it is signed, Dropped when it is not of a ticket."""
    said = _read(body)
    key = site.signing_key(text(part(said, "Metadata"), "key_url"))
    if not compare_digest(sign(body, key).encode(), signature.encode()):
        raise NotAllowed(_UNSIGNED)
    if text(said, "Type").lower() != "ticket":
        raise Dropped("It was not of a ticket.")
    return id_in({"id": said.get("ID")})


def sign(body: str, signing_key: str) -> str:
    return b64encode(hmac_digest(sha256(signing_key.encode()).digest(), body.encode(), "sha256")).decode()


def _read(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise NotAllowed(_UNSIGNED)
    return said
