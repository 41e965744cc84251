"""Whether the tickets that come with the product lead to the flow that fits them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

import apps.sessions
from apps.flows.models import Flow
from apps.psa.ticket_text import gist
from apps.sessions.selectors import flows_for
from apps.teams.models import User
from tests import rows

TICKETS = Path(apps.sessions.__file__).parent / "demo" / "tickets.jsonl"


@cache
def tickets() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TICKETS.read_text(encoding="utf-8").splitlines()]


def import_starters() -> set[str]:
    call_command("import_flows", verbosity=0)
    return set(Flow.objects.values_list("title", flat=True))


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[set[str]]:
    with rows.shared(django_db_blocker, import_starters) as titles:
        yield titles


@pytest.fixture
def library(imported: set[str], db: None) -> set[str]:
    """Titles of the starter flows, imported."""
    return imported


def test_text_of_a_demo_ticket_finds_its_flow_first_or_second(library: set[str], engineer: User) -> None:
    places = {}
    for ticket in tickets():
        if ticket["fits"] in library:
            found = [flow.title for flow in flows_for(engineer, gist(ticket["subject"], ticket["body"]), 2)]
            assert ticket["fits"] in found, ticket["id"]
            places[ticket["id"]] = found.index(ticket["fits"]) + 1
    assert sum(place == 1 for place in places.values()) > len(places) / 2, places


def test_demo_tickets_fit_flows_of_the_library(library: set[str]) -> None:
    assert sum(ticket["fits"] in library for ticket in tickets()) >= 20
