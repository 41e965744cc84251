"""Who may do what with a handoff."""

from apps.core.permissions import Permission, Role, may
from apps.escalations.models import SessionHandoff
from apps.teams.models import User


def may_pick_up(user: User) -> bool:
    """Whether the person could pick up what others hand over."""
    return may(user, Permission.RUN_SESSIONS)


def may_claim(user: User, handoff: SessionHandoff) -> bool:
    """Anybody who works on sessions but its author; target and seniority only decide who is told."""
    return may_pick_up(user) and user.team_id == handoff.team_id and user.pk != handoff.created_by_id


def leads(user: User) -> bool:
    """Whether what is overdue is this person's business, and whose work is whose."""
    return may_pick_up(user) and (user.role == Role.TEAM_ADMIN or user.can_dispatch)
