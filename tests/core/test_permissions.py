from collections.abc import Mapping
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from apps.core.permissions import PERMISSIONS, Permission, Role, allow, may, public, to_login

NOBODY = AnonymousUser()


def person(role: str = Role.ENGINEER, active: bool = True) -> SimpleNamespace:
    return SimpleNamespace(is_authenticated=True, is_active=active, role=role)


@allow(Permission.RUN_SESSIONS)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(str(pk))


def request_by(user: object, method: str = "GET", path: str = "/pilot/7/?tab=note", **headers: str) -> HttpRequest:
    names: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().generic(method, path, headers=names)
    request.user = user  # type: ignore[assignment]
    return request


def comes_back_to(response: HttpResponse) -> str:
    url = response.headers.get("HX-Redirect") or response.headers["Location"]
    assert urlsplit(url).path == "/accounts/login/"
    return parse_qs(urlsplit(url).query)["next"][0]


@pytest.mark.parametrize("role", Role)
def test_every_role_has_permissions_and_its_own_profile(role: Role) -> None:
    assert may(person(role), Permission.USE_PROFILE)


def test_roles_of_a_team_hold_each_what_the_lower_one_holds() -> None:
    held = [PERMISSIONS[role] for role in (Role.VIEWER, Role.ENGINEER, Role.TEAM_ADMIN)]
    assert held[0] < held[1] < held[2]


def test_super_admin_sees_no_sessions_and_a_team_no_platform() -> None:
    assert not may(person(Role.SUPER_ADMIN), Permission.VIEW_SESSIONS)
    assert not may(person(Role.TEAM_ADMIN), Permission.ADMIN_PLATFORM)


def test_may_of_a_closed_account_or_nobody_is_false() -> None:
    assert not may(person(active=False), Permission.USE_PROFILE)
    assert not may(NOBODY, Permission.USE_PROFILE)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"])
def test_allow_asks_for_every_method(method: str) -> None:
    assert run(request_by(person(), method), pk=7).status_code == 200
    for user in (person(Role.VIEWER), person(active=False)):
        with pytest.raises(PermissionDenied):
            run(request_by(user, method), pk=7)


def test_allow_and_public_leave_their_mark() -> None:
    assert run.permission is Permission.RUN_SESSIONS  # type: ignore[attr-defined]
    assert public("anybody")(lambda request: HttpResponse()).public == "anybody"  # type: ignore[attr-defined]


def test_allow_sends_nobody_to_sign_in_and_back() -> None:
    assert comes_back_to(run(request_by(NOBODY), pk=7)) == "/pilot/7/?tab=note"


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"HX_Request": "true", "HX_Current_URL": "http://testserver/pilot/7/?tab=note"}, "/pilot/7/?tab=note"),
        ({"HX_Request": "true", "HX_Current_URL": "https://evil.example//evil.example/"}, "/%2Fevil.example/"),
        ({"HX_Request": "true"}, "/"),
        ({"Referer": "http://testserver/pilot/7/"}, "/pilot/7/"),
        ({"Referer": "https://evil.example//evil.example"}, "/%2Fevil.example"),
        ({"Referer": "javascript:alert(1)"}, "/"),
        ({}, "/"),
    ],
)
def test_to_login_after_a_form_comes_back_to_the_page_it_stood_on(headers: dict[str, str], page: str) -> None:
    request = request_by(NOBODY, "POST", "/pilot/7/answer/", **headers)
    response = to_login(request)
    assert comes_back_to(response) == page
    assert response.status_code == (401 if "HX_Request" in headers else 302)


def test_to_login_leads_nobody_away_by_what_a_page_asks_by_itself() -> None:
    request = RequestFactory().get("/here/", headers={"HX-Request": "true", "X-Quiet": "true"})
    response = to_login(request)
    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers


def test_to_login_keeps_a_doubled_slash_from_naming_another_host() -> None:
    request = request_by(NOBODY)
    request.path = "//evil.example/"
    assert comes_back_to(to_login(request)).startswith("/%2Fevil.example/")
