"""How the team's PSA is connected, tried and let go: for team_admins."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.http import wants_fragment
from apps.core.permissions import Permission, allow
from apps.psa.connecting import Trial, connect, disconnect, is_unreadable, try_connection
from apps.psa.forms import ConnectForm, OptionsForm
from apps.psa.models import Connection, ProviderKind
from apps.psa.providers import PROVIDERS
from apps.psa.selectors import live_connection_of, people_of
from apps.teams.models import Team
from apps.teams.requests import UserRequest


def connection_or_404(request: UserRequest) -> Connection:
    connection = live_connection_of(request.user)
    if connection is None:
        raise Http404
    return connection


def team_of(request: UserRequest) -> Team:
    """A team_admin has one, by a constraint of the database."""
    return Team.objects.get(users=request.user)


@require_safe
@allow(Permission.ADMIN_TEAM)
def connection_page(request: UserRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: UserRequest, form: OptionsForm | None = None, trial: Trial | None = None, status: int = 200
) -> HttpResponse:
    connection = live_connection_of(request.user)
    context: dict[str, object] = {"connection": connection, "trial": trial}
    context["providers"] = [(kind.value, kind.label) for kind in ProviderKind if kind in PROVIDERS]
    if connection:
        context |= {"form": form or OptionsForm(instance=connection), "unreadable": is_unreadable(connection)}
        context["unmatched"] = people_of(connection).unmatched
    return render(request, "psa/connection.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.ADMIN_TEAM)
def connect_page(request: UserRequest, provider: str) -> HttpResponse:
    """Connect a PSA of the kind, or change how the present one is reached."""
    if provider not in PROVIDERS:
        raise Http404
    live = live_connection_of(request.user)
    form = ConnectForm(request.POST if request.method == "POST" else None, provider=provider, live=live)
    if form.is_valid():
        connect(team_of(request), by=request.user, **form.arguments)
        messages.success(request, "The connection is saved. Test it to see whether it works.")
        return redirect("psa:connection")
    context = {"form": form, "provider": provider, "label": ProviderKind(provider).label, "live": live}
    context |= {"same": form.same, "secrets": [form[name] for name in form.secrets]}
    context["place"] = [form[name] for name in ("address", "account") if name in form.fields]
    return render(request, "psa/connect.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow(Permission.ADMIN_TEAM)
def test(request: UserRequest) -> HttpResponse:
    trial = try_connection(connection_or_404(request), by=request.user)
    if wants_fragment(request):
        return render(request, "psa/_trial.html", {"trial": trial, "connection": connection_or_404(request)})
    return _page(request, trial=trial)


@require_POST
@allow(Permission.ADMIN_TEAM)
def options(request: UserRequest) -> HttpResponse:
    form = OptionsForm(request.POST, instance=connection_or_404(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    form.save()
    messages.success(request, "Saved.")
    return redirect("psa:connection")


@require_POST
@allow(Permission.ADMIN_TEAM)
def end(request: UserRequest) -> HttpResponse:
    connection_or_404(request)
    disconnect(team_of(request))
    messages.success(request, "The PSA is disconnected and its secrets are forgotten. Its tickets stay.")
    return redirect("psa:connection")
