"""What the worker does with a part of a push: tell the PSA, read back what stands there, and note how it reads.

Once a call that writes was answered, whatever goes wrong is a doubt: nothing is told twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutboxMessage
from apps.core.outbox import Doubt, Failed, Later
from apps.core.permissions import Role
from apps.documentation.models import PartKind, PushPart
from apps.documentation.notices import VISIBLE
from apps.documentation.preview import text_of, whole_note
from apps.documentation.push_text import cut
from apps.documentation.pushes import advance, announce, making_room
from apps.documentation.selectors import NoteWithheld, masking_of
from apps.notifications.services import notify
from apps.psa.facts import Classification, NoteKind, TimeEntry
from apps.psa.line import psa_of
from apps.psa.providers import Provider
from apps.psa.services import follow_ticket
from apps.teams.models import User


@dataclass(frozen=True)
class Seen:
    """What stands in the PSA: its id there, and what is wrong with it."""

    id: str
    alarm: str = ""


Tell = Callable[[Provider, PushPart], object]
See = Callable[[Provider, PushPart], Seen | None]


def deliver(message: OutboxMessage, tell: Tell, see: See) -> str:
    """Tell the PSA and read it back; its id there."""
    with making_room(message):
        part = _part(message)
        psa = _psa(part, message)
        tell(psa, part)
        with _doubting():
            seen = see(psa, part)
        if seen is None:
            raise Doubt("The PSA took it, but does not show it yet.")
        return _confirm(message, part, seen)


def look(message: OutboxMessage, see: See) -> str | None:
    """Whether the PSA has it already, from an attempt that nobody saw the end of; its id there."""
    part = _part(message)
    with _doubting():
        seen = see(_psa(part, message), part)
    if seen is not None:
        return _confirm(message, part, seen)
    if message.sent_at and timezone.now() - message.sent_at < timedelta(seconds=settings.RF_PSA_SETTLE_SECONDS):
        raise Doubt("It is not in the PSA yet. It is looked for again before it is sent a second time.")
    return None


def set_as_wished(message: OutboxMessage, change: Tell) -> str:
    """For what may be set twice, and is read back by the provider."""
    with making_room(message):
        part = _part(message)
        change(_psa(part, message), part)
        return _confirm(message, part, Seen(part.ticket.number))


def tell_note(psa: Provider, part: PushPart) -> None:
    psa.add_note(part.ticket.number, _text(part), NoteKind(part.push.note_kind), _mark(part))


def see_note(psa: Provider, part: PushPart) -> Seen | None:
    note = psa.find_note(part.ticket.number, _mark(part))
    if note is None:
        return None
    return Seen(note.id, _alarm("note", is_wrong=note.is_public and part.push.is_internal))


def tell_time(psa: Provider, part: PushPart) -> None:
    details, push = part.details, part.push
    entry = TimeEntry(
        marker=_mark(part),
        text=_text(part) if details["has_text"] else f"{push} {_mark(part)}",
        started_at=datetime.fromisoformat(details["started_at"]),
        hours=Decimal(details["hours"]),
        member=details["member"],
        work_type=details.get("work_type", ""),
        work_role=details.get("work_role", ""),
        is_billable=details.get("is_billable"),
    )
    psa.add_time(part.ticket.number, entry)


def see_time(psa: Provider, part: PushPart) -> Seen | None:
    time = psa.find_time(part.ticket.number, _mark(part))
    return None if time is None else Seen(time.id, _alarm("time entry", is_wrong=time.is_public))


def tell_file(psa: Provider, part: PushPart) -> None:
    psa.attach(part.ticket.number, whole_note(part.push, part.marker))


def see_file(psa: Provider, part: PushPart) -> Seen | None:
    found = psa.find_file(part.ticket.number, whole_note(part.push, part.marker).name)
    return Seen(found) if found is not None else None


def change_status(psa: Provider, part: PushPart) -> None:
    psa.set_status(part.ticket.number, part.details["status"])


def change_classification(psa: Provider, part: PushPart) -> None:
    psa.classify(part.ticket.number, Classification(**part.details))


def _part(message: OutboxMessage) -> PushPart:
    beside = ("push__connection", "push__flow_session", "ticket", "team")  # more of them take long to plan
    return PushPart.objects.select_related(*beside).get(pk=message.payload["part"], team_id=message.team_id)


def _psa(part: PushPart, message: OutboxMessage) -> Provider:
    try:
        masking = masking_of(part.push.flow_session)
    except NoteWithheld as withheld:
        raise Failed(str(withheld)) from None
    return psa_of(part.push.connection, why=message, masking=masking)


def _mark(part: PushPart) -> str:
    return f"[{part.marker}]"


def _text(part: PushPart) -> str:
    text = cut(text_of(part.push), whole_note(part.push, _file_marker(part)).name)
    return f"{text.rstrip()}\n\n{_mark(part)}"


def _file_marker(part: PushPart) -> str:
    """Of the file that goes along; the text's own where none does."""
    file = part.push.parts.filter(kind=PartKind.FILE).first()
    return file.marker if file else part.marker


@contextmanager
def _doubting() -> Iterator[None]:
    """A question that failed says nothing about what it asked for."""
    try:
        yield
    except (Failed, Later) as error:
        seconds = error.seconds if isinstance(error, Later) else None
        raise Doubt(f"It may have arrived, and could not be read back. {error}", seconds) from error


def _alarm(name: str, *, is_wrong: bool) -> str:
    return (
        f"The client can see this {name}, although it was sent as internal. Change it in the PSA." if is_wrong else ""
    )


@transaction.atomic
def _confirm(message: OutboxMessage, part: PushPart, seen: Seen) -> str:
    facts = {"confirmed_at": timezone.now(), "external_id": seen.id, "alarm": seen.alarm}
    PushPart.objects.filter(pk=part.pk).update(**facts)
    if not PushPart.objects.filter(team=part.team, ticket=part.ticket, queued_at=None).exists():
        follow_ticket(part.ticket, event=f"{part.ticket.subject}:{part.push.subject}")
    advance(part.team_id, after=message)
    if seen.alarm:
        _raise_alarm(part, seen.alarm)
    return seen.id


def _raise_alarm(part: PushPart, sentence: str) -> None:
    push = part.push
    announce(push)
    notify(
        VISIBLE,
        team=part.team,
        recipients=User.objects.filter(Q(role=Role.TEAM_ADMIN) | Q(pk=push.by_id), team=part.team),
        subject=push.subject,
        title=f"{part.ticket}: the client can see a {part.get_kind_display().lower()}",
        body=sentence,
        url=reverse("documentation:note-page", args=[push.flow_session_id]),
    )
