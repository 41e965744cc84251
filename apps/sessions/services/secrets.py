"""Secrets of a session, shown on demand only."""

from apps.core.crypto import decrypt
from apps.sessions.models import FlowSession
from apps.teams.models import User


def reveal_secret(pk: int, *, by: User, name: str) -> str:
    """The secret's value for the session's owner; raises FlowSession.DoesNotExist or KeyError."""
    flow_session = FlowSession.objects.visible_to(by).get(pk=pk, owner=by)
    return decrypt(flow_session.secrets[name])
