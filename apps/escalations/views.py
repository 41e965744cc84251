from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from apps.core.http import redirect_or_hx
from apps.core.permissions import Permission, allow
from apps.escalations.models import SessionHandoff
from apps.escalations.services import HandoffManager
from apps.sessions.engine import Refused
from apps.teams.requests import UserRequest


@require_POST
@allow(Permission.RUN_SESSIONS)
def claim(request: UserRequest, pk: int) -> HttpResponse:
    """Pick a session up."""
    handoff = get_object_or_404(SessionHandoff.objects.visible_to(request.user), pk=pk)
    try:
        HandoffManager(request.user).claim_handoff(pk)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect_or_hx(request, handoff.flow_session.get_absolute_url())
