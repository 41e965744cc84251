"""The order of things: redacted, marked as sent, in the ledger, and only then called."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from apps.core.egress import Call, Reason, send_out
from apps.core.egress.payload import Masking
from apps.core.models import EgressRecord, Lane, OutboxMessage, OutboxState
from apps.core.outbox import Failed, LeaseLost
from apps.core.redaction import Destination
from apps.teams.models import Team, User
from tests.fakes.receiver import Receiver, cuts, receiver, says

pytestmark = pytest.mark.django_db
SECRET = "pw is Maple#4410x"


@pytest.fixture
def row(team: Team, engineer: User) -> OutboxMessage:
    """A row that a worker runs."""
    return OutboxMessage.objects.create(
        team=team, topic="x.happened", handler="h", key="x.happened:x:1:h", subject="x:1", lane=Lane.QUICK, by=engineer,
        state=OutboxState.RUNNING, due_at=timezone.now() + timedelta(minutes=1), lease_owner="me",
    )  # fmt: skip


def send(made: Receiver, settings: Settings, why: OutboxMessage | Reason, **fields: object) -> None:
    settings.RF_ALLOWED_PRIVATE_HOSTS = [made.host]
    send_out(Call(made.url, texts={"text": SECRET}), destination=Destination.WEBHOOK, why=why, **fields)


def test_row_is_marked_and_recorded_before_the_call(row: OutboxMessage, settings: Settings) -> None:
    with receiver(says(200)) as made:
        send(made, settings, row)
    record, body = EgressRecord.objects.get(), made.asked[0].body
    assert OutboxMessage.objects.get().sent_at
    assert (record.team, record.by, record.reason, record.destination) == (row.team, row.by, row.key, "webhook")
    assert (record.size, record.sha256) == (len(body), sha256(body).hexdigest())
    assert record.redactions == {"PASSWORD": 1}


def test_ledger_holds_the_host_and_never_the_secret_of_the_address(row: OutboxMessage, settings: Settings) -> None:
    with receiver(says(200)) as made:
        send(made, settings, row)
    assert EgressRecord.objects.get().address == "127.0.0.1"
    assert "s3cr3t" not in str(EgressRecord.objects.values().get())


def test_ledger_tells_of_a_call_whose_end_is_unknown(row: OutboxMessage, settings: Settings) -> None:
    with receiver(cuts("")) as made, pytest.raises(Exception, match="may have arrived"):
        send(made, settings, row)
    assert EgressRecord.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": OutboxState.CANCELLED},
        {"lease_owner": "somebody else"},
        {"due_at": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_row_that_was_taken_away_sends_nothing(
    change: dict[str, object], row: OutboxMessage, settings: Settings
) -> None:
    OutboxMessage.objects.update(**change)
    with receiver(says(200)) as made, pytest.raises(LeaseLost):
        send(made, settings, row)
    assert made.asked == []
    assert not EgressRecord.objects.exists()


def test_question_about_a_row_does_not_mark_it(row: OutboxMessage, settings: Settings) -> None:
    with receiver(says(200)) as made:
        send(made, settings, Reason.of(row))
    assert not OutboxMessage.objects.get().sent_at
    assert EgressRecord.objects.get().reason == row.key


def test_refused_address_leaves_no_trace_of_a_sending(row: OutboxMessage) -> None:
    with pytest.raises(Failed, match="private address"):
        send_out(Call("https://127.0.0.1/x", texts={}), destination=Destination.WEBHOOK, why=row)
    assert not OutboxMessage.objects.get().sent_at
    assert not EgressRecord.objects.exists()


def test_text_that_cannot_be_redacted_does_not_leave(row: OutboxMessage, settings: Settings) -> None:
    with receiver(says(200)) as made, pytest.raises(Failed, match="nothing was sent"):
        send(made, settings, row, masking=Masking(literals=[7]))
    assert made.asked == []
    assert not OutboxMessage.objects.get().sent_at


@pytest.mark.django_db(transaction=True)
def test_send_inside_a_transaction_is_refused(settings: Settings, team: Team) -> None:
    with receiver(says(200)) as made, pytest.raises(RuntimeError), transaction.atomic():
        send(made, settings, Reason.to("a test", team=team))
    assert made.asked == []
