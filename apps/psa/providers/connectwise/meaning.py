"""What a "no" of ConnectWise means."""

import re
from typing import Any

from apps.core.egress import Call, Refused
from apps.psa.errors import CredentialsRejected, Invalid, NotAllowed, NotFound
from apps.psa.providers import base

COMPANY_INFO = "/login/companyinfo/"
MEMBERS = "/system/members"
_FIELD = re.compile(r"[A-Za-z0-9_./]{1,60}")
_REJECTED = (
    "ConnectWise does not accept the keys. Check company, public key and private key; the member must be active."
)
_HIDDEN = (
    "ConnectWise shows nothing to these keys. In its cloud that means that company, public or private key is wrong."
)
_NOWHERE = "There is no ConnectWise at this address. Enter the host at which people sign in."
_CLIENT_ID = "ConnectWise does not know the client ID. Enter the one that it gave out for this integration."
_ROLE = "ConnectWise does not allow this: the role of the API member lacks a permission, or the client ID is not known."
_TIME = "ConnectWise does not let the API member enter time, or not for this member: see the role's permissions."


def meaning(refused: Refused, call: Call) -> Exception:
    status = refused.answer.status
    if status == 400:
        return _invalid(_said(refused))
    if status == 401:
        return CredentialsRejected(_REJECTED)
    if status == 403:
        return NotAllowed(_not_allowed(refused, call))
    if status == 404 and COMPANY_INFO in call.url:
        return NotFound(_NOWHERE)
    if status == 404 and call.url.endswith(MEMBERS):
        return CredentialsRejected(_HIDDEN)
    return base.meaning(refused)


def _not_allowed(refused: Refused, call: Call) -> str:
    if "clientid" in refused.answer.text.lower():
        return _CLIENT_ID
    return _TIME if call.url.endswith("/time/entries") and call.method == "POST" else _ROLE


def _invalid(said: dict[str, Any]) -> Invalid:
    """Named by its field alone: the words are the other side's."""
    errors = said.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    field = str(first.get("field") or "")
    if not _FIELD.fullmatch(field):
        return Invalid("ConnectWise does not take what was sent (400).")
    return Invalid(f"ConnectWise does not take the value of its field “{field}”.", field)


def _said(refused: Refused) -> dict[str, Any]:
    """The body is not always JSON, nor always of one shape."""
    try:
        said = refused.answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
