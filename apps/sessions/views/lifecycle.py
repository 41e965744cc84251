"""Pausing, the clock, secrets, and the end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from apps.core.http import redirect_or_hx, wants_fragment
from apps.core.permissions import Permission, allow, page_of
from apps.sessions.engine import Refused, WrongValue
from apps.sessions.forms import AbandonForm, AwayForm, ClosingTextForm, FinishForm, PauseForm
from apps.sessions.models import FlowSession, Status
from apps.sessions.selectors import Desk
from apps.sessions.services import lifecycle
from apps.sessions.services.change import Stale
from apps.sessions.services.secrets import reveal_secret
from apps.sessions.services.start import begin_session
from apps.sessions.views.desk import desk_or_404, panel
from apps.sessions.views.moves import ended, moved
from apps.teams.requests import UserRequest


def done(
    request: UserRequest, pk: int, name: str, form: Any, service: Callable[..., FlowSession], to: str = ""
) -> HttpResponse:
    """Carry out a change made in a panel and go on to another page; what is wrong stands in the panel."""
    if not form.is_valid():
        return panel(request, desk_or_404(request, pk), name, form, 422)
    try:
        flow_session = service(pk, by=request.user, **form.arguments)
    except FlowSession.DoesNotExist as unknown:
        raise Http404 from unknown
    except Refused as refused:
        form.add_error(refused.field if isinstance(refused, WrongValue) else None, str(refused))
        return again(request, desk_or_404(request, pk), name, form, 409 if isinstance(refused, Stale) else 422, to)
    return redirect_or_hx(request, to or flow_session.get_absolute_url())


def again(request: UserRequest, desk: Desk, name: str, form: Any, status: int, to: str) -> HttpResponse:
    """Show the panel once more with all that was typed, unless the session has ended or paused meanwhile."""
    flow_session = desk.flow_session
    if flow_session.is_ended:
        return ended(request, desk, form)
    if name == "pause" and flow_session.status == Status.PAUSED and flow_session.pause_reason == form.data["reason"]:
        return redirect_or_hx(request, to)
    return panel(request, desk, name, form, status)


@require_POST
@allow(Permission.RUN_SESSIONS)
def pause(request: UserRequest, pk: int) -> HttpResponse:
    response = done(request, pk, "pause", PauseForm(request.POST), lifecycle.pause_session, to=reverse("home"))
    if response.status_code < 400:
        messages.success(request, "The session is paused. It waits in My work.")
    return response


@require_POST
@allow(Permission.RUN_SESSIONS)
def finish(request: UserRequest, pk: int) -> HttpResponse:
    return done(request, pk, "finish", FinishForm(request.POST), lifecycle.resolve_session)


@require_POST
@allow(Permission.RUN_SESSIONS)
def closing_note(request: UserRequest, pk: int) -> HttpResponse:
    """Add what a window typed after another one had ended the session."""
    form = ClosingTextForm(request.POST)
    return done(request, pk, "closing_text", form, lifecycle.add_to_closing_note)


@require_POST
@allow(Permission.RUN_SESSIONS)
def abandon(request: UserRequest, pk: int) -> HttpResponse:
    return done(request, pk, "abandon", AbandonForm(request.POST), lifecycle.abandon_session)


@require_POST
@allow(Permission.RUN_SESSIONS)
def go_on(request: UserRequest, pk: int) -> HttpResponse:
    """Continue, resume or begin: whatever the session's status asks for; its clock runs from now on."""
    acts = {"prepared": begin_session, "paused": lifecycle.resume_session, "active": lifecycle.open_clock}
    desk = desk_or_404(request, pk)
    act = acts.get(desk.flow_session.status)
    try:
        if act and desk.is_mine:
            act(pk, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect_or_hx(request, desk.flow_session.get_absolute_url())


@require_POST
@allow(Permission.RUN_SESSIONS)
def snooze(request: UserRequest, pk: int) -> HttpResponse:
    """Put a session that is back off for an hour; the page on which that was pressed stays."""
    try:
        flow_session = lifecycle.snooze_session(pk, by=request.user)
    except FlowSession.DoesNotExist as unknown:
        raise Http404 from unknown
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{flow_session.title}” comes back at {localtime(flow_session.wake_at):%H:%M}.")
    if not wants_fragment(request):
        return redirect(page_of(request))
    response = render(request, "components/_messages.html", {"oob": True})
    response["HX-Trigger"] = "bell"
    return response


@require_POST
@allow(Permission.RUN_SESSIONS)
def away(request: UserRequest, pk: int) -> HttpResponse:
    """Settle the time in question."""
    return moved(request, pk, AwayForm(request.POST), lifecycle.settle_away)


@require_POST
@allow(Permission.RUN_SESSIONS)
def secret(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Show a secret once, on demand."""
    try:
        value = reveal_secret(pk, by=request.user, name=name)
    except (FlowSession.DoesNotExist, KeyError) as unknown:
        raise Http404 from unknown
    except Refused as refused:
        return HttpResponse(str(refused), status=422, content_type="text/plain")
    response = render(request, "sessions/_secret.html", {"value": value, "name": name, "pk": pk})
    response["Cache-Control"] = "no-store"
    return response
