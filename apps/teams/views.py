from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.core.permissions import Permission, allow
from apps.teams.forms import ProfileForm
from apps.teams.requests import UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.USE_PROFILE)
def profile(request: UserRequest) -> HttpResponse:
    """One's own settings. The form changes a copy, so that a wrong one changes nothing on the page."""
    form = ProfileForm(request.POST or None, instance=copy(request.user))
    if form.is_valid():
        form.save()
        messages.success(request, "Your settings are saved.")
        return redirect("teams:profile")
    return render(request, "teams/profile.html", {"form": form}, status=422 if request.method == "POST" else 200)
