"""What a worker does with the parts of a push, on the demo PSA."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.core.models import OutboxMessage
from apps.core.outbox import Doubt, Failed
from apps.core.outbox.run import run
from apps.core.outbox.selectors import rows_of_subject
from apps.documentation.handlers import find_note, send_note
from apps.documentation.models import Push, PushPart
from apps.documentation.push_text import MOST_CHARACTERS
from apps.documentation.pushes import Order, locked_preview, push_note
from apps.notifications.models import Notification
from apps.psa.models import BoardRule, DemoFile, DemoNote, DemoTicket, DemoTime, TextInto
from apps.sessions.models import FlowSession, RecordKind
from apps.teams.models import User
from tests.factories.psa import ConnectionFactory
from tests.factories.sessions import StepRecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(flow_session: FlowSession) -> DemoTicket:
    """The finished session's ticket, as the demo PSA has it."""
    connection = ConnectionFactory(team=flow_session.team)
    BoardRule.objects.create(
        team=flow_session.team, connection=connection, external_id="1", status_resolved="5", type="2"
    )
    flow_session.ticket.connection, flow_session.ticket.board = connection, "1"
    flow_session.ticket.save()
    return DemoTicket.objects.create(team=flow_session.team, number=flow_session.ticket.number, title="VPN")


def send(flow_session: FlowSession, by: User, **order: Any) -> Push:
    with locked_preview(flow_session.pk, by=by) as preview:
        return push_note(preview, by=by, seen=preview.digest, order=Order(**order))


def work() -> list[str]:
    """Run what is waiting until nothing is; the topics in the order in which they ran."""
    ran = []
    while row := OutboxMessage.objects.filter(topic__endswith=".pushed", state="pending").order_by("id").first():
        OutboxMessage.objects.filter(pk=row.pk).update(
            state="running", lease_owner="me", attempts=1, due_at=timezone.now() + timedelta(minutes=1)
        )
        row.refresh_from_db()
        run(row)
        ran.append(row.topic)
    return ran


@pytest.mark.django_db(transaction=True)
def test_everything_that_was_ordered_stands_in_the_psa_once(
    flow_session: FlowSession, ticket: DemoTicket, engineer: User
) -> None:
    push = send(flow_session, engineer, hours=Decimal("0.25"), attaches=True)
    assert work() == ["note.pushed", "file.pushed", "time.pushed", "classification.pushed", "status.pushed"]
    ticket.refresh_from_db()
    note, file, time = DemoNote.objects.get(), DemoFile.objects.get(), DemoTime.objects.get()
    marker = push.parts.get(kind="note").marker
    assert note.text == f"{push.body.rstrip()}\n\n[{marker}]"
    assert (note.is_public, ticket.state, ticket.type, time.hours) == (False, "5", "2", Decimal("0.25"))
    assert bytes(file.content).decode() == push.body
    assert all(part.confirmed_at and part.external_id for part in push.parts.all())
    assert OutboxMessage.objects.filter(topic="ticket.linked").count() == 1  # so that the card shows it
    assert {row.word for row in rows_of_subject(engineer, push.subject)} == {"Confirmed"}


def test_doubt_is_cleared_by_the_mark(flow_session: FlowSession, ticket: DemoTicket, engineer: User) -> None:
    push = send(flow_session, engineer)
    row = OutboxMessage.objects.get(topic="note.pushed")
    row.sent_at = timezone.now()
    with pytest.raises(Doubt, match="looked for again"):
        find_note(row)
    row.sent_at = timezone.now() - timedelta(minutes=5)
    assert find_note(row) is None
    found = send_note(row)
    assert find_note(row) == found == push.parts.get(kind="note").external_id
    assert DemoNote.objects.count() == 1


def test_note_that_the_client_can_see_is_an_alarm(
    flow_session: FlowSession, ticket: DemoTicket, engineer: User, lead: User
) -> None:
    push = send(flow_session, engineer)
    marker = f"[{push.parts.get(kind='note').marker}]"
    DemoNote.objects.create(team=flow_session.team, ticket=ticket, marker=marker, text="…", is_public=True)
    send_note(OutboxMessage.objects.get(topic="note.pushed"))
    assert "The client can see this note" in push.parts.get(kind="note").alarm
    assert set(Notification.objects.values_list("recipient", flat=True)) == {lead.pk, engineer.pk}


def test_note_that_is_meant_for_the_client_is_none(
    flow_session: FlowSession, ticket: DemoTicket, engineer: User
) -> None:
    push = send(flow_session, engineer, note_kind="discussion")
    send_note(OutboxMessage.objects.get(topic="note.pushed"))
    assert DemoNote.objects.get().is_public
    assert push.parts.get(kind="note").alarm == ""


def test_long_note_is_cut_and_the_whole_goes_along(
    flow_session: FlowSession, ticket: DemoTicket, engineer: User
) -> None:
    for place in range(3, 60):
        StepRecordFactory(flow_session=flow_session, ordinal=place, kind=RecordKind.NOTE, note=f"line {place} " * 100)
    push = send(flow_session, engineer)
    for part, deliver in zip(push.parts.order_by("id"), ("note.pushed", "file.pushed"), strict=False):
        assert deliver == f"{part.kind}.pushed"
    send_note(OutboxMessage.objects.get(topic="note.pushed"))
    file = push.parts.get(kind="file")
    assert len(DemoNote.objects.get().text) <= MOST_CHARACTERS + 20
    assert f"attached as note-{file.marker}.md" in DemoNote.objects.get().text


def test_text_in_the_time_entry_alone(flow_session: FlowSession, ticket: DemoTicket, engineer: User) -> None:
    connection = flow_session.ticket.connection
    connection.text_into = TextInto.TIME
    connection.save()
    push = send(flow_session, engineer, hours=Decimal(1))
    assert next(part.kind for part in push.parts.order_by("id")) == "time"


def test_ticket_that_is_gone_is_said_and_others_go_on(
    flow_session: FlowSession, ticket: DemoTicket, engineer: User
) -> None:
    send(flow_session, engineer, hours=Decimal(1))
    ticket.delete()
    row = OutboxMessage.objects.get(topic="note.pushed")
    with pytest.raises(Failed, match="no such ticket"):
        send_note(row)
    assert OutboxMessage.objects.filter(topic="time.pushed").exists()
    assert PushPart.objects.get(kind="note").confirmed_at is None
