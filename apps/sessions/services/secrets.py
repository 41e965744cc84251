"""Secrets of a session: shown on demand only, masked wherever else they stand."""

from collections.abc import Collection

from cryptography.fernet import InvalidToken

from apps.core.crypto import decrypt
from apps.core.redaction import SECRETS, RedactionError, redact
from apps.flows.variables import mask_secrets
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession
from apps.teams.models import User


def reveal_secret(pk: int, *, by: User, name: str) -> str:
    """The secret's value for the session's owner; raises FlowSession.DoesNotExist, KeyError or Refused."""
    flow_session = FlowSession.objects.visible_to(by).get(pk=pk, owner=by)
    return _opened(flow_session.secrets[name])


def mask(flow_session: FlowSession, text: str) -> str:
    """The text with the values of the session's secrets as placeholders; a title may be older than its secret.

    Raises Refused.
    """
    return mask_secrets(text, secret_values(flow_session))


def without_secrets(text: str, known: Collection[str] = ()) -> str:
    """The text without the values that are ``known`` as secret, or look like one. Raises Refused."""
    try:
        return redact(text, SECRETS, literals=known).text
    except RedactionError as error:
        raise Refused(str(error)) from None


def secret_values(flow_session: FlowSession) -> dict[str, str]:
    """Raises Refused where one cannot be read, since it could stand anywhere."""
    return {name: _opened(token) for name, token in flow_session.secrets.items()}


def title_for_others(flow_session: FlowSession) -> str:
    try:
        return mask(flow_session, flow_session.title)
    except Refused:
        return f"session {flow_session.pk}"


def _opened(token: str) -> str:
    try:
        return decrypt(token)
    except InvalidToken:
        raise Refused(
            "A secret of this session cannot be read with the present encryption keys. Enter it again; everything else "
            "was kept."
        ) from None
