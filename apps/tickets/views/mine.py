"""My tickets: what waits in the PSA, and the way from there into a session."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import render_page_or_fragment
from apps.core.outbox import Failed
from apps.core.permissions import Permission, allow
from apps.sessions.engine import Refused
from apps.sessions.views.work import tell_of_another
from apps.teams.requests import UserRequest
from apps.tickets.forms import NumberForm, QueryForm
from apps.tickets.selectors import Found, boards_of_psa, find_tickets, known_boards, sessions_by_number
from apps.tickets.services import start_from_ticket


@allow(Permission.VIEW_SESSIONS)
@require_safe
def my_tickets(request: UserRequest) -> HttpResponse:
    form = QueryForm(request.GET)
    found = find_tickets(request.user, form.sought(request.user))
    sessions = sessions_by_number(request.user, [ticket.number for ticket in found.tickets])
    rows = [(ticket, sessions.get(ticket.number)) for ticket in found.tickets]
    context = {"form": form, "rows": rows, "problem": found.problem}
    context |= pages_of(request, found, reverse("tickets:mine"))
    context["boards"] = known_boards(request.user) if found.problem else boards_of_psa(request.user)
    return render_page_or_fragment(request, "tickets/my_tickets.html", "tickets/_rows.html", context)


def pages_of(request: UserRequest, found: Found, address: str) -> dict[str, str]:
    """Addresses of the first page and of the next, with all that is sought; "" where one is there, or none is left."""
    given = {name: text for name, text in request.GET.items() if name != "cursor"}
    older = f"{address}?{urlencode({**given, 'cursor': found.cursor})}" if found.cursor else ""
    return {"newer": f"{address}?{urlencode(given)}" if request.GET.get("cursor") else "", "older": older}


@allow(Permission.RUN_SESSIONS)
@require_POST
def ticket_start(request: UserRequest) -> HttpResponse:
    form = NumberForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That is no number of a ticket.")
        return redirect("tickets:mine")
    try:
        flow_session = start_from_ticket(by=request.user, number=form.cleaned_data["number"])
    except (Failed, Refused) as reason:
        messages.error(request, str(reason))
        return redirect("tickets:mine")
    tell_of_another(request, flow_session)
    return redirect("sessions:session", flow_session.pk)
