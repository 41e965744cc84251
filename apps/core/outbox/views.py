from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import wants_fragment
from apps.core.models import OutboxMessage
from apps.core.outbox.selectors import rows_of_subject
from apps.core.outbox.services import TooLate, cancel, mark_arrived, retry
from apps.core.permissions import Permission, allow, page_of

DECISIONS = {
    "retry": (retry, "It is tried again."),
    "arrived": (mark_arrived, "Noted as arrived."),
    "cancel": (cancel, "Cancelled."),
}


@allow(Permission.VIEW_SESSIONS)
@require_safe
def subject(request: Any, subject: str) -> HttpResponse:
    return _fragment(request, subject)


@allow(Permission.RUN_SESSIONS)
@require_POST
def decide(request: Any, pk: int, decision: str) -> HttpResponse:
    """Retry, cancel or note as arrived; 409 with the fresh state when the row has moved on meanwhile."""
    if decision not in DECISIONS:
        raise Http404
    row = get_object_or_404(OutboxMessage.objects.visible_to(request.user), pk=pk)
    act, said = DECISIONS[decision]
    status = 200
    try:
        act(row, by=request.user)
        messages.success(request, said)
    except TooLate as late:
        messages.error(request, str(late))
        status = 409
    if not wants_fragment(request):
        return HttpResponseRedirect(page_of(request))
    return _fragment(request, row.subject, status)


def _fragment(request: Any, subject: str, status: int = 200) -> HttpResponse:
    context = {"subject": subject, "rows": rows_of_subject(request.user, subject), "asked": True}
    response = render(request, "core/_outbox.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
