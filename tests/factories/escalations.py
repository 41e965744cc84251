from typing import Any

from apps.escalations.models import Intent, SessionHandoff
from apps.escalations.services import Call, HandoffManager
from apps.sessions.models import FlowSession
from apps.teams.models import User


def handed_over(flow_session: FlowSession, *, intent: str = Intent.ESCALATE, **call: Any) -> SessionHandoff:
    """The session given away by its owner, through the real service."""
    return HandoffManager(flow_session.owner).create_handoff(flow_session.pk, intent=intent, call=Call(**call))


def claimed(flow_session: FlowSession, by: User, **call: Any) -> SessionHandoff:
    return HandoffManager(by).claim_handoff(handed_over(flow_session, **call).pk)
