"""Our client and our own ConnectWise, held to the vendor's description in both directions.

What the suite sends and gets is checked wherever it runs (`connectwise_house`); here it is shown that the checks bite.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.core.egress import File
from apps.psa.facts import Classification, NewTicket, NoteKind, TicketQuery, TimeEntry
from tests.fakes.connectwise.contract import PATH, Broken, Watch, check_answer, check_request
from tests.fakes.connectwise.server import ROUTES, Asked, Said
from tests.psa.providers.connectwise_house import ConnectWiseHouse

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not PATH.exists(), reason="The vendor's description is not beside the project."),
]
MARKER = "[RF-7F3K2M9Q]"
LONG = "[🔥" * 50  # too long for a URL


def tour(house: ConnectWiseHouse) -> Watch:
    """Everything the client can do, once."""
    psa, number = house.psa, house.new_ticket()
    kind = {"id": 1, "name": "Workstation"}
    house.fake.configurations.append(
        {"id": 900, "name": "PC-12", "type": kind, "company": {"id": 250, "name": "Contoso"}, "serialNumber": "SN1"}
    )
    house.fake.devices[int(number)] = [900]
    psa.test_connection()
    psa.search_tickets(TicketQuery("VPN", member="11", board="1"))
    house.new_ticket(LONG)
    psa.search_tickets(TicketQuery(LONG))
    psa.create_ticket(NewTicket("New", "Body", board="1", client="250", contact="Ann"))
    psa.add_note(number, f"Note {MARKER}", NoteKind.INTERNAL, MARKER)
    psa.find_note(number, MARKER)
    entry = TimeEntry(MARKER, f"Work {MARKER}", datetime.now(UTC), Decimal("0.5"), "11", "3", "7", True)
    psa.add_time(number, entry)
    psa.find_time(number, MARKER)
    psa.attach(number, File("note.md", b"text", "text/markdown"))
    psa.find_file(number, "note.md")
    psa.set_status(number, psa.list_statuses("1")[1].id)
    kinds = (psa.list_types("1")[0].id, psa.list_subtypes("1")[0].id, psa.list_items("1")[0].id)
    psa.classify(number, Classification(*kinds))
    for _ in range(2):
        psa.listen("https://rf.example/psa/called-back/x/?id=")
    psa.ticket_context(number)
    for ask in (psa.list_boards, psa.list_members, psa.list_work_types, psa.list_work_roles):
        assert ask()
    watch = house.fake.watch
    assert isinstance(watch, Watch)
    return watch


def without(name: str) -> Callable[[Asked], Asked]:
    return lambda asked: replace(asked, headers={key: value for key, value in asked.headers.items() if key != name})


def misspelt(row: Any) -> Any:
    first, *rest = row if isinstance(row, list) else [row]
    bad = {**first, "detailDescriptonFlag": True}
    return [bad, *rest] if isinstance(row, list) else bad


def body(change: Callable[[Any], Any]) -> Callable[[Asked], Asked]:
    return lambda asked: replace(asked, body=json.dumps(change(json.loads(asked.body))).encode())


def is_json(asked: Asked) -> bool:
    return asked.headers.get("content-type", "") == "application/json"


BAD_REQUESTS: dict[str, tuple[Callable[[Asked], bool], Callable[[Asked], Asked]]] = {
    "no client id": (lambda asked: True, without("clientid")),
    "no credentials": (lambda asked: True, without("authorization")),
    "unknown address": (lambda asked: True, lambda asked: replace(asked, path=f"{asked.path}s")),
    "another method": (lambda asked: True, lambda asked: replace(asked, method="TRACE")),
    "number that is none": (
        lambda asked: bool(re.search(r"/\d+", asked.path)),
        lambda asked: replace(asked, path=re.sub(r"\d+", "abc", asked.path)),
    ),
    "page that is none": (
        lambda asked: asked.method == "GET" and not re.search(r"\d$", asked.path),
        lambda asked: replace(asked, query={**asked.query, "pageSize": "many"}),
    ),
    "misspelt parameter": (
        lambda asked: asked.method == "GET",
        lambda asked: replace(asked, query={**asked.query, "condition": "id = 1"}),
    ),
    "misspelt field": (is_json, body(misspelt)),
    "body of another kind": (is_json, body(lambda sent: {} if isinstance(sent, list) else [sent])),
    "JSON for a form": (
        lambda asked: asked.headers.get("content-type", "").startswith("multipart"),
        lambda asked: replace(asked, headers={**asked.headers, "content-type": "application/json"}, body=b"{}"),
    ),
}


def answer(change: Callable[[Any], Any]) -> Callable[[Said], Said]:
    return lambda said: replace(said, body=json.dumps(change(json.loads(said.body))).encode())


BAD_ANSWERS: dict[str, Callable[[Said], Said]] = {
    "unknown field": answer(misspelt),
    "id that is a text": answer(
        lambda found: [{**found[0], "id": "7"}] if isinstance(found, list) else {**found, "id": "7"}
    ),
    "one for several": answer(lambda found: found[0] if isinstance(found, list) else [found]),
    "status that is not known": lambda said: replace(said, status=299),
}


def test_every_endpoint_refuses_what_is_wrong(connectwise_house: ConnectWiseHouse) -> None:
    watch = tour(connectwise_house)
    assert watch.broken == []
    seen = {}
    for asked, said in watch.seen:
        (route,) = [(method, path) for method, path, _act in ROUTES if is_of(asked, method, path)]
        if said.body != b"[]":
            seen[route] = (asked, said)
    assert {(method, path) for method, path, _act in ROUTES} == set(seen)
    passed = [
        f"{name}: {asked.method} {asked.path}"
        for asked, _said in seen.values()
        for name, (fits, change) in BAD_REQUESTS.items()
        if fits(asked) and is_taken(check_request, change(asked))
    ]
    passed += [
        f"{name}: {asked.method} {asked.path}"
        for asked, said in seen.values()
        for name, change_answer in BAD_ANSWERS.items()
        if is_taken(check_answer, asked, change_answer(said))
    ]
    assert passed == []


def is_of(asked: Asked, method: str, path: str) -> bool:
    return asked.method == method and bool(re.fullmatch(path, asked.path))


def is_taken(check: Callable[..., None], *what: Any) -> bool:
    try:
        check(*what)
    except Broken:
        return False
    return True
