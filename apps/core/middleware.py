from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone

from apps.core.live.eventstream import SSE

GetResponse = Callable[[HttpRequest], HttpResponse]


def user_time_zone(get_response: GetResponse) -> GetResponse:
    """Show times in the signed-in user's zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        zone = ZoneInfo(request.user.time_zone) if request.user.is_authenticated else ZoneInfo("UTC")
        with timezone.override(zone):
            return get_response(request)

    return middleware


class GZipPages(GZipMiddleware):
    """Compresses pages, and leaves a stream of events as it is: each event is to leave at once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.get("Content-Type") == SSE else super().process_response(request, response)


class SyncOnly:
    """Placed last, it keeps the whole chain in one thread; Django's own middlewares would hop otherwise."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
