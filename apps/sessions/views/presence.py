"""Who has a session's page in view."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from apps.core.live.presence import arrive, leave, people_at
from apps.core.permissions import Permission, allow
from apps.sessions.models import FlowSession
from apps.teams.requests import UserRequest


@require_POST
@allow(Permission.VIEW_SESSIONS)
def here(request: UserRequest, pk: int) -> HttpResponse:
    """The page is in view; the answer shows who else is there."""
    place = _place(request, pk)
    arrive(place, by=request.user)
    return render(request, "sessions/_here.html", {"people": people_at(request.user, [place])[place]})


@require_POST
@allow(Permission.VIEW_SESSIONS)
def gone(request: UserRequest, pk: int) -> HttpResponse:
    leave(_place(request, pk), by=request.user)
    return HttpResponse(status=204)


def _place(request: UserRequest, pk: int) -> str:
    return get_object_or_404(FlowSession.objects.visible_to(request.user).only("pk"), pk=pk).subject
