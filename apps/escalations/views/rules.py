"""When the team works, how soon somebody must pick up, and who is on call: for team_admins."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.permissions import Permission, allow
from apps.escalations.forms import HolidayForm, RulesForm, ShiftForm, WeekForm
from apps.escalations.models import OnCallShift
from apps.escalations.selectors import coming_holidays, settings_of, shifts_of
from apps.teams.models import Holiday, Team
from apps.teams.requests import UserRequest
from apps.teams.selectors import week_of


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.ADMIN_TEAM)
def rules(request: UserRequest) -> HttpResponse:
    """The team's rules of escalation."""
    team, data = _team(request), request.POST or None
    form, week = RulesForm(data, instance=settings_of(team)), WeekForm(data, instance=week_of(team))
    if form.is_valid() & week.is_valid():
        return save(request, week, form)
    return _page(request, 422 if request.method == "POST" else 200, form=form, week=week)


@require_POST
@allow(Permission.ADMIN_TEAM)
def holiday_add(request: UserRequest) -> HttpResponse:
    form = HolidayForm(request.POST, instance=Holiday(team=_team(request)))
    return save(request, form) if form.is_valid() else _page(request, 422, holiday_form=form)


@require_POST
@allow(Permission.ADMIN_TEAM)
def holiday_remove(request: UserRequest, pk: int) -> HttpResponse:
    get_object_or_404(Holiday.objects.visible_to(request.user), pk=pk).delete()
    return redirect("escalations:rules")


@require_POST
@allow(Permission.ADMIN_TEAM)
def shift_add(request: UserRequest) -> HttpResponse:
    form = ShiftForm(request.POST, instance=OnCallShift(team=_team(request)))
    return save(request, form) if form.is_valid() else _page(request, 422, shift_form=form)


@require_POST
@allow(Permission.ADMIN_TEAM)
def shift_remove(request: UserRequest, pk: int) -> HttpResponse:
    get_object_or_404(OnCallShift.objects.visible_to(request.user), pk=pk).delete()
    return redirect("escalations:rules")


def _team(request: UserRequest) -> Team:
    """A team_admin has one, by a constraint of the database."""
    return Team.objects.get(users=request.user)


def save(request: UserRequest, *valid: "forms.ModelForm[Any]") -> HttpResponse:
    """Save valid forms; the database has the last word where somebody was quicker."""
    try:
        for form in valid:
            form.save()
    except IntegrityError:
        messages.error(request, "Somebody saved the same a moment ago. Here is what stands.")
    else:
        messages.success(request, "Saved.")
    return redirect("escalations:rules")


def _page(request: UserRequest, status: int, **given: Any) -> HttpResponse:
    """The page with the form that was sent, and fresh ones for the others."""
    team = _team(request)
    context = {
        "form": RulesForm(instance=settings_of(team)),
        "week": WeekForm(instance=week_of(team)),
        "holiday_form": HolidayForm(instance=Holiday(team=team)),
        "shift_form": ShiftForm(instance=OnCallShift(team=team)),
        "holidays": coming_holidays(team),
        "shifts": shifts_of(team),
        **given,
    }
    return render(request, "escalations/rules.html", context, status=status)
