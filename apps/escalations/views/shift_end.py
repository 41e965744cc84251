"""Handing over one's open work at the end of a shift."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.core.permissions import Permission, allow
from apps.escalations.forms import ShiftEndForm
from apps.escalations.selectors import work_to_hand_over
from apps.escalations.services import hand_over_all
from apps.teams.requests import UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_SESSIONS)
def shift_end(request: UserRequest) -> HttpResponse:
    """Park or reassign several sessions, each with its next step."""
    rows = work_to_hand_over(request.user)
    form = ShiftEndForm(request.user, rows, request.POST or None)
    if form.is_valid():
        refused = hand_over_all(by=request.user, intent=form.intent, calls=form.calls)
        done = len(form.calls) - len(refused)
        if done:
            messages.success(request, f"{done} session{'s' if done > 1 else ''} handed over.")
        for sentence in refused:
            messages.error(request, sentence)
        return redirect("home")
    status = 422 if request.method == "POST" else 200
    return render(request, "escalations/shift_end.html", {"form": form, "rows": rows}, status=status)
