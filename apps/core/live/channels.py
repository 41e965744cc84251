"""Whose events a person gets: one's own and those of one's team, and never what a request asks for."""

from typing import Any

from apps.core.permissions import Permission, may


def user_channel(user_id: int) -> str:
    return f"user-{user_id}"


def team_channel(team_id: int) -> str:
    return f"team-{team_id}"


def channels_of(user: Any) -> set[str]:
    """The channels of a signed-in, active person, else none. super_admin has no team and hears of none."""
    if not user.is_authenticated or not user.is_active:
        return set()
    own = {user_channel(user.pk)}
    return own | {team_channel(user.team_id)} if user.team_id and may(user, Permission.VIEW_SESSIONS) else own
