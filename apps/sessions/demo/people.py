"""The demo teams, their people, clients and tickets."""

import json
from pathlib import Path

from apps.core.permissions import Role
from apps.psa.models import Client, ClientColour, Ticket
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
    return {
        email: User.objects.create_user(email, PASSWORD, name=name, team=team, role=role, time_zone=ZONE, **marks)
        for email, name, team, role, marks in people
    }


def make_tickets(team: Team) -> list[Ticket]:
    """The demo tickets with their clients, numbered from 48201."""
    rows = [json.loads(line) for line in TICKETS.read_text().splitlines()]
    names = sorted({row["client"] for row in rows})
    clients = {
        name: Client.objects.create(team=team, name=name, colour=ClientColour.values[n % len(ClientColour.values)])
        for n, name in enumerate(names)
    }
    return Ticket.objects.bulk_create(
        [
            Ticket(
                team=team,
                number=str(48201 + number),
                title=row["subject"][:300],
                body=row["body"],
                client=clients[row["client"]],
                contact=row["contact"],
                device=row["device"][:200],
                priority=row["priority"],
            )
            for number, row in enumerate(rows)
        ]
    )
