"""One URL, two answers: a page for the browser, a fragment for HTMX; every form works without JavaScript."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """True when HTMX swaps part of the page; it asks for "full" when it takes the whole body."""
    return request.headers.get("HX-Request-Type") == "partial"


def render_page_or_fragment(request: HttpRequest, page: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """Render template `fragment` for a swap and template `page` otherwise; no cache may mix the two up."""
    response = render(request, fragment if wants_fragment(request) else page, context)
    patch_vary_headers(response, ("HX-Request", "HX-Request-Type"))
    response["Cache-Control"] = "no-store"
    return response


def redirect_or_hx(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to `url`; HTMX gets a header, since it would follow a redirect and swap the page it finds."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
