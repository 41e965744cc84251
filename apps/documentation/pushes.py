"""How a note gets into its ticket: written down in parts, handed to the outbox in turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from apps.core.live import publish, team_channel
from apps.core.models import OutboxMessage
from apps.core.outbox import Dropped, Failed, emit
from apps.core.outbox.registry import label_of
from apps.documentation.models import PartKind, Push, PushPart
from apps.documentation.notices import STUCK
from apps.documentation.preview import TOPICS, Preview, preview_of
from apps.notifications.models import Notification
from apps.notifications.services import notify
from apps.psa.facts import NoteKind
from apps.psa.models import Connection, PushWhen, TextInto, side_of
from apps.sessions.models import FlowSession, Status
from apps.sessions.rows import session_of
from apps.teams.models import User

TOLD_WITHIN = timedelta(hours=1)  # a worker that was down for longer tells nobody of what is on the page anyway
AT_ONCE = 4  # parts of one team in the outbox, so that no team waits behind the thousands of another


class Moved(Exception):
    """The note is not what was seen any more. Nothing was sent."""


class AlreadySent(Exception):
    """The same text is in the ticket, or on its way there."""


@dataclass(frozen=True)
class Order:
    """What somebody decided in the preview. `hours` of 0 enters no time."""

    note_kind: str = NoteKind.INTERNAL
    hours: Decimal = Decimal()
    after_hours: bool = False
    sets_status: bool = True
    classifies: bool = True
    attaches: bool = False


@contextmanager
def locked_preview(pk: int, *, by: User, number: int = 0) -> Iterator[Preview]:
    """What would be sent, under the session's lock and in one transaction with what is done inside.

    Raises FlowSession.DoesNotExist, NotPossible, NoteWithheld.
    """
    session_of(by, pk)
    with transaction.atomic():
        yield _preview_of_locked(pk, by, number)


def push_note(preview: Preview, *, by: User, seen: str, order: Order) -> Push:
    """Send what was seen (its digest) to the session's ticket; inside `locked_preview`. Raises Moved, AlreadySent."""
    _demand_new(preview)
    if preview.digest != seen:
        raise Moved("The note has changed since you saw it. Nothing was sent; here it is as it reads now.")
    return _push(preview, by, order)


def push_by_itself(pk: int, *, by: User, number: int = 0) -> Push | None:
    """Send the note where the team wants that always, without time that nobody confirmed; None where it does not.

    Raises NotPossible, NoteWithheld, AlreadySent.
    """
    with transaction.atomic():
        if not _wants_always(pk, number):
            return None
        preview = _preview_of_locked(pk, by, number)
        _demand_new(preview)
        return _push(preview, by, Order(preview.connection.note_kind))


def advance(team_id: int, *, after: OutboxMessage | None = None) -> None:
    """Hand the next parts of the team to the outbox: one of a ticket at a time, in order; `after` has just ended."""
    with transaction.atomic():
        Connection.objects.live().filter(team_id=team_id).select_for_update(no_key=True).first()
        under_way = OutboxMessage.objects.filter(
            team_id=team_id, topic__in=TOPICS.values(), state__in=OutboxMessage.WAITING
        ).exclude(pk=after.pk if after else 0)
        busy = [payload["ticket"] for payload in under_way.values_list("payload", flat=True)]
        waiting = PushPart.objects.filter(team_id=team_id, queued_at=None).select_related("push__by", "team")
        while len(busy) < AT_ONCE and (part := waiting.exclude(ticket__in=busy).order_by("id").first()):
            _queue(part)
            busy.append(part.ticket_id)


def hand_over_waiting() -> None:
    """Let every team's pushes go on, whatever their last ones ended by."""
    for team_id in (
        PushPart.objects.filter(queued_at=None).order_by("team_id").values_list("team_id", flat=True).distinct()
    ):
        advance(team_id)


def tell_of_stuck() -> None:
    """Tell whoever sent something that needs a hand, once for each."""
    since = timezone.now() - TOLD_WITHIN
    rows = OutboxMessage.objects.filter(
        topic__in=TOPICS.values(), state__in=OutboxMessage.STUCK, finished_at__gte=since
    )
    for row in rows.select_related("team", "by").order_by("id"):
        _tell_of_stuck(row)


def _tell_of_stuck(row: OutboxMessage) -> None:
    push = Push.objects.select_related("ticket").get(parts=row.payload["part"], team_id=row.team_id)
    with transaction.atomic():
        told = Notification.objects.filter(notice=STUCK.key, subject=push.subject, created_at__gte=row.finished_at)
        if row.by is None or told.exists():
            return
        notify(
            STUCK,
            team=row.team,
            recipients=[row.by],
            subject=push.subject,
            title=f"{push.ticket}: {label_of(row.handler)} needs a hand",
            body=row.error,
            url=reverse("documentation:note-page", args=[push.flow_session_id]),
        )


