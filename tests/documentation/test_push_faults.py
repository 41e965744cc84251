"""Whatever the PSA does to a note on its way: none is lost, none is doubled, none is public.

Between two attempts the hours that the outbox waits are let pass. RF_SOAK=1 sends 200 notes through each fault.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, OutboxState, Pause
from apps.core.outbox.lease import claim
from apps.core.outbox.run import run
from apps.core.outbox.services import retry
from apps.documentation.models import PushPart
from apps.documentation.preview import TOPICS
from apps.documentation.pushes import Order, locked_preview, push_note
from apps.psa.models import Connection, Ticket
from apps.psa.providers.connectwise import ConnectWise
from apps.sessions.models import FlowSession
from apps.teams.models import User
from tests.factories.sessions import FlowSessionFactory, StepRecordFactory
from tests.fakes.connectwise.server import Fault
from tests.psa.providers.connectwise_house import ConnectWiseHouse, connectwise_house

__all__ = ["connectwise_house"]
pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 200 if os.environ.get("RF_SOAK") else 2
POST, READ = r"^POST /service/tickets/\d+/notes", r"^GET /service/tickets/\d+/notes"


@pytest.fixture
def house(connectwise_house: ConnectWiseHouse) -> ConnectWiseHouse:
    return connectwise_house


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives a silent PSA up after a second. Not for the others: hours pass here while a slow machine still works on
    what was given up, so that it would seem never to have arrived."""
    monkeypatch.setattr(ConnectWise, "seconds", 1)


def send(house: ConnectWiseHouse, by: User, number: str) -> PushPart:
    """A note of a session of its own, on the ticket."""
    given = {"team": by.team, "connection": house.connection, "number": number}
    ticket, _ = Ticket.objects.get_or_create(**given, defaults={"title": "VPN"})
    flow_session: FlowSession = FlowSessionFactory(team=by.team, owner=by, ticket=ticket)
    StepRecordFactory(flow_session=flow_session, ordinal=1, asked="Is it plugged in?", answered="Yes")
    with locked_preview(flow_session.pk, by=by) as preview:
        return push_note(preview, by=by, seen=preview.digest, order=Order()).parts.get()


def let_hours_pass() -> None:
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING)
    waiting.update(due_at=timezone.now(), sent_at=F("sent_at") - timedelta(hours=1))
    Connection.objects.update(resumes_at=None)
    Pause.objects.all().delete()


def work() -> None:
    """Until nothing is left to do."""
    while OutboxMessage.objects.filter(lane=Lane.SLOW, state__in=OutboxMessage.WAITING).exists():
        let_hours_pass()
        while message := claim(Lane.SLOW):
            run(message)


def states() -> Counter[str]:
    return Counter(OutboxMessage.objects.filter(topic__in=TOPICS.values()).values_list("state", flat=True))


def arrived(house: ConnectWiseHouse, part: PushPart) -> int:
    return sum(f"[{part.marker}]" in text for text in house.notes(part.ticket.number))


@pytest.mark.parametrize("fault", Fault)
def test_fault_of_the_psa_loses_doubles_and_shows_nothing(
    house: ConnectWiseHouse, engineer: User, request: pytest.FixtureRequest, fault: Fault
) -> None:
    if fault is Fault.SILENCE:
        request.getfixturevalue("in_a_hurry")
    parts = []
    for _ in range(COUNT):
        house.fake.fail(fault, POST)
        parts.append(send(house, engineer, house.new_ticket()))
        work()
    assert [arrived(house, part) for part in parts] == [1 if fault is not Fault.REDIRECT else 0] * COUNT
    assert states() == {"done" if fault is not Fault.REDIRECT else "failed": COUNT}
    assert not any(house.public_notes(part.ticket.number) for part in parts)


@pytest.mark.parametrize("fault", [Fault.BEFORE, Fault.ERROR, Fault.BUSY, Fault.CUT])
def test_note_that_cannot_be_read_back_is_told_once(house: ConnectWiseHouse, engineer: User, fault: Fault) -> None:
    part = send(house, engineer, house.new_ticket())
    house.fake.fail(fault, READ, times=3)
    work()
    assert (arrived(house, part), states()) == (1, {"done": 1})


