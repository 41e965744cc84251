"""Roles are sets of permissions; every view is marked with the one it needs."""

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import escape_leading_slashes

P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponseBase]


class Role(models.TextChoices):
    SUPER_ADMIN = "super_admin", "Platform administrator"
    TEAM_ADMIN = "team_admin", "Team administrator"
    ENGINEER = "engineer", "Engineer"
    VIEWER = "viewer", "Viewer"


class Permission(Enum):
    USE_PROFILE = auto()  # one's own settings
    READ_NOTIFICATIONS = auto()
    VIEW_FLOWS = auto()
    EDIT_FLOWS = auto()
    VIEW_SESSIONS = auto()
    RUN_SESSIONS = auto()
    ADMIN_TEAM = auto()
    ADMIN_PLATFORM = auto()


_VIEWER = frozenset(
    {Permission.USE_PROFILE, Permission.READ_NOTIFICATIONS, Permission.VIEW_FLOWS, Permission.VIEW_SESSIONS}
)
_ENGINEER = _VIEWER | {Permission.EDIT_FLOWS, Permission.RUN_SESSIONS}
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.ENGINEER: _ENGINEER,
    Role.TEAM_ADMIN: _ENGINEER | {Permission.ADMIN_TEAM},
    Role.SUPER_ADMIN: frozenset({Permission.USE_PROFILE, Permission.VIEW_FLOWS, Permission.ADMIN_PLATFORM}),
}


def may(user: Any, permission: Permission) -> bool:
    """True when the signed-in, active user's role holds the permission."""
    return bool(user.is_authenticated and user.is_active and permission in PERMISSIONS[user.role])


def allow(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Mark a view: anonymous people go to sign-in, people without the permission get 403."""

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_login(request)
            if not may(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return mark


def public(why: str) -> Callable[[View[P]], View[P]]:
    """Mark a view that anybody may open, with the reason."""

    def mark(view: View[P]) -> View[P]:
        view.public = why  # type: ignore[attr-defined]
        return view

    return mark


def login_url(came_from: str) -> str:
    return f"{settings.LOGIN_URL}?{urlencode({'next': came_from})}"


def to_login(request: HttpRequest) -> HttpResponse:
    """Redirect to sign-in; HTMX is told that nothing was done (401) and loads the page. Both come back from there."""
    url = login_url(page_of(request))
    if "X-Quiet" in request.headers:  # what a page asks by itself takes nobody away from what they type
        return HttpResponse(status=401)
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url}, status=401)
    return HttpResponseRedirect(url)


def page_of(request: HttpRequest) -> str:
    """Path and query of the page that the person looks at: a fragment's or a form's own address shows none."""
    if "HX-Request" in request.headers:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    elif request.method in ("GET", "HEAD"):
        return escape_leading_slashes(request.get_full_path())
    else:
        page = urlsplit(request.headers.get("Referer", ""))
    if not page.path.startswith("/"):
        return reverse("home")
    return escape_leading_slashes(f"{page.path}?{page.query}" if page.query else page.path)
