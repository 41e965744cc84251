"""My work, the team's sessions, and how work begins."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import render_page_or_fragment
from apps.core.live.presence import people_at
from apps.core.permissions import Permission, allow
from apps.flows.models import Flow
from apps.psa.models import Client
from apps.psa.ticket_text import gist
from apps.sessions.engine import Refused, WrongValue
from apps.sessions.forms import CallForm, StartForm
from apps.sessions.models import FlowSession
from apps.sessions.selectors import flows_for, team_sessions, work_of
from apps.sessions.services.secrets import title_for_others
from apps.sessions.services.start import start_session
from apps.teams.models import User
from apps.teams.requests import UserRequest

PAGE, SUGGESTED = 25, 3


@require_safe
@cache_control(no_store=True)
@allow(Permission.VIEW_FLOWS)
def home(request: UserRequest) -> HttpResponse:
    """My work. The platform's administrators have no sessions; they begin in the library."""
    if request.user.team_id is None:
        return redirect("flows:library")
    return render_page_or_fragment(request, "sessions/home.html", "sessions/_work.html", _home(request, CallForm()))


def _home(request: UserRequest, form: CallForm) -> dict[str, object]:
    work = work_of(request.user)
    here = people_at(request.user, [row.subject for row in (*work.active, *work.paused, *work.prepared)])
    return {"work": work, "here": here, "form": form, "clients": client_names(request.user)}


def client_names(user: User) -> list[str]:
    return list(Client.objects.visible_to(user).order_by("name").values_list("name", flat=True)[:500])


@require_POST
@allow(Permission.RUN_SESSIONS)
def call(request: UserRequest) -> HttpResponse:
    """Begin work from a call or a pasted ticket, with the suggested flow that was chosen or without one yet."""
    form = CallForm(request.POST)
    flow = _chosen_flow(request) if "flow" in request.POST else None
    if form.is_valid():
        try:
            key = form.cleaned_data["start_key"]
            flow_session = start_session(by=request.user, flow=flow, intake=form.intake, key=key)
            tell_of_another(request, flow_session)
            return redirect("sessions:session", flow_session.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "sessions/home.html", _home(request, form), status=422)


def tell_of_another(request: UserRequest, flow_session: FlowSession) -> None:
    """Two people at one ticket know of each other."""
    on_ticket = FlowSession.objects.visible_to(request.user).filter(ticket=flow_session.ticket_id)
    others = on_ticket.exclude(pk=flow_session.pk).exclude(status__in=FlowSession.ENDED).select_related("owner")
    if flow_session.ticket and (other := others.order_by("-created_at").first()):
        whose = "You have" if other.owner == request.user else f"{other.owner.name} has"
        messages.warning(
            request, f"{whose} another session open on {flow_session.ticket}: “{title_for_others(other)}”."
        )


@require_POST
@allow(Permission.RUN_SESSIONS)
def suggest(request: UserRequest) -> HttpResponse:
    """Flows that fit what is being typed; in the body, since a ticket's text has no place in an address."""
    form = StartForm(request.POST)
    words = gist(form.intake.title, form.intake.problem).strip() if form.is_valid() else ""
    flows = flows_for(request.user, words, SUGGESTED) if words else []
    return render(request, "sessions/_suggested.html", {"flows": flows, "asked": bool(words)})


def _chosen_flow(request: UserRequest) -> Flow:
    flow = Flow.objects.visible_to(request.user).startable().filter(pk=_number(request.POST.get("flow"))).first()
    if flow is None:
        raise Http404
    return flow


@require_POST
@allow(Permission.RUN_SESSIONS)
def start(request: UserRequest) -> HttpResponse:
    """Begin a flow, now or as prepared."""
    form = StartForm(request.POST)
    flow = _chosen_flow(request)
    prepared = request.POST.get("action") == "prepare"
    flow_session, errors = None, {}
    if form.is_valid():
        try:
            key = form.cleaned_data["start_key"]
            flow_session = start_session(by=request.user, flow=flow, intake=form.intake, prepared=prepared, key=key)
        except WrongValue as wrong:
            errors[wrong.field] = str(wrong)
        except Refused as refused:
            form.add_error(None, str(refused))
    if flow_session is None:
        context = {"form": form, "flow": flow, "variables": form.typed_variables(flow), "wrong": errors}
        return render(request, "sessions/start.html", context, status=422)
    tell_of_another(request, flow_session)
    if prepared:
        messages.success(request, f"“{flow_session.title}” is prepared. It waits in My work.")
    return redirect("home") if prepared else redirect("sessions:session", flow_session.pk)


@require_safe
@allow(Permission.VIEW_SESSIONS)
def session_list(request: UserRequest) -> HttpResponse:
    """The team's sessions, newest first, paged by key."""
    page = team_sessions(request.user, request.GET.get("before", ""), PAGE)
    older = f"?{urlencode({'before': page.older})}" if page.older else ""
    here = people_at(request.user, [row.subject for row in page.rows])
    context = {"rows": page.rows, "here": here, "older": older}
    return render_page_or_fragment(request, "sessions/session_list.html", "sessions/_session_rows.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
