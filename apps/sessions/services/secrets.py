"""Secrets of a session: shown on demand only, masked wherever else they stand."""

from apps.core.crypto import decrypt
from apps.sessions.models import FlowSession
from apps.sessions.variables import mask_secrets
from apps.teams.models import User


def reveal_secret(pk: int, *, by: User, name: str) -> str:
    """The secret's value for the session's owner; raises FlowSession.DoesNotExist or KeyError."""
    flow_session = FlowSession.objects.visible_to(by).get(pk=pk, owner=by)
    return decrypt(flow_session.secrets[name])


def mask(flow_session: FlowSession, text: str) -> str:
    """The text with the values of the session's secrets as placeholders; a title may be older than its secret."""
    return mask_secrets(text, {name: decrypt(token) for name, token in flow_session.secrets.items()})