def test_note_that_can_never_be_read_back_needs_a_hand_and_is_told_once_however_often_it_is_tried(
    house: ConnectWiseHouse, engineer: User
) -> None:
    part = send(house, engineer, house.new_ticket())
    house.fake.fail(Fault.ERROR, READ, times=1000)
    work()
    assert states() == {"unknown": 1}
    for _ in range(2):
        retry(OutboxMessage.objects.get(topic="note.pushed"), by=engineer)
        work()
    assert (arrived(house, part), states()) == (1, {"unknown": 1})


def test_note_that_the_psa_shows_to_the_client_is_an_alarm(house: ConnectWiseHouse, engineer: User) -> None:
    house.fake.makes_public = True
    part = send(house, engineer, house.new_ticket())
    work()
    part.refresh_from_db()
    assert "The client can see this note" in part.alarm


@pytest.mark.parametrize("times", [1, 3])
def test_notes_of_a_ticket_arrive_in_order_through_faults(house: ConnectWiseHouse, engineer: User, times: int) -> None:
    number = house.new_ticket()
    house.fake.fail(Fault.BEFORE, POST, times)
    house.fake.fail(Fault.ERROR_AFTER, POST, times)
    parts = [send(house, engineer, number) for _ in range(5)]
    work()
    found = [next(part.pk for part in parts if part.marker in text) for text in house.notes(number)]
    assert found == [part.pk for part in parts]


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (lambda house: setattr(house.fake, "private_key", "another"), "does not accept the keys"),
        (lambda house: house.fake.__dict__.update(private_key="another", hides=True), "shows nothing to these keys"),
        (lambda house: house.fake.barred.add("POST /service/tickets"), "lacks a permission"),
        (lambda house: setattr(house.fake, "client_id", "another"), "does not know the client ID"),
        (lambda house: setattr(house.fake, "company", "another"), "does not know the company “msp”"),
        (lambda house: Connection.objects.update(credentials="of-a-lost-key"), "Enter them again"),
        (lambda house: FlowSession.objects.update(secrets={"pin": "of-a-lost-key"}), "Enter it again in the session"),
    ],
    ids=["wrong", "revoked in the cloud", "role too small", "client ID", "company", "key lost", "key lost of a secret"],
)
def test_what_only_a_person_can_mend_is_said_once_and_nothing_is_tried_blindly(
    house: ConnectWiseHouse, engineer: User, happens: Callable[[ConnectWiseHouse], object], sentence: str
) -> None:
    part = send(house, engineer, house.new_ticket())
    happens(house)
    work()
    row = OutboxMessage.objects.get(topic="note.pushed")
    assert (row.state, row.attempts, arrived(house, part)) == (OutboxState.FAILED, 1, 0)
    assert sentence in row.error
    assert "pRiVaTe" not in row.error
    assert len([asked for asked in house.fake.asked if asked.method == "POST"]) <= 1


def test_pause_is_asked_for_once_and_kept_by_every_note(house: ConnectWiseHouse, engineer: User) -> None:
    parts = [send(house, engineer, house.new_ticket()) for _ in range(6)]
    house.fake.fail(Fault.BUSY_FOR, POST)
    while message := claim(Lane.SLOW):
        run(message)
    assert len([asked for asked in house.fake.asked if asked.method == "POST"]) == 1
    work()
    assert [arrived(house, part) for part in parts] == [1] * 6


@pytest.mark.usefixtures("in_a_hurry")
def test_doubt_in_a_pause_waits_for_its_end(house: ConnectWiseHouse, engineer: User) -> None:
    part = send(house, engineer, house.new_ticket())
    house.fake.fail(Fault.SILENCE, POST)
    run(claim(Lane.SLOW))
    OutboxMessage.objects.update(due_at=timezone.now())
    Connection.objects.update(resumes_at=timezone.now() + timedelta(hours=2))
    run(claim(Lane.SLOW))
    row = OutboxMessage.objects.get(topic="note.pushed")
    assert row.due_at > timezone.now() + timedelta(hours=1)
    work()
    assert (arrived(house, part), states()) == (1, {"done": 1})
