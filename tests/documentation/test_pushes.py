"""How a note becomes parts in the outbox: once, in order, fair among teams."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox import Failed, Later
from apps.core.redaction import POLICIES, Destination, redact
from apps.documentation.models import PartKind, Push, PushPart
from apps.documentation.preview import TOPICS, NotPossible, Preview, preview_of
from apps.documentation.pushes import (
    AT_ONCE,
    AlreadySent,
    Moved,
    Order,
    advance,
    hand_over_waiting,
    locked_preview,
    making_room,
    new_marker,
    push_by_itself,
    push_note,
    tell_of_stuck,
)
from apps.notifications.models import Notification
from apps.psa.models import BoardRule, Connection, PushWhen, TextInto
from apps.sessions.models import FlowSession, Status
from apps.teams.models import User
from tests.factories.psa import ConnectionFactory, TicketFactory
from tests.factories.sessions import FlowSessionFactory, StepRecordFactory
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db


def test_marker_is_never_taken_for_a_secret() -> None:
    text = "\n".join(f"[{new_marker()}]" for _ in range(100))
    assert redact(text, POLICIES[Destination.PSA_NOTE].masked, key=b"").findings == []


@pytest.fixture
def connection(engineer: User) -> Connection:
    return ConnectionFactory(team=engineer.team)


@pytest.fixture
def resolved(flow_session: FlowSession, connection: Connection) -> FlowSession:
    """The finished session, with its ticket in the PSA that is connected."""
    ticket = flow_session.ticket
    ticket.connection, ticket.board = connection, "1"
    ticket.save()
    return flow_session


def send(flow_session: FlowSession, by: User, *, seen: str = "", **order: Any) -> Push:
    """What was seen, or else the note as it is now."""
    with locked_preview(flow_session.pk, by=by) as preview:
        return push_note(preview, by=by, seen=seen or preview.digest, order=Order(**order))


def rows(flow_session: FlowSession) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(team=flow_session.team, topic__in=TOPICS.values()).order_by("id"))


def another(ticket_of: FlowSession, by: User, **fields: Any) -> FlowSession:
    """A session of its own, on the ticket given or on one of its own."""
    ticket = fields.pop("ticket", None) or TicketFactory(team=by.team, connection=ticket_of.ticket.connection)
    made = FlowSessionFactory(team=by.team, owner=by, ticket=ticket, **fields)
    StepRecordFactory(flow_session=made, ordinal=1, asked="Is it plugged in?", answered="Yes")
    return made


def test_click_sends_what_was_seen(resolved: FlowSession, engineer: User) -> None:
    preview = preview_of(resolved, engineer)
    push = send(resolved, engineer)
    (row,) = rows(resolved)
    assert (push.version, push.kind, push.note_kind, push.body) == (1, "resolution", "internal", preview.body)
    assert (row.topic, row.subject, row.by) == ("note.pushed", push.subject, engineer)
    assert "Harbour-Winter-77" not in push.body


def test_second_click_sends_nothing(resolved: FlowSession, engineer: User) -> None:
    seen = preview_of(resolved, engineer).digest
    send(resolved, engineer, seen=seen)
    with pytest.raises(AlreadySent):
        send(resolved, engineer, seen=seen)
    with pytest.raises(AlreadySent):
        send(resolved, engineer)
    assert Push.objects.count() == len(rows(resolved)) == 1


def test_note_that_changed_since_it_was_seen_is_not_sent(resolved: FlowSession, engineer: User) -> None:
    seen = preview_of(resolved, engineer).digest
    StepRecordFactory(flow_session=resolved, ordinal=3, kind="note", note="The router was replaced")
    with pytest.raises(Moved):
        send(resolved, engineer, seen=seen)
    assert not Push.objects.exists()


def test_note_after_an_edit_replaces_the_one_before_by_its_mark(resolved: FlowSession, engineer: User) -> None:
    first = send(resolved, engineer)
    StepRecordFactory(flow_session=resolved, ordinal=3, kind="note", note="The router was replaced")
    text = preview_of(resolved, engineer).text
    second = send(resolved, engineer)
    assert (second.version, second.replaces) == (2, first)
    assert text.startswith(f"This replaces the note [{first.parts.get().marker}].")


def test_note_that_somebody_let_be_is_replaced_by_none(resolved: FlowSession, engineer: User) -> None:
    send(resolved, engineer)
    OutboxMessage.objects.filter(topic="note.pushed").update(state=OutboxState.CANCELLED)
    assert preview_of(resolved, engineer).replaces is None
    assert send(resolved, engineer).version == 2


def test_parts_follow_the_board_and_what_was_decided(resolved: FlowSession, engineer: User) -> None:
    rule = {"status_resolved": "9", "type": "4", "item": "2", "work_type": "1", "after_hours_work_type": "7"}
    rule |= {"work_role": "3", "is_billable": True, "after_hours_is_billable": False}
    BoardRule.objects.create(team=resolved.team, connection=resolved.ticket.connection, external_id="1", **rule)
    push = send(resolved, engineer, hours=Decimal("0.50"), after_hours=True, attaches=True)
    details = {part.kind: part.details for part in push.parts.order_by("id")}
    assert list(details) == ["note", "file", "time", "classification", "status"]
    assert details["status"] == {"status": "9"}
    assert details["classification"] == {"type": "4", "item": "2"}
    entered = [details["time"][name] for name in ("hours", "work_type", "work_role", "is_billable")]
    assert entered == ["0.50", "7", "3", False]
    assert len({part.marker for part in push.parts.all()}) == 5


@pytest.mark.parametrize(
    ("outcome", "status"), [("resolved", "9"), ("workaround", "9"), ("unresolved", ""), ("escalated", "")]
)
def test_ticket_is_set_to_resolved_only_where_the_work_resolved_it(
    resolved: FlowSession, engineer: User, outcome: str, status: str
) -> None:
    connection = resolved.ticket.connection
    BoardRule.objects.create(team=resolved.team, connection=connection, external_id="1", status_resolved="9")
    FlowSession.objects.filter(pk=resolved.pk).update(outcome=outcome)
    resolved.refresh_from_db()
    assert preview_of(resolved, engineer).status == status


@pytest.mark.parametrize(
    ("into", "kinds"), [(TextInto.NOTE, ["note", "time"]), (TextInto.TIME, ["time"]), (TextInto.BOTH, ["note", "time"])]
)
def test_text_goes_where_the_team_wants_it(
    resolved: FlowSession, engineer: User, connection: Connection, into: str, kinds: list[str]
) -> None:
    connection.text_into = into
    connection.save()
    push = send(resolved, engineer, hours=Decimal(1))
    assert [part.kind for part in push.parts.order_by("id")] == kinds
    assert push.parts.get(kind=PartKind.TIME).details["has_text"] is (into != TextInto.NOTE)


def test_time_is_offered_once(resolved: FlowSession, engineer: User) -> None:
    FlowSession.objects.filter(pk=resolved.pk).update(active_seconds=3000)
    resolved.refresh_from_db()
    assert preview_of(resolved, engineer).hours == Decimal("1.00")
    send(resolved, engineer, hours=Decimal("0.75"))
    assert preview_of(resolved, engineer).hours == Decimal("0.25")


def test_one_part_of_a_ticket_is_under_way_at_a_time_and_in_order(resolved: FlowSession, engineer: User) -> None:
    send(resolved, engineer)
    later = another(resolved, engineer, ticket=resolved.ticket, status=Status.ACTIVE)
    send(later, engineer)
    (first,) = rows(resolved)
    advance(first.team_id, after=first)
    assert [row.payload["part"] for row in rows(resolved)] == list(
        PushPart.objects.order_by("id").values_list("pk", flat=True)
    )


def test_part_that_fails_for_good_makes_room_and_one_that_waits_does_not(resolved: FlowSession, engineer: User) -> None:
    send(resolved, engineer)
    send(another(resolved, engineer, ticket=resolved.ticket), engineer)
    (first,) = rows(resolved)
    with pytest.raises(Later), making_room(first):
        raise Later("The PSA is away.")
    assert len(rows(resolved)) == 1
    with pytest.raises(Failed), making_room(first):
        raise Failed("There is no such ticket.")
    assert len(rows(resolved)) == 2


def test_no_team_fills_the_outbox(resolved: FlowSession, engineer: User) -> None:
    for _ in range(AT_ONCE + 3):
        send(another(resolved, engineer), engineer)
    assert len(rows(resolved)) == AT_ONCE
    stranger = UserFactory()
    theirs = another(
        resolved, stranger, ticket=TicketFactory(team=stranger.team, connection=ConnectionFactory(team=stranger.team))
    )
    send(theirs, stranger)
    assert len(rows(theirs)) == 1


def test_waiting_parts_go_on_after_one_was_given_up(resolved: FlowSession, engineer: User) -> None:
    send(resolved, engineer)
    send(another(resolved, engineer, ticket=resolved.ticket), engineer)
    OutboxMessage.objects.filter(topic="note.pushed").update(state=OutboxState.UNKNOWN, finished_at=timezone.now())
    hand_over_waiting()
    assert len(rows(resolved)) == 2


def test_whoever_sent_it_hears_once_that_it_needs_a_hand(resolved: FlowSession, engineer: User) -> None:
    send(resolved, engineer)
    OutboxMessage.objects.filter(topic="note.pushed").update(
        state=OutboxState.FAILED, finished_at=timezone.now(), error="There is no such ticket."
    )
    for _ in range(2):
        tell_of_stuck()
    notice = Notification.objects.get(notice="push.stuck")
    assert (notice.recipient, notice.body) == (engineer, "There is no such ticket.")


@pytest.mark.parametrize(("when", "pushes"), [(PushWhen.ALWAYS, 1), (PushWhen.ASK, 0), (PushWhen.NEVER, 0)])
def test_note_goes_by_itself_only_where_the_team_wants_that(
    resolved: FlowSession, engineer: User, connection: Connection, when: str, pushes: int
) -> None:
    connection.push_when = when
    connection.save()
    push_by_itself(resolved.pk, by=engineer)
    assert Push.objects.count() == pushes


def test_abandoned_session_sends_nothing_by_itself(
    resolved: FlowSession, engineer: User, connection: Connection
) -> None:
    connection.push_when = PushWhen.ALWAYS
    connection.save()
    FlowSession.objects.filter(pk=resolved.pk).update(status=Status.ABANDONED, outcome="")
    assert push_by_itself(resolved.pk, by=engineer) is None
    assert not Push.objects.exists()


def test_nothing_goes_where_it_has_no_place(flow_session: FlowSession, engineer: User) -> None:
    def reason() -> str:
        with pytest.raises(NotPossible) as found:
            preview_of(flow_session, engineer)
        return str(found.value)

    assert "No PSA is connected" in reason()
    ConnectionFactory(team=engineer.team)
    assert "does not come from Demo PSA" in reason()
    flow_session.ticket = None
    assert "has no ticket yet" in reason()


def test_session_of_another_team_is_unknown(resolved: FlowSession, outsider: User) -> None:
    with pytest.raises(FlowSession.DoesNotExist):
        send(resolved, outsider)


def test_advance_leaves_other_teams_alone(resolved: FlowSession, engineer: User, outsider: User) -> None:
    send(resolved, engineer)
    PushPart.objects.update(queued_at=None)
    OutboxMessage.objects.all().delete()
    advance(outsider.team_id)
    assert not rows(resolved)


def test_preview_offers_what_the_psa_can_do(resolved: FlowSession, engineer: User) -> None:
    preview: Preview = preview_of(resolved, engineer)
    assert (preview.can_enter_time, preview.can_attach) == (True, True)
    assert (preview.status, preview.classification, preview.is_cut) == ("", {}, False)
