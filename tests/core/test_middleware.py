from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from apps.core.middleware import SyncOnly, user_time_zone


def zone(request: HttpRequest) -> HttpResponse:
    return HttpResponse(timezone.get_current_timezone_name())


@pytest.mark.parametrize(
    ("user", "name"),
    [(SimpleNamespace(is_authenticated=True, time_zone="Asia/Kolkata"), "Asia/Kolkata"), (AnonymousUser(), "UTC")],
)
def test_user_time_zone_holds_during_the_request_only(user: object, name: str) -> None:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    with timezone.override("Europe/Berlin"):
        assert user_time_zone(zone)(request).text == name
        assert timezone.get_current_timezone_name() == "Europe/Berlin"


def test_sync_only_passes_the_request_on() -> None:
    assert SyncOnly(zone)(RequestFactory().get("/")).status_code == 200
    assert not SyncOnly.async_capable
