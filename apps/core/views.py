from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from apps.core.health import reason_not_ready
from apps.core.permissions import public

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600  # seconds


@public("the sign-in page has a theme too")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to the page the choice was made on."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("home")
    response = HttpResponseRedirect(target)
    choice = request.POST.get("theme")
    if choice in THEMES:
        response.set_cookie("theme", choice, YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


@public("a load balancer asks whether the process lives")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@public("a load balancer asks whether pages can be served")
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 with the reason while the database is away or not migrated."""
    reason = reason_not_ready()
    return HttpResponse(f"{reason or 'ready'}\n", status=503 if reason else 200, content_type="text/plain")
