from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from apps.core.health import reason_not_ready, worker_away
from apps.core.live.channels import channels_of
from apps.core.live.eventstream import SSE, Reader, open_stream
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


@public("it answers 401 by itself, since a redirect would be followed and a page swapped in")
@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """The stream of live events of the person who is signed in, from Last-Event-ID on when the page comes back."""
    channels = channels_of(request.user)
    if not channels:
        return HttpResponse(status=401)
    if request.method == "HEAD":
        return HttpResponse(content_type=SSE)
    reader = Reader(request.user.pk, request.session.session_key or "", channels)
    return open_stream(reader, request.headers.get("Last-Event-ID", ""))


@public("a load balancer asks whether the process lives")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@public("a load balancer asks whether pages can be served")
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 with the reason while the database is away or not migrated, and in production without a worker too."""
    reason = reason_not_ready()
    said = [reason] if reason else ["ready", worker_away()]
    text = "".join(f"{line}\n" for line in said if line)
    return HttpResponse(text, status=503 if reason else 200, content_type="text/plain")
