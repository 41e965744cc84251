"""What would be sent to a session's ticket, exactly."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Max, QuerySet

from apps.core.egress import File
from apps.core.models import OutboxMessage, OutboxState
from apps.documentation.models import DocumentKind, PartKind, Push, PushPart
from apps.documentation.push_text import amended, digest, hours_of, is_cut
from apps.documentation.redacted import SafeNote
from apps.documentation.render import render_psa
from apps.documentation.selectors import safe_escalation_of, safe_note_of
from apps.documentation.worked import Worked, worked_since
from apps.psa.facts import Capability
from apps.psa.models import BoardRule, Connection, PsaMember, Ticket
from apps.psa.providers import PROVIDERS
from apps.psa.services import live_connection
from apps.sessions.models import FlowSession, RecordKind
from apps.sessions.services.lifecycle import GOOD
from apps.teams.models import User

TOPICS = {kind.value: f"{kind.value}.pushed" for kind in PartKind}
TEXT_TOPICS = [TOPICS[PartKind.NOTE], TOPICS[PartKind.TIME]]


class NotPossible(Exception):
    """Nothing can be sent; the message says why and what to do."""


@dataclass(frozen=True)
class Preview:
    """A document of a session as its ticket would get it, and what can go along."""

    flow_session: FlowSession
    kind: str
    number: int
    connection: Connection
    ticket: Ticket
    note: SafeNote
    body: str
    replaces: Push | None
    rule: BoardRule | None
    member: PsaMember | None
    hours: Decimal

    @cached_property
    def text(self) -> str:
        """Word for word what the ticket gets, but for the mark that finds it again there."""
        return amended(self.body, marker_of(self.replaces))

    @property
    def digest(self) -> str:
        return digest(self.text)

    @property
    def is_cut(self) -> bool:
        return is_cut(self.text)

    @property
    def is_there(self) -> bool:
        """Whether the ticket has this very text, or is to get it."""
        return self.replaces is not None and self.replaces.body == self.body

    @property
    def can_enter_time(self) -> bool:
        return self._can(Capability.TIME)

    @property
    def can_attach(self) -> bool:
        return self._can(Capability.FILES)

    @property
    def status(self) -> str:
        """The status that the board's tickets get now, by its id in the PSA; "" for none."""
        if not self.rule or not self._can(Capability.STATUS):
            return ""
        if self.kind == DocumentKind.ESCALATION:
            return self.rule.status_escalated
        return self.rule.status_resolved if self.flow_session.outcome in GOOD else ""

    @property
    def status_called(self) -> str:
        """The status in the words of the PSA."""
        escalates = self.kind == DocumentKind.ESCALATION
        return self.rule.called("status_escalated" if escalates else "status_resolved") if self.rule else ""

    @property
    def classification(self) -> dict[str, str]:
        """Ids of type, subtype and item that the board's tickets get; empty for none."""
        if not self.rule or not self._can(Capability.TYPES):
            return {}
        named = {"type": self.rule.type, "subtype": self.rule.subtype, "item": self.rule.item}
        return {name: value for name, value in named.items() if value}

    @property
    def classification_called(self) -> str:
        return " · ".join(self.rule.called(name) for name in self.classification) if self.rule else ""

    @property
    def knows_after_hours(self) -> bool:
        return self.can_enter_time and self.rule is not None and self.rule.knows_after_hours

    @cached_property
    def worked(self) -> Worked:
        """Active time that was not entered yet, within and outside business hours."""
        return worked_since(self.flow_session, _entered_at(self.flow_session))

    def work_called(self, *, after_hours: bool) -> str:
        """Work type, role and whether it is billed, in the words of the PSA; "" where the rule says nothing."""
        if self.rule is None:
            return ""
        kind, role, billable = (self.rule.of_time(name, after_hours=after_hours) for name in self.rule.OF_TIME)
        billed = {True: "billable", False: "not billable", None: ""}[getattr(self.rule, billable)]
        return ", ".join(filter(None, (self.rule.called(kind), self.rule.called(role), billed)))

    def _can(self, capability: Capability) -> bool:
        return capability in PROVIDERS[self.connection.provider].capabilities


