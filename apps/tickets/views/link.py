"""The tickets of a session: found in the PSA, typed, made, taken away again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import render_page_or_fragment, wants_fragment
from apps.core.outbox import Doubt, Failed, Later
from apps.core.permissions import Permission, allow
from apps.psa.services import live_connection
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession
from apps.sessions.views.desk import session_or_404
from apps.teams.requests import UserRequest
from apps.tickets.forms import NewTicketForm, NumberForm, QueryForm
from apps.tickets.selectors import card_of, find_tickets, further_tickets, ticket_of
from apps.tickets.services import create_ticket, link_ticket, make_primary, refresh, unlink_ticket
from apps.tickets.views.mine import pages_of


@allow(Permission.RUN_SESSIONS)
@require_safe
def picker(request: UserRequest, pk: int) -> HttpResponse:
    flow_session = session_or_404(request, pk)
    if wants_fragment(request):
        context = {"flow_session": flow_session, **_found(request, pk)}
        return render_page_or_fragment(request, "tickets/picker.html", "tickets/_found.html", context)
    return _picker(request, flow_session, NumberForm(), _new(request, flow_session))


@allow(Permission.RUN_SESSIONS)
@require_POST
def ticket_link(request: UserRequest, pk: int) -> HttpResponse:
    flow_session = session_or_404(request, pk)
    form = NumberForm(request.POST)
    if form.is_valid() and _done(form, lambda: link_ticket(pk, by=request.user, number=form.cleaned_data["number"])):
        return redirect(flow_session.get_absolute_url())
    return _picker(request, flow_session, form, _new(request, flow_session), 422)


@allow(Permission.RUN_SESSIONS)
@require_POST
def ticket_create(request: UserRequest, pk: int) -> HttpResponse:
    flow_session = session_or_404(request, pk)
    form = NewTicketForm(request.POST, flow_session=flow_session, by=request.user)
    if form.is_valid() and _done(form, lambda: create_ticket(pk, by=request.user, new=form.new)):
        return redirect(flow_session.get_absolute_url())
    return _picker(request, flow_session, NumberForm(), form, 422)


@allow(Permission.RUN_SESSIONS)
@require_POST
def ticket_primary(request: UserRequest, pk: int, ticket_pk: int) -> HttpResponse:
    flow_session = session_or_404(request, pk)
    try:
        make_primary(pk, by=request.user, ticket_pk=ticket_pk)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("tickets:picker", flow_session.pk)


@allow(Permission.RUN_SESSIONS)
@require_POST
def ticket_unlink(request: UserRequest, pk: int, ticket_pk: int) -> HttpResponse:
    flow_session = session_or_404(request, pk)
    unlink_ticket(pk, by=request.user, ticket_pk=ticket_pk)
    messages.success(request, "The ticket is not linked any more. What was sent to it stays there.")
    return redirect("tickets:picker", flow_session.pk)


@allow(Permission.VIEW_SESSIONS)
@require_safe
def card(request: UserRequest, ticket_pk: int) -> HttpResponse:
    """What the PSA last said of the ticket, for inside a page."""
    return _card(request, ticket_pk)


@allow(Permission.RUN_SESSIONS)
@require_POST
def card_refresh(request: UserRequest, ticket_pk: int) -> HttpResponse:
    """Look at the ticket in the PSA now; what was known stays where that fails."""
    ticket, problem = ticket_of(request.user, ticket_pk), ""
    if ticket is None:
        raise Http404
    try:
        refresh(ticket, by=request.user)
    except (Failed, Later) as error:
        problem = f"{error} This is what was known before."
    return _card(request, ticket_pk, problem)


def _card(request: UserRequest, pk: int, problem: str = "") -> HttpResponse:
    ticket = ticket_of(request.user, pk)
    if ticket is None:
        raise Http404
    context = {"card": card_of(ticket), "problem": problem}
    response = render(request, "tickets/_card.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _picker(
    request: UserRequest, flow_session: FlowSession, number: NumberForm, new: NewTicketForm | None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"flow_session": flow_session, "number": number, "new": new}
    context |= {"further": further_tickets(flow_session), **_found(request, flow_session.pk)}
    response = render_page_or_fragment(request, "tickets/picker.html", "tickets/_found.html", context)
    response.status_code = status
    return response


def _found(request: UserRequest, pk: int) -> dict[str, Any]:
    search = QueryForm(request.GET)
    found = find_tickets(request.user, search.sought(request.user))
    return {"search": search, "found": found, **pages_of(request, found, reverse("tickets:picker", args=[pk]))}


def _done(form: Any, act: Callable[[], object]) -> bool:
    """Whether it worked; where not, the form says why, beside what was typed."""
    try:
        act()
    except (Failed, Later, Refused) as reason:
        form.add_error(None, str(reason))
    except Doubt as doubt:
        form.add_error(None, f"{doubt} Look for it below before you make it again.")
    return bool(form.is_valid())


def _new(request: UserRequest, flow_session: FlowSession) -> NewTicketForm | None:
    """None where there is no PSA to make a ticket in."""
    connected = live_connection(request.user.team_id) is not None
    return NewTicketForm(flow_session=flow_session, by=request.user) if connected else None
