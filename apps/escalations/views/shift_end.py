"""Handing over one's open work at the end of a shift."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_http_methods

from apps.core.permissions import Permission, allow
from apps.escalations.forms import ShiftEndForm
from apps.escalations.selectors import sessions_typed_for, work_to_hand_over
from apps.escalations.shift_end import hand_over_all
from apps.teams.requests import UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_SESSIONS)
def shift_end(request: UserRequest) -> HttpResponse:
    """Park or reassign several sessions, each with its next step; what is refused stays on the page as it was typed."""
    if request.method != "POST":
        return _page(request, ShiftEndForm(request.user, work_to_hand_over(request.user)))
    form = ShiftEndForm(request.user, sessions_typed_for(request.user, _typed(request)), request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    refused = hand_over_all(by=request.user, intent=form.intent, calls=form.calls)
    done = form.calls.keys() - refused
    if done:
        messages.success(request, f"{len(done)} session{pluralize(len(done))} handed over.")
    return _page(request, form.without(done, refused), 422) if refused else redirect("home")


def _typed(request: UserRequest) -> list[int]:
    """The sessions that the page showed, whatever has become of them since."""
    keys = [name.partition("-")[2] for name in request.POST if name.startswith(("take-", "next-"))]
    return [int(key) for key in keys if key.isdecimal() and len(key) < 19]


def _page(request: UserRequest, form: ShiftEndForm, status: int = 200) -> HttpResponse:
    return render(request, "escalations/shift_end.html", {"form": form}, status=status)
