"""The demo PSA: its tickets are rows of ours, and nothing leaves the house."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.core.egress import File
from apps.psa.errors import Invalid, NotFound
from apps.psa.facts import (
    Capability,
    Classification,
    Configuration,
    Greeting,
    MemberFacts,
    Named,
    NewTicket,
    NoteFacts,
    NoteKind,
    TicketContext,
    TicketFacts,
    TicketPage,
    TicketQuery,
    TimeEntry,
    TimeFacts,
)
from apps.psa.models import Connection, DemoFile, DemoNote, DemoTicket, DemoTime
from apps.psa.providers.base import Provider
from apps.teams.models import User

PAGE = 25
EARLIER = 5
FIRST_NUMBER = 1001
LONGEST_TITLE = 300
BOARDS = (Named("1", "Helpdesk"), Named("2", "Projects"))
STATUSES = tuple(
    Named(str(place), name)
    for place, name in enumerate(("New", "In progress", "Waiting for client", "Escalated", "Resolved"), start=1)
)
ESCALATED, CLOSED = "4", "5"
TYPES = tuple(Named(str(place), name) for place, name in enumerate(("Incident", "Request", "Maintenance"), start=1))
OFFERED = {"board": BOARDS, "state": STATUSES, "type": TYPES}


class Demo(Provider):
    """Answers at once and keeps its word; what carries the same marker is added once."""

    capabilities = frozenset(Capability) - {Capability.CALLBACKS}
    secrets = {}

    def test_connection(self) -> Greeting:
        return Greeting("Demo PSA", self.connection.team.name)

    def search_tickets(self, query: TicketQuery) -> TicketPage:
        rows = self._tickets()
        if query.text:
            rows = rows.filter(Q(title__icontains=query.text) | Q(number=_number(query.text.removeprefix("#"))))
        if query.board:
            rows = rows.filter(board=query.board)
        if query.member:
            rows = rows.filter(member=query.member)
        if query.open_only:
            rows = rows.exclude(state=CLOSED)
        if query.cursor:
            rows = rows.filter(number__lt=_number(query.cursor))
        found = list(rows.order_by("-number")[: PAGE + 1])
        cursor = str(found[PAGE - 1].number) if len(found) > PAGE else ""
        return TicketPage([_facts(row) for row in found[:PAGE]], cursor)

    def get_ticket(self, number: str) -> TicketFacts:
        return _facts(self._ticket(number))

    def create_ticket(self, new: NewTicket) -> TicketFacts:
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=self.connection.pk)  # two at once would take one number
            last = self._tickets().order_by("-number").values_list("number", flat=True).first()
            row = DemoTicket.objects.create(
                team=self.connection.team,
                number=(last or FIRST_NUMBER) + 1,
                title=new.title[:LONGEST_TITLE],
                body=new.body,
                board=new.board or BOARDS[0].id,
                client=new.client,
                contact=new.contact,
            )
        return _facts(row)

    def ticket_context(self, number: str) -> TicketContext:
        row = self._ticket(number)
        others = self._tickets().filter(client=row.client).exclude(pk=row.pk).order_by("-number")[:EARLIER]
        device = [Configuration(row.device, "Device")] if row.device else []
        earlier = [_facts(other) for other in others] if row.client else []
        return TicketContext(_facts(row), device, earlier, [_note(note) for note in row.demonotes.all()])

    def list_members(self) -> Sequence[MemberFacts]:
        people = User.objects.filter(team=self.connection.team, is_active=True).order_by("id")
        return [MemberFacts(str(person.pk), person.name, person.email) for person in people]

    def list_boards(self) -> Sequence[Named]:
        return BOARDS

    def list_statuses(self, board: str) -> Sequence[Named]:
        return STATUSES

    def list_types(self, board: str) -> Sequence[Named]:
        return TYPES

    def find_note(self, number: str, marker: str) -> NoteFacts | None:
        note = self._ticket(number).demonotes.filter(marker=marker).first()
        return _note(note) if note else None

    def add_note(self, number: str, text: str, kind: NoteKind, marker: str) -> str:
        given = {"team": self.connection.team, "text": text, "is_public": kind != NoteKind.INTERNAL}
        note, _ = DemoNote.objects.get_or_create(ticket=self._ticket(number), marker=marker, defaults=given)
        return str(note.pk)

    def set_status(self, number: str, status: str) -> None:
        self._set(number, state=status)

    def classify(self, number: str, wanted: Classification) -> None:
        if wanted.type:
            self._set(number, type=wanted.type)

    def find_time(self, number: str, marker: str) -> TimeFacts | None:
        time = self._ticket(number).demotimes.filter(marker=marker).first()
        return TimeFacts(str(time.pk), time.hours, is_public=False) if time else None

    def add_time(self, number: str, entry: TimeEntry) -> str:
        given = {"team": self.connection.team, "text": entry.text, "hours": entry.hours, "member": entry.member}
        time, _ = DemoTime.objects.get_or_create(ticket=self._ticket(number), marker=entry.marker, defaults=given)
        return str(time.pk)

    def find_file(self, number: str, name: str) -> str | None:
        file = self._ticket(number).demofiles.filter(marker=name).first()
        return str(file.pk) if file else None

    def attach(self, number: str, file: File) -> str:
        given = {"team": self.connection.team, "content": file.content}
        row, _ = DemoFile.objects.get_or_create(ticket=self._ticket(number), marker=file.name, defaults=given)
        return str(row.pk)

    def _tickets(self) -> QuerySet[DemoTicket]:
        return DemoTicket.objects.filter(team_id=self.connection.team_id)

    def _ticket(self, number: str) -> DemoTicket:
        row = self._tickets().filter(number=_number(number)).first()
        if row is None:
            raise NotFound("The demo PSA has no such ticket.")
        return row

    def _set(self, number: str, **values: str) -> None:
        for name, value in values.items():
            if value not in {named.id for named in OFFERED[name]}:
                raise Invalid("The demo PSA does not know this value.", name)
        self._tickets().filter(pk=self._ticket(number).pk).update(**values)


def _number(text: str) -> int:
    """0, which no ticket has, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def name_of(offered: Sequence[Named], id_: str) -> str:
    found = _named(offered, id_)
    return found.name if found else ""


def _named(offered: Sequence[Named], id_: str) -> Named | None:
    return next((named for named in offered if named.id == id_), None)


def _facts(row: DemoTicket) -> TicketFacts:
    return TicketFacts(
        number=str(row.number),
        title=row.title,
        body=row.body,
        client=Named(row.client, row.client) if row.client else None,
        contact=row.contact,
        device=row.device,
        priority=row.priority,
        owner=row.member,
        board=_named(BOARDS, row.board),
        status=_named(STATUSES, row.state),
        type=_named(TYPES, row.type),
        sla=row.sla,
        url=reverse("psa:demo-ticket", args=[row.number]),
        merged_into=row.merged_into,
        is_closed=row.state == CLOSED,
        opened_at=row.opened_at,
    )


def _note(note: DemoNote) -> NoteFacts:
    return NoteFacts(str(note.pk), note.text, note.is_public, written_at=note.created_at)
