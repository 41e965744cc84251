"""Giving somebody's session to another person."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.core.permissions import Permission, allow
from apps.escalations.forms import AssignForm
from apps.escalations.policies import leads
from apps.escalations.services import HandoffManager
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession
from apps.teams.requests import UserRequest


@require_POST
@allow(Permission.RUN_SESSIONS)
def assign(request: UserRequest, pk: int) -> HttpResponse:
    """For leads and dispatchers; what is refused is said on the session's page."""
    flow_session = get_object_or_404(FlowSession.objects.visible_to(request.user).select_related("team"), pk=pk)
    if not leads(request.user):
        raise PermissionDenied
    form = AssignForm(flow_session, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose somebody else who works on sessions.")
    else:
        _assign(request, pk, form)
    return redirect(flow_session)


def _assign(request: UserRequest, pk: int, form: AssignForm) -> None:
    target = form.cleaned_data["target"]
    try:
        HandoffManager(request.user).reassign(pk, target=target)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{target.name} has it now and is told.")
