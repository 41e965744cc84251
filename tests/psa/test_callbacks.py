import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from apps.core.models import Lane, OutboxMessage
from apps.core.outbox import Dropped
from apps.core.outbox.lease import claim
from apps.psa.callbacks import address_of, call_for_ears
from apps.psa.errors import NotAllowed
from apps.psa.handlers import ask_to_be_called, hear
from apps.psa.models import Connection, Ticket
from tests.factories.psa import TicketFactory
from tests.psa.providers.connectwise_house import ConnectWiseHouse, connectwise_house

pytestmark = pytest.mark.django_db
__all__ = ["connectwise_house"]


@pytest.fixture
def ticket(connectwise_house: ConnectWiseHouse) -> Ticket:
    number = connectwise_house.new_ticket("VPN is down")
    connection = connectwise_house.connection
    return TicketFactory(team=connection.team, client=None, connection=connection, number=number, title="Old")


def call(connection: Connection, body: bytes, signature: str) -> HttpResponse:
    path = address_of(connection).partition("//")[2].partition("/")[2]
    browser = Browser(enforce_csrf_checks=True)
    return browser.post(f"/{path}5", body, "application/json", headers={"x-content-signature": signature})


def test_call_that_is_signed_brings_the_ticket_up_to_date(connectwise_house: ConnectWiseHouse, ticket: Ticket) -> None:
    said = connectwise_house.fake.call(int(ticket.number))
    assert [call(connectwise_house.connection, *said).status_code for _ in range(3)] == [204] * 3
    before = len(connectwise_house.fake.asked)
    row = OutboxMessage.objects.get(topic="psa.called_back")
    assert before == 0  # it was answered without a question
    assert hear(row) == ticket.number
    ticket.refresh_from_db()
    assert ticket.context["ticket"]["title"] == "VPN is down"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, signature: (body, ""),
        lambda body, signature: (body, signature[:-4]),
        lambda body, signature: (body.replace(b"updated", b"deleted"), signature),
        lambda body, signature: (b"[]", signature),
        lambda body, signature: (b"no json", "é"),
    ],
)
def test_call_that_is_not_signed_changes_nothing(
    connectwise_house: ConnectWiseHouse, ticket: Ticket, spoil: object
) -> None:
    body, signature = spoil(*connectwise_house.fake.call(int(ticket.number)))
    assert call(connectwise_house.connection, body, signature).status_code == 204
    with pytest.raises(NotAllowed):
        hear(OutboxMessage.objects.get(topic="psa.called_back"))
    ticket.refresh_from_db()
    assert ticket.title == "Old"
    assert not any(asked.path.startswith("/service") for asked in connectwise_house.fake.asked)


@pytest.mark.parametrize("url", ["https://evil.example/key", "http://127.0.0.1:1/key", "//127.0.0.1/", "file:///etc"])
def test_key_is_fetched_from_the_connections_own_host_only(
    connectwise_house: ConnectWiseHouse, ticket: Ticket, url: str
) -> None:
    call(connectwise_house.connection, *connectwise_house.fake.call(int(ticket.number), url))
    with pytest.raises(NotAllowed, match="another host"):
        hear(OutboxMessage.objects.get(topic="psa.called_back"))


def test_key_of_an_https_site_is_fetched_by_https_only(connectwise_house: ConnectWiseHouse, ticket: Ticket) -> None:
    connection = connectwise_house.connection
    connection.address, connection.root = "cw.example", "https://cw.example/v1/apis/3.0"
    connection.save()
    call(connection, *connectwise_house.fake.call(int(ticket.number), "http://cw.example/key"))
    with pytest.raises(NotAllowed, match="another host"):
        hear(OutboxMessage.objects.get(topic="psa.called_back"))


@pytest.mark.parametrize("more", [{"Type": "company"}, {"ID": 5}, {"ID": "x"}])
def test_call_about_something_else_is_dropped(
    connectwise_house: ConnectWiseHouse, ticket: Ticket, more: dict[str, object]
) -> None:
    call(connectwise_house.connection, *connectwise_house.fake.call(int(ticket.number), **more))
    with pytest.raises(Dropped):
        hear(OutboxMessage.objects.get(topic="psa.called_back"))


def test_call_of_a_connection_that_was_replaced_is_not_heard(
    connectwise_house: ConnectWiseHouse, ticket: Ticket
) -> None:
    said = connectwise_house.fake.call(int(ticket.number))
    call(connectwise_house.connection, *said)
    connectwise_house.connection.archived_at = "2026-01-01T00:00Z"
    connectwise_house.connection.save()
    with pytest.raises(Dropped):
        hear(OutboxMessage.objects.get(topic="psa.called_back"))
    assert call(connectwise_house.connection, *said).status_code == 404


@pytest.mark.parametrize(("body", "status"), [(b"\xff", 400), (b"x" * (256 * 1024 + 1), 413)])
def test_call_that_is_no_text_or_too_long_is_not_kept(
    connectwise_house: ConnectWiseHouse, body: bytes, status: int
) -> None:
    assert call(connectwise_house.connection, body, "x").status_code == status
    assert not OutboxMessage.objects.exists()


def test_psa_is_asked_once_a_day_to_call(connectwise_house: ConnectWiseHouse) -> None:
    for _ in range(2):
        call_for_ears()
    assert OutboxMessage.objects.filter(topic="psa.listening_due").count() == 1
    row = claim(Lane.SLOW)
    assert row
    for _ in range(2):
        ask_to_be_called(row)
    (callback,) = connectwise_house.fake.callbacks
    assert callback["url"] == address_of(connectwise_house.connection)
    connectwise_house.fake.barred.add("GET /system/callbacks")
    with pytest.raises(Dropped):
        ask_to_be_called(row)
