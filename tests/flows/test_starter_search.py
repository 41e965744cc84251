"""Whether the tickets that come with the product lead to the flow that fits them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

import apps.sessions
from apps.flows.models import Flow
from apps.flows.search import search_flows

TICKETS = Path(apps.sessions.__file__).parent / "demo" / "tickets.jsonl"


@cache
def tickets() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TICKETS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def library(db: None) -> dict[int, str]:
    call_command("import_flows", verbosity=0)
    return dict(Flow.objects.values_list("pk", "title"))


def test_search_by_text_of_demo_ticket_finds_its_flow_first_or_second(library: dict[int, str]) -> None:
    for ticket in tickets():
        hits = search_flows(Flow.objects.all(), f"{ticket['subject']}\n{ticket['body']}", 2, team_id=None)
        if ticket["fits"] in library.values():
            assert ticket["fits"] in [library[hit.flow_id] for hit in hits], ticket["id"]


def test_demo_tickets_fit_flows_of_the_library(library: dict[int, str]) -> None:
    assert sum(ticket["fits"] in library.values() for ticket in tickets()) >= 20