@contextmanager
def making_room(message: OutboxMessage) -> Iterator[None]:
    """For the next, where this one ends without having arrived."""
    try:
        yield
    except (Failed, Dropped):
        advance(message.team_id, after=message)
        raise


def _preview_of_locked(pk: int, by: User, number: int) -> Preview:
    """Under the lock two clicks make one push."""
    return preview_of(FlowSession.objects.select_for_update(of=("self",), no_key=True).get(pk=pk), by, number)


def _wants_always(pk: int, number: int) -> bool:
    """Of an ended session only where it came to something; a handoff's note in any case."""
    sessions = (
        FlowSession.objects.filter(pk=pk) if number else FlowSession.objects.filter(pk=pk, status=Status.RESOLVED)
    )
    return Connection.objects.live().filter(team__in=sessions.values("team"), push_when=PushWhen.ALWAYS).exists()


def _demand_new(preview: Preview) -> None:
    last = preview.replaces
    if last and preview.is_there:
        at = last.created_at.astimezone(ZoneInfo(preview.flow_session.time_zone))
        raise AlreadySent(
            f"{last.by or 'Somebody'} sent this very text to {last.ticket} at {at:%H:%M}. Nothing was sent again; time "
            "that is still to be entered is entered in the PSA."
        )


def _push(preview: Preview, by: User, order: Order) -> Push:
    push = Push.objects.create(
        team_id=preview.flow_session.team_id,
        flow_session=preview.flow_session,
        kind=preview.kind,
        number=preview.number,
        version=_next_version(preview),
        connection=preview.connection,
        ticket=preview.ticket,
        body=preview.body,
        note_kind=order.note_kind,
        replaces=preview.replaces,
        by=by,
    )
    PushPart.objects.bulk_create(
        PushPart(
            team_id=push.team_id, push=push, ticket=push.ticket, kind=kind, details=details,
            marker=new_marker(),
        )
        for kind, details in _parts(preview, order)
    )  # fmt: skip
    advance(push.team_id)
    return push


def new_marker() -> str:
    """In capitals: every second one of small letters is taken for a password on its way, and masked."""
    return f"RF-{token_hex(4).upper()}"


def _next_version(preview: Preview) -> int:
    """Counted on, also over what somebody let be."""
    same = Push.objects.filter(flow_session=preview.flow_session, kind=preview.kind, number=preview.number)
    return int(same.aggregate(last=Max("version"))["last"] or 0) + 1


def _parts(preview: Preview, order: Order) -> Iterator[tuple[str, dict[str, Any]]]:
    enters_time = bool(order.hours) and preview.can_enter_time
    into = preview.connection.text_into if enters_time else TextInto.NOTE
    if into != TextInto.TIME:
        yield PartKind.NOTE, {}
    if preview.can_attach and (order.attaches or preview.is_cut):
        yield PartKind.FILE, {}
    if enters_time:
        yield PartKind.TIME, _time(preview, order) | {"has_text": into != TextInto.NOTE}
    if order.classifies and preview.classification:
        yield PartKind.CLASSIFICATION, preview.classification
    if order.sets_status and preview.status:
        yield PartKind.STATUS, {"status": preview.status}


def _time(preview: Preview, order: Order) -> dict[str, Any]:
    rule, started_at = preview.rule, preview.flow_session.started_at or preview.flow_session.created_at
    found: dict[str, Any] = {"hours": str(order.hours), "started_at": started_at.isoformat()}
    found["member"] = preview.member.external_id if preview.member else ""
    if rule:
        fields = {name: rule.of_time(name, after_hours=order.after_hours) for name in rule.OF_TIME}
        found |= {name: getattr(rule, field) for name, field in fields.items()}
    return found


def announce(push: Push) -> None:
    """Pages that show the push look at it anew."""
    publish(team_channel(push.team_id), "push", {"id": push.flow_session_id})


def _queue(part: PushPart) -> None:
    announce(part.push)
    PushPart.objects.filter(pk=part.pk).update(queued_at=timezone.now())
    emit(
        TOPICS[part.kind],
        part.push.subject,
        team=part.team,
        event=f"{part.push.subject}:{part.pk}",
        side=side_of(part.push.connection_id),
        payload={"part": part.pk, "ticket": part.ticket_id},
        by=part.push.by,
    )
