"""The queue of handoffs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.http import render_page_or_fragment
from apps.core.live.presence import people_at
from apps.core.permissions import Permission, allow
from apps.escalations import selectors
from apps.teams.requests import UserRequest


@require_safe
@allow(Permission.VIEW_SESSIONS)
def queue(request: UserRequest) -> HttpResponse:
    """What waits for somebody, by its due time; what was handed over by me; what was picked up."""
    view = request.GET.get("view", "")
    view = view if view in selectors.VIEWS else "open"
    page = selectors.queue(request.user, view, request.GET.get("after", ""))
    context = {
        "view": view,
        "views": selectors.VIEWS.items(),
        "page": page,
        "here": people_at(request.user, [handoff.flow_session.subject for handoff in page.rows]),
        "on_call": selectors.on_call(request.user.team, timezone.now()) if request.user.team else [],
        "now": timezone.now(),
        "waits": selectors.median_waits(request.user),
    }
    return render_page_or_fragment(request, "escalations/queue.html", "escalations/_queue.html", context)


@require_safe
@allow(Permission.VIEW_SESSIONS)
def count(request: UserRequest) -> HttpResponse:
    """How many sessions wait, for the sidebar of an open page."""
    return render(request, "escalations/_count.html", {"count": selectors.open_count(request.user)})


@require_safe
@allow(Permission.VIEW_SESSIONS)
def overdue(request: UserRequest) -> HttpResponse:
    """The leads' bar of an open page."""
    return render(request, "escalations/_leads.html", {"overdue": selectors.overdue(request.user)})
