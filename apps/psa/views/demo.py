"""The demo PSA's own pages: the tickets as its people would see them."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.core.paging import Keyset
from apps.core.permissions import Permission, allow
from apps.psa.models import DemoTicket
from apps.psa.providers.demo import BOARDS, STATUSES, TYPES, name_of
from apps.teams.requests import UserRequest

NEWEST = Keyset("number", int)
PAGE = 50


@allow(Permission.VIEW_SESSIONS)
@require_safe
def demo_tickets(request: UserRequest) -> HttpResponse:
    page = NEWEST.page([DemoTicket.objects.visible_to(request.user)], request.GET.get("before", ""), PAGE)
    rows = [(ticket, name_of(STATUSES, ticket.state)) for ticket in page.rows]
    older = f"?{urlencode({'before': page.older})}" if page.older else ""
    return render(request, "psa/demo_tickets.html", {"rows": rows, "older": older})


@allow(Permission.VIEW_SESSIONS)
@require_safe
def demo_ticket(request: UserRequest, number: int) -> HttpResponse:
    """A ticket with everything that was added to it."""
    ticket = get_object_or_404(DemoTicket.objects.visible_to(request.user), number=number)
    context = {
        "ticket": ticket,
        "board": name_of(BOARDS, ticket.board),
        "status": name_of(STATUSES, ticket.state),
        "type": name_of(TYPES, ticket.type),
        "notes": ticket.demonotes.all(),
        "times": ticket.demotimes.all(),
        "files": ticket.demofiles.defer("content"),
    }
    return render(request, "psa/demo_ticket.html", context)