def preview_of(flow_session: FlowSession, by: User, number: int = 0) -> Preview:
    """What would be sent now: the note of the handoff at a record, or else of the session as it stands.

    Raises NotPossible, NoteWithheld.
    """
    kind = _kind(flow_session, number)
    connection, ticket = target_of(flow_session)
    note = safe_escalation_of(flow_session, number) if number else safe_note_of(flow_session)
    replaces = _newest(Push.objects.filter(flow_session=flow_session, kind=kind, number=number, ticket=ticket))
    return Preview(
        flow_session=flow_session,
        kind=kind,
        number=number,
        connection=connection,
        ticket=ticket,
        note=note,
        body=render_psa(note.document),
        replaces=replaces,
        rule=BoardRule.objects.filter(connection=connection, external_id=ticket.board).first(),
        member=PsaMember.objects.filter(connection=connection, user=by).first(),
        hours=_hours(flow_session, connection),
    )


def whole_note(push: Push, marker: str) -> File:
    """The note as a file, under a name that no other file of the ticket has."""
    return File(f"note-{marker}.md", push.body.encode(), "text/markdown")


def marker_of(push: Push | None) -> str:
    """By which the text of a push is found in its ticket."""
    parts = (
        PushPart.objects.filter(push=push, kind__in=[PartKind.NOTE, PartKind.TIME]) if push else PushPart.objects.none()
    )
    first = parts.order_by("id").first()
    return first.marker if first else ""


def text_of(push: Push) -> str:
    """Word for word what its ticket gets."""
    return amended(push.body, marker_of(push.replaces))


def _kind(flow_session: FlowSession, number: int) -> str:
    if number:
        if not flow_session.records.filter(kind=RecordKind.HANDOFF, ordinal=number).exists():
            raise NotPossible("There was no handoff at that step.")
        return DocumentKind.ESCALATION
    return DocumentKind.RESOLUTION if flow_session.is_ended else DocumentKind.PROGRESS


def target_of(flow_session: FlowSession) -> tuple[Connection, Ticket]:
    """Where a session's note goes. Raises NotPossible."""
    connection = live_connection(flow_session.team_id)
    if connection is None:
        raise NotPossible("No PSA is connected: copy the note into the ticket.")
    ticket = Ticket.objects.filter(pk=flow_session.ticket_id or 0).select_related("merged_into").first()
    if ticket is None:
        raise NotPossible("This session has no ticket yet. Link one, then send the note.")
    ticket = ticket.merged_into or ticket
    if ticket.connection_id != connection.pk:
        raise NotPossible(f"{ticket} does not come from {connection}. Link the ticket there, then send the note.")
    return connection, ticket


def _newest(pushes: QuerySet[Push]) -> Push | None:
    """What the ticket got of a document before, or is to get; what somebody let be does not count."""
    return next((push for push in pushes.order_by("-version") if not _was_let_be(push)), None)


def _was_let_be(push: Push) -> bool:
    rows = OutboxMessage.objects.filter(team_id=push.team_id, subject=push.subject, state=OutboxState.CANCELLED)
    return rows.filter(topic__in=TEXT_TOPICS).exists()


def _entered_at(flow_session: FlowSession) -> datetime | None:
    """When time of the session was last sent to be entered."""
    entries = PushPart.objects.filter(push__flow_session=flow_session, kind=PartKind.TIME)
    last: datetime | None = entries.aggregate(last=Max("push__created_at"))["last"]
    return last


def _hours(flow_session: FlowSession, connection: Connection) -> Decimal:
    """Active time that no time entry was made of yet."""
    entries = PushPart.objects.filter(push__flow_session=flow_session, kind=PartKind.TIME)
    entered = sum((Decimal(part.details["hours"]) for part in entries), Decimal())
    left = hours_of(timedelta(seconds=flow_session.active_seconds), connection.rounding_minutes) - entered
    return max(left, Decimal())
