"""Who may read and change a flow."""

from typing import Any

from apps.core.permissions import Permission, may
from apps.flows.models import Category, Flow, Tag, Visibility


def may_open(user: Any, flow: Flow) -> bool:
    """A private flow is its owner's alone; of others a session of the team shows no more than the name."""
    return flow.visibility != Visibility.PRIVATE or flow.owner_id == user.pk


def may_edit(user: Any, flow: Flow) -> bool:
    """Platform flows are the super_admin's; a team's are its engineers'; a private one is its owner's."""
    if flow.team_id is None:
        return may(user, Permission.ADMIN_PLATFORM)
    return may(user, Permission.EDIT_FLOWS) and flow.team_id == user.team_id and may_open(user, flow)


def may_curate(user: Any, label: Category | Tag) -> bool:
    """Categories and tags are kept by the administrators of the team, or of the platform."""
    return label.team_id == user.team_id and (may(user, Permission.ADMIN_TEAM) or may(user, Permission.ADMIN_PLATFORM))
