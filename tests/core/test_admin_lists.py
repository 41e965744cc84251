"""The long lists of the administration: every page costs what the first one costs."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.models import EgressRecord, OutboxMessage, OutboxState
from apps.notifications.models import Delivery, Medium
from apps.psa.models import Ticket
from apps.teams.models import Team, User
from tests.factories.egress import EgressRecordFactory
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.psa import TicketFactory

ROWS, PAGE = 8000, 100
LONG = {
    EgressRecord: lambda team, _: EgressRecordFactory.build(team=team),
    OutboxMessage: lambda team, _: OutboxMessageFactory.build(team=team, state=OutboxState.FAILED),
    Delivery: lambda team, lead: Delivery(
        team=team, medium=Medium.EMAIL, recipient=lead, title="Back", about="x:1", url="/"
    ),
    Ticket: lambda team, _: TicketFactory.build(team=team, client=None),
}


@pytest.fixture
def browser(client: Browser, lead: User) -> Browser:
    client.force_login(lead)
    return client


def fill(model: type[models.Model], lead: User, others: Team) -> None:
    """Rows of the lead's team, and many of another one in between."""
    model._default_manager.bulk_create([LONG[model](others if n % 8 else lead.team, lead) for n in range(ROWS)])
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {model._meta.db_table}")


def address(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def rows_read(browser: Browser, model: type[models.Model], page: str) -> int:
    """By all that the page asks of the table, as PostgreSQL counts them."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address(model) + page).status_code == 200
    read = 0
    for query in asked:
        if f'FROM "{model._meta.db_table}"' in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
                plan = cursor.fetchone()[0][0]["Plan"]
            scans = [node for node in nodes(plan) if node.get("Relation Name") == model._meta.db_table]
            read += sum(scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) for scan in scans)
    return read


@pytest.mark.parametrize("model", [EgressRecord, Delivery, Ticket], ids=lambda model: model.__name__)
def test_last_page_costs_no_more_than_the_first(browser, lead: User, outsider: User, model) -> None:
    fill(model, lead, outsider.team)
    last = model._default_manager.filter(team=lead.team).order_by("id")[PAGE]
    read = [rows_read(browser, model, page) for page in ("", f"?p={last.pk}")]
    assert PAGE <= min(read) <= max(read) < 9 * PAGE  # a list by offset reads all ten pages before it shows the last


@pytest.mark.parametrize("model", LONG, ids=lambda model: model.__name__)
def test_pages_follow_one_another_without_a_gap(browser, lead: User, outsider: User, model) -> None:
    model._default_manager.bulk_create([LONG[model]((lead.team, outsider.team)[n % 2], lead) for n in range(500)])
    page, seen = "", []
    for _ in range(3):
        shown = browser.get(address(model) + page).context["cl"]
        seen += [row.pk for row in shown.result_list]
        page = shown.older_url
    own = model._default_manager.filter(team=lead.team).order_by("-id")
    assert (seen, page) == (list(own.values_list("pk", flat=True)), "")


@pytest.mark.parametrize("page", ["?p=0", "?p=-5", "?p=x", "?p=1"])
def test_page_that_no_list_has_is_the_first(browser, lead: User, page: str) -> None:
    row = EgressRecordFactory(team=lead.team)
    assert browser.get(address(EgressRecord) + page).context["cl"].result_list == [row]


def test_search_and_filter_stay_on_the_next_page(browser, lead: User) -> None:
    EgressRecord.objects.bulk_create([EgressRecordFactory.build(team=lead.team) for _ in range(PAGE + 2)])
    shown = browser.get(f"{address(EgressRecord)}?q=slack&destination__exact=webhook")
    assert "result" not in shown.content.decode().split("</form>")[0]
    assert {"q=slack", "destination__exact=webhook"} <= set(shown.context["cl"].older_url[1:].split("&"))
