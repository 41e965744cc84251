"""The session's page and its panels."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.core.http import render_page_or_fragment, wants_fragment
from apps.core.permissions import Permission, allow
from apps.flows.graph import Escalation, Resolution
from apps.flows.variables import fill
from apps.psa.ticket_text import gist
from apps.sessions.forms import AbandonForm, FinishForm, OwnStepForm, PauseForm
from apps.sessions.models import FlowSession, Outcome
from apps.sessions.rows import session_of
from apps.sessions.selectors import Desk, desk_of, flows_for, open_sessions
from apps.teams.requests import UserRequest


def session_or_404(request: UserRequest, pk: int) -> FlowSession:
    try:
        return session_of(request.user, pk)
    except FlowSession.DoesNotExist as unknown:
        raise Http404 from unknown


def desk_or_404(request: UserRequest, pk: int) -> Desk:
    return desk_of(request.user, session_or_404(request, pk))


@require_safe
@allow(Permission.VIEW_SESSIONS)
def session(request: UserRequest, pk: int) -> HttpResponse:
    """The one page of a session; one that has ended is its note, one that was handed over is picked up first."""
    if request.GET.get("pickup") == "true":
        return redirect("escalations:pickup", pk)
    desk = desk_or_404(request, pk)
    if wants_fragment(request) and "shows" in request.GET:
        return catch_up(request, desk)
    if desk.flow_session.is_ended:
        return redirect("documentation:note-page", pk)
    return show(request, desk)


def catch_up(request: UserRequest, desk: Desk) -> HttpResponse:
    """What an open page lacks: nothing, what stands beside the step, or all; an ended one stays, and says so."""
    seen, now = request.GET["shows"], desk.flow_session.shows
    if seen == now:
        return HttpResponse(status=204)
    if desk.flow_session.is_ended:
        return render(request, "sessions/_ended.html", {"desk": desk, "flow_session": desk.flow_session})
    return show(request, desk, beside_only=seen.rpartition(".")[0] == now.rpartition(".")[0])


def show(request: UserRequest, desk: Desk, *, status: int = 200, **extra: Any) -> HttpResponse:
    """Render the desk: the whole page, or the stage with its neighbours out of band."""
    context = {"desk": desk, "flow_session": desk.flow_session, "unsaved": status >= 400, **extra}
    if desk.node is None and desk.may_act and not desk.flow_session.flow_id:
        words = request.GET.get("q", "").strip() or gist(desk.flow_session.title, desk.flow_session.problem)
        context["suggested"] = flows_for(request.user, words)
    if desk.ends_here and desk.may_act and "form" not in extra:
        context["form"] = finish_form(desk)
    if not request.headers.get("HX-Request"):
        context["switcher"] = open_sessions(request.user)[:10] if desk.is_mine else []
    response = render_page_or_fragment(request, "sessions/session.html", "sessions/_moved.html", context)
    response.status_code = status
    return response


def finish_form(desk: Desk) -> FinishForm:
    """Prefilled from where the flow ends: a resolution says how, a hand-over means not resolved."""
    node, initial = desk.node, {"outcome": Outcome.RESOLVED.value, "revision": desk.flow_session.revision}
    if isinstance(node, Escalation):
        initial["outcome"] = Outcome.UNRESOLVED.value
    if isinstance(node, Resolution) and not desk.is_called:
        initial |= {"outcome": node.outcome, "closing_note": fill(node.summary, desk.values)}
    initial |= {name: text for name, text in desk.drafts.items() if name in ("closing_note", "next_steps")}
    return FinishForm(initial=initial)


def panel(
    request: UserRequest,
    desk: Desk,
    name: str,
    form: forms.Form | None = None,
    status: int = 200,
    *,
    template: str = "",
    **extra: Any,
) -> HttpResponse:
    """Render a form in place of the step; what was typed at the step is kept. A higher app gives its own template."""
    context = {"desk": desk, "flow_session": desk.flow_session, "form": form}
    context |= {"panel": template or f"sessions/_{name}.html", "switcher": [], "unsaved": status >= 400, **extra}
    response = render_page_or_fragment(request, "sessions/session.html", "sessions/_stage.html", context)
    response.status_code = status
    return response


@require_safe
@allow(Permission.RUN_SESSIONS)
def panel_page(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Open a panel: pause, finish, own step, abandon, the outline, the fields."""
    desk = desk_or_404(request, pk)
    if not desk.is_mine or not desk.flow_session.is_open:
        return redirect("sessions:session", pk)
    first = {"revision": desk.flow_session.revision, "step": desk.step}
    empty: dict[str, Any] = {
        "pause": PauseForm,
        "finish": lambda: finish_form(desk),
        "own-step": lambda: OwnStepForm(initial=first | desk.drafts),
        "abandon": AbandonForm,
        "outline": lambda: None,
        "fields": lambda: None,
    }
    if name not in empty:
        raise Http404
    return panel(request, desk, name.replace("-", "_"), empty[name]())
