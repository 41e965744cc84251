"""A push as a whole, to a real Request Tracker."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.models import EgressRecord, OutboxMessage, OutboxState
from apps.documentation.handlers import find_note
from apps.psa.line import seal_credentials
from apps.psa.models import BoardRule
from apps.sessions.models import FlowSession
from apps.teams.models import User
from tests.documentation.conftest import SECRET
from tests.documentation.test_deliver import send, work
from tests.documentation.test_push_faults import work as work_for_hours
from tests.psa.providers.rt_house import RequestTrackerHouse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rt]


def test_everything_that_was_ordered_stands_in_request_tracker_once(
    request_tracker_house: RequestTrackerHouse, flow_session: FlowSession, engineer: User
) -> None:
    rt, number = request_tracker_house, request_tracker_house.new_ticket()
    rule = {"external_id": rt.board, "status_resolved": "resolved"}
    BoardRule.objects.create(team=rt.connection.team, connection=rt.connection, **rule)
    ticket = flow_session.ticket
    ticket.connection, ticket.board, ticket.number = rt.connection, rt.board, number
    ticket.save()
    push = send(flow_session, engineer, hours=Decimal("0.25"), attaches=True)
    assert work() == ["note.pushed", "file.pushed", "time.pushed", "status.pushed"]
    assert all(part.confirmed_at and part.external_id for part in push.parts.all())
    marker = push.parts.get(kind="note").marker
    assert rt.notes(number)[0] == f"{push.body.rstrip()}\n\n[{marker}]"
    assert SECRET not in "".join(rt.notes(number))
    assert rt.public_notes(number) == []
    told = rt.server.ask("GET", f"/ticket/{number}")
    assert (told["Status"], told["TimeWorked"]) == ("resolved", "15")
    row = OutboxMessage.objects.get(topic="note.pushed")
    assert find_note(row) == push.parts.get(kind="note").external_id
    assert EgressRecord.objects.filter(team_id=push.team_id, reason=row.key).exists()


def test_note_of_an_account_that_may_not_read_it_back_is_told_once(
    request_tracker_house: RequestTrackerHouse, flow_session: FlowSession, engineer: User
) -> None:
    """The call that told it was never answered; meanwhile it stands there."""
    rt, number = request_tracker_house, request_tracker_house.new_ticket()
    connection, ticket = rt.connection, flow_session.ticket
    connection.account, connection.credentials = "mute", seal_credentials({"password": "mute-password"})
    connection.save()
    ticket.connection, ticket.number = connection, number
    ticket.save()
    part = send(flow_session, engineer).parts.get()
    told = {"Content": "text", "ContentType": "text/plain", "Subject": f"Note [{part.marker}]"}
    rt.server.ask("POST", f"/ticket/{number}/comment", told)
    OutboxMessage.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    work_for_hours()
    row = OutboxMessage.objects.get(topic="note.pushed")
    assert (row.state, rt.notes(number)) == (OutboxState.UNKNOWN, ["text"])
    assert "ShowTicketComments" in row.error
