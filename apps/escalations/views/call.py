"""Asking for help from a session."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import redirect_or_hx
from apps.core.permissions import Permission, allow
from apps.escalations.forms import CallForm
from apps.escalations.models import Intent, Priority, Reason, SessionHandoff
from apps.escalations.selectors import briefing_of_session, reach_of, was_handed_over
from apps.escalations.services import HandoffManager
from apps.flows.graph import Escalation
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, Status
from apps.sessions.selectors import Desk
from apps.sessions.services.change import Stale
from apps.sessions.views.desk import desk_or_404, panel
from apps.teams.requests import UserRequest

SAID = {
    Intent.ESCALATE: "Handed over. You can take it back until somebody picks it up.",
    Intent.PARK: "Parked. It waits in the queue under Parked.",
    Intent.ASK: "Asked. The answer comes to your bell and into this session.",
}


@require_safe
@allow(Permission.RUN_SESSIONS)
def help_panel(request: UserRequest, pk: int) -> HttpResponse:
    """Open "Get help" in place of the step."""
    desk = desk_or_404(request, pk)
    if not desk.is_mine or desk.flow_session.status not in (Status.ACTIVE, Status.PAUSED):
        return redirect("sessions:session", pk)
    at_end = isinstance(desk.node, Escalation)
    initial = {
        "intent": Intent.ESCALATE,
        "reason": Reason.FLOW if at_end else Reason.STUCK,
        "priority": Priority.NORMAL,
    }
    return _panel(request, desk, CallForm(request.user, initial=initial))


@require_POST
@allow(Permission.RUN_SESSIONS)
def handoff(request: UserRequest, pk: int) -> HttpResponse:
    """Escalate, ask or park: the one address for all of them."""
    return _hand_over(request, pk, request.POST.dict())


@require_POST
@allow(Permission.RUN_SESSIONS)
def escalate(request: UserRequest, pk: int) -> HttpResponse:
    """The older address of an escalation."""
    return _hand_over(request, pk, {**request.POST.dict(), "intent": Intent.ESCALATE})


def _hand_over(request: UserRequest, pk: int, data: dict[str, Any]) -> HttpResponse:
    desk, form = desk_or_404(request, pk), CallForm(request.user, data)
    if not form.is_valid():
        return _panel(request, desk, form, 422)
    try:
        made = _create(HandoffManager(request.user), pk, form)
    except FlowSession.DoesNotExist as unknown:
        raise Http404 from unknown
    except Refused as refused:
        if was_handed_over(request.user, pk, form.cleaned_data["intent"], form.call.notes):
            return redirect_or_hx(request, desk.flow_session.get_absolute_url())
        form.add_error(None, str(refused))
        return _panel(request, desk_or_404(request, pk), form, 409 if isinstance(refused, Stale) else 422)
    messages.success(request, SAID[Intent(made.intent)])
    return redirect_or_hx(request, desk.flow_session.get_absolute_url())


def _create(manager: HandoffManager, pk: int, form: CallForm) -> SessionHandoff:
    intent = form.cleaned_data["intent"]
    if intent == Intent.ASK:
        return manager.ask(pk, call=form.call)
    return manager.create_handoff(pk, intent=intent, call=form.call)


def _panel(request: UserRequest, desk: Desk, form: CallForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    form.tell_times(desk.flow_session.team, now)
    return panel(
        request,
        desk,
        "help",
        form,
        status,
        template="escalations/_help.html",
        briefing=briefing_of_session(desk.flow_session),
        reach=reach_of(request.user, now),
    )
