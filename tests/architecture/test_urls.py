"""Every view says who may open it, and every role gets at every address what the table says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, resolve
from pytest_django import DjangoDbBlocker

from apps.core.models import OutboxState
from apps.core.permissions import Permission, Role, allow, public
from apps.flows.models import FlowVersion
from apps.teams.models import User
from tests import rows
from tests.architecture.url_table import ROLES, TABLE
from tests.factories.channels import TeamChannelFactory
from tests.factories.escalations import handed_over
from tests.factories.notifications import NotificationFactory
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.sessions import started_session
from tests.factories.teams import TeamFactory, UserFactory, super_admin

PACKAGES = {
    "accounts/": "allauth guards its own pages; only those that are ours are routed",
    "admin/": "Django's admin asks is_staff and the permissions of each ModelAdmin",
}
LOGIN = str(settings.LOGIN_URL)


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    statuses: tuple[int, ...]


ROWS = [
    Row(method, address, tuple(map(int, statuses)))
    for method, address, *statuses in (line.split() for line in TABLE.strip().splitlines())
]


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route beneath the patterns with its view, as the resolver names it."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def is_marked(view: Any) -> bool:
    return isinstance(getattr(view, "permission", None), Permission) or bool(getattr(view, "public", ""))


def unmarked(patterns: list[URLPattern | URLResolver]) -> list[str]:
    found = ((route, view) for route, view in routes(patterns) if not route.startswith(tuple(PACKAGES)))
    return [route for route, view in found if not is_marked(view)]


def product() -> list[tuple[str, Any]]:
    return list(routes(get_resolver().url_patterns))


def ours() -> list[str]:
    """Routes but those of Django's admin, which makes many for each model."""
    return [route for route, _ in product() if not route.startswith("admin/")]


def example(address: str) -> str:
    """The address with numbers and words in its places."""
    return re.sub(r"\{\w+\}", "1", address)


def test_every_view_says_who_may_open_it() -> None:
    assert unmarked(get_resolver().url_patterns) == []


def test_packages_are_where_the_list_says() -> None:
    assert all(any(route.startswith(prefix) for route, _ in product()) for prefix in PACKAGES)


def test_unmarked_view_is_found() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    marked = allow(Permission.VIEW_FLOWS)(view), public("anybody")(lambda request: HttpResponse())
    patterns = [path("open/", view), *(path(f"{n}/", found) for n, found in enumerate(marked))]
    assert unmarked([*patterns, path("admin/x/", view)]) == ["open/"]


def missing(rows: list[Row]) -> list[str]:
    """Addresses that no row tells of; in Django's admin, lists of models."""
    told = {resolve(example(row.path)).route for row in rows}
    lists = [f"admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    return [route for route in [*ours(), *lists] if route not in told]


def test_table_has_a_line_for_every_address() -> None:
    assert missing(ROWS) == []


def test_address_without_a_line_is_missed() -> None:
    assert missing([row for row in ROWS if row.path != "/library/"]) == ["library/"]
    assert missing([row for row in ROWS if row.path != "/admin/psa/client/"]) == ["admin/psa/client/"]


def test_table_names_each_address_and_method_once() -> None:
    keys = [(row.method, row.path) for row in ROWS]
    assert len(keys) == len(set(keys))
    assert all(len(row.statuses) == len(ROLES) for row in ROWS)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    with rows.shared(django_db_blocker, make_places) as made:
        yield made


@pytest.fixture
def places(made: dict[str, Any], db: None) -> dict[str, Any]:
    return made


def make_places() -> dict[str, Any]:
    """People in every role, and what the addresses name: the engineer's session, its flow, a notification."""
    team = TeamFactory()
    roles = {name: UserFactory(team=team, role=Role(name)) for name in ("team_admin", "engineer", "viewer")}
    people = {"super_admin": super_admin(), **roles, "outsider": UserFactory(), "nobody": None}
    flow_session = started_session(people["engineer"])
    number = FlowVersion.objects.get().number
    handoff = handed_over(started_session(people["engineer"]))
    told = NotificationFactory(recipient=people["engineer"])
    places = {"session": flow_session.pk, "flow": flow_session.flow_id, "version": number, "handoff": handoff.pk}
    row = OutboxMessageFactory(team=team, state=OutboxState.FAILED)
    channel = TeamChannelFactory(team=team, owner=roles["team_admin"])
    sessions = {name: session_of(user) for name, user in people.items() if user}
    return {"sessions": sessions, "notification": told.pk, "row": row.pk, "channel": channel.pk, **places}


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def ask(client: Client, row: Row, role: str, places: dict[str, Any]) -> HttpResponse:
    if role in places["sessions"]:
        client.cookies[settings.SESSION_COOKIE_NAME] = places["sessions"][role]
    return client.generic(row.method, row.path.format(**places), content_type="application/x-www-form-urlencoded")


def asked_alone(row: Row, role: str, places: dict[str, Any]) -> HttpResponse:
    """As if nobody else had asked: what the request changes is undone."""
    with transaction.atomic():
        response = ask(Client(), row, role, places)
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_address_answers_each_role_as_the_table_says(row: Row, places: dict[str, Any]) -> None:
    answers = {role: asked_alone(row, role, places) for role in ROLES}
    assert [answer.status_code for answer in answers.values()] == list(row.statuses)
    nobody = answers["nobody"]
    if nobody.status_code == 302 and hasattr(resolve(example(row.path)).func, "permission"):
        assert nobody["Location"].startswith(LOGIN)


@pytest.mark.parametrize("path", sorted({row.path for row in ROWS} - {row.path for row in ROWS if row.method == "GET"}))
def test_address_that_changes_something_refuses_get(path: str, places: dict[str, Any], client: Client) -> None:
    response = ask(client, Row("GET", path, ()), "engineer", places)
    assert response.status_code == 405


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.path)
def test_address_that_is_read_answers_head_like_get(row: Row, places: dict[str, Any], client: Client) -> None:
    response = ask(client, Row("HEAD", row.path, ()), "engineer", places)
    assert response.status_code == row.statuses[ROLES.index("engineer")]
