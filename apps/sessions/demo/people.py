"""The demo teams, their people, clients and tickets."""

import json
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from apps.core.permissions import Role
from apps.psa.demo_stock import stock_demo
from apps.psa.models import Client, ClientColour, Connection, DemoTicket, ProviderKind, Ticket
from apps.psa.providers.demo import BOARDS
from apps.teams.models import Team, User

TICKETS = Path(__file__).parent / "tickets.jsonl"
PASSWORD = "demo-password"  # noqa: S105 - printed at the start; production refuses the demo data
ZONE = "Europe/London"


def make_team(name: str) -> Team:
    return Team.objects.create(name=name, time_zone=ZONE)


def make_people(demo: Team, other: Team) -> dict[str, User]:
    """Everybody by the first part of the address."""
    people = [
        ("engineer@demo.example", "Dana Kowalski", demo, Role.ENGINEER, {}),
        ("engineer2@demo.example", "Tom Reyes", demo, Role.ENGINEER, {}),
        ("senior@demo.example", "Priya Shah", demo, Role.ENGINEER, {"is_senior": True}),
        ("admin@demo.example", "Ana Novak", demo, Role.TEAM_ADMIN, {"can_dispatch": True}),
        ("viewer@demo.example", "Vic Osei", demo, Role.VIEWER, {}),
        ("engineer@other.example", "Olga Petrov", other, Role.ENGINEER, {}),
        ("super@demo.example", "Sam Okafor", None, Role.SUPER_ADMIN, {}),
    ]
    password = make_password(PASSWORD)  # once: it takes a third of a second
    return {
        email: User.objects.create(
            email=email, password=password, name=name, team=team, role=role, time_zone=ZONE, **marks
        )
        for email, name, team, role, marks in people
    }


def connect_demo(team: Team, by: User) -> Connection:
    connection = Connection.objects.create(
        team=team, provider=ProviderKind.DEMO, connected_by=by, enters_time=True, answered_at=timezone.now()
    )
    stock_demo(connection)
    return connection


def make_tickets(connection: Connection) -> list[Ticket]:
    """The demo tickets with their clients, numbered from 48201, here and in the demo PSA."""
    rows = [json.loads(line) for line in TICKETS.read_text().splitlines()]
    names = sorted({row["client"] for row in rows})
    clients = {
        name: Client.objects.create(
            team=connection.team,
            connection=connection,
            external_id=name,
            name=name,
            colour=ClientColour.values[n % len(ClientColour.values)],
        )
        for n, name in enumerate(names)
    }
    tickets = [
        Ticket(
            team=connection.team,
            connection=connection,
            number=str(48201 + number),
            title=row["subject"][:300],
            body=row["body"],
            client=clients[row["client"]],
            contact=row["contact"],
            device=row["device"][:200],
            priority=row["priority"],
            board=BOARDS[0].id,
        )
        for number, row in enumerate(rows)
    ]
    DemoTicket.objects.bulk_create([_in_demo(ticket) for ticket in tickets])
    return Ticket.objects.bulk_create(tickets)


def _in_demo(ticket: Ticket) -> DemoTicket:
    alike = ("title", "body", "contact", "device", "priority", "board")
    fields = {name: getattr(ticket, name) for name in alike}
    return DemoTicket(team=ticket.team, number=int(ticket.number), client=str(ticket.client), **fields)
