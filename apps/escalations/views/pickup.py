"""The pick-up screen, and what is done with a handoff."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import redirect_or_hx, render_page_or_fragment
from apps.core.permissions import Permission, allow
from apps.escalations.forms import ClaimForm, FixForm, TextForm
from apps.escalations.models import Intent, SessionHandoff, Way
from apps.escalations.policies import may_claim
from apps.escalations.selectors import briefing_of, handoff_of, handoff_whole
from apps.escalations.services import AlreadyClaimed, HandoffManager
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession
from apps.sessions.services.change import Stale
from apps.teams.requests import UserRequest


@require_safe
@allow(Permission.VIEW_SESSIONS)
def pickup(request: UserRequest, pk: int) -> HttpResponse:
    """All one needs to go on with a session that was handed over, before the session itself."""
    try:
        handoff = handoff_of(request.user, pk)
    except SessionHandoff.DoesNotExist:
        return redirect(get_object_or_404(FlowSession.objects.visible_to(request.user), pk=pk))
    return show(request, handoff)


@require_safe
@allow(Permission.VIEW_SESSIONS)
def question(request: UserRequest, pk: int) -> HttpResponse:
    """A question about a session, with all that its author knows."""
    return show(request, _seen(request, pk))


@require_safe
@allow(Permission.VIEW_SESSIONS)
def bar(request: UserRequest, pk: int) -> HttpResponse:
    """What stands above the open page of a session: who waits, who has it now, what came back."""
    flow_session = get_object_or_404(FlowSession.objects.visible_to(request.user), pk=pk)
    return render(request, "escalations/_bar_alone.html", {"flow_session": flow_session})


def show(request: UserRequest, handoff: SessionHandoff, *, status: int = 200, **extra: Any) -> HttpResponse:
    asks, may = handoff.intent == Intent.ASK, may_claim(request.user, handoff)
    context = {
        "handoff": handoff,
        "flow_session": handoff.flow_session,
        "briefing": briefing_of(handoff),
        "may_claim": may,
        "asks": asks,
        "may_answer": asks and may and handoff.is_open,
        "form": TextForm(),
        **extra,
    }
    response = render_page_or_fragment(request, "escalations/pickup.html", "escalations/_state.html", context)
    response.status_code = status
    return response


@require_POST
@allow(Permission.RUN_SESSIONS)
def claim(request: UserRequest, pk: int) -> HttpResponse:
    """Pick a session up; whoever comes second is told who was first."""
    form = ClaimForm(request.POST)
    way = form.cleaned_data["way"] if form.is_valid() else ""
    return _acted(request, pk, lambda manager: manager.claim_handoff(pk, way=way or Way.CONTINUE))


@require_POST
@allow(Permission.RUN_SESSIONS)
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """The author goes on after all."""
    return _acted(request, pk, lambda manager: manager.take_back(pk), said="It is yours again.")


@require_POST
@allow(Permission.RUN_SESSIONS)
def give_back(request: UserRequest, pk: int) -> HttpResponse:
    """Return a session to its author, with advice."""
    form = TextForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    said = "Returned. Its author is told."
    return _acted(request, pk, lambda manager: manager.return_handoff(pk, advice=text), said=said)


@require_POST
@allow(Permission.RUN_SESSIONS)
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """Answer a question; what was typed stays in its field when it cannot be taken."""
    handoff, form = _seen(request, pk), TextForm(request.POST)
    if not form.is_valid():
        return show(request, handoff, status=422, form=form)
    act = lambda manager: manager.answer(pk, text=form.cleaned_data["text"])  # noqa: E731
    return _acted(request, pk, act, said="Answered. It stands in the session now.", form=form)


@require_POST
@allow(Permission.RUN_SESSIONS)
def fix(request: UserRequest, pk: int) -> HttpResponse:
    """Record what fixed a session that had been handed over."""
    form = FixForm(request.POST)
    text = form.fix if form.is_valid() else ""
    return _acted(request, pk, lambda manager: manager.record_fix(pk, fix=text), said="Noted, and its author is told.")


def _acted(
    request: UserRequest,
    pk: int,
    act: Callable[[HandoffManager], SessionHandoff],
    *,
    said: str = "",
    form: forms.Form | None = None,
) -> HttpResponse:
    """Carry out and go to the session; what is refused is said on the pick-up screen: 409 when another was first."""
    try:
        handoff = act(HandoffManager(request.user))
    except SessionHandoff.DoesNotExist as unknown:
        raise Http404 from unknown
    except Refused as refused:
        return _refused(request, _seen(request, pk), refused, form)
    if said:
        messages.success(request, said)
    return redirect_or_hx(request, handoff.flow_session.get_absolute_url())


def _refused(request: UserRequest, handoff: SessionHandoff, why: Refused, form: forms.Form | None) -> HttpResponse:
    status = 409 if isinstance(why, AlreadyClaimed | Stale) else 422
    if request.headers.get("HX-Request"):
        messages.error(request, str(why))
        response = redirect_or_hx(request, handoff.get_absolute_url())
        response.status_code = status
        return response
    typed = request.POST.get("text") or request.POST.get("other")
    return show(request, handoff, status=status, sentence=str(why), form=form or TextForm(), typed=typed)


def _seen(request: UserRequest, pk: int) -> SessionHandoff:
    try:
        return handoff_whole(request.user, SessionHandoff.objects.visible_to(request.user).filter(pk=pk))
    except SessionHandoff.DoesNotExist as unknown:
        raise Http404 from unknown
