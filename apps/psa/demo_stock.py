"""What the demo PSA holds when a team connects it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.psa.models import BoardRule, Connection, DemoNote, DemoTicket, PsaMember
from apps.psa.providers.demo import BOARDS, CLOSED, ESCALATED, STATUSES, name_of
from apps.teams.models import User

TICKETS = Path(__file__).parent / "demo_tickets.jsonl"


@transaction.atomic
def stock_demo(connection: Connection) -> None:
    """Give the team a dozen tickets, know its people, and set what happens on the boards. Repeated, it adds nothing."""
    for line in TICKETS.read_text().splitlines():
        _add_ticket(connection, **json.loads(line))
    people = User.objects.filter(team_id=connection.team_id, is_active=True)
    for person in people:
        known = {"team_id": connection.team_id, "name": person.name, "email": person.email, "user": person}
        PsaMember.objects.get_or_create(connection=connection, external_id=str(person.pk), defaults=known)
    for board in BOARDS:
        rule: dict[str, Any] = {"team_id": connection.team_id, "name": board.name}
        rule |= {"status_resolved": CLOSED, "status_escalated": ESCALATED}
        rule["names"] = {name: name_of(STATUSES, rule[name]) for name in ("status_resolved", "status_escalated")}
        BoardRule.objects.get_or_create(connection=connection, external_id=board.id, defaults=rule)


def _add_ticket(
    connection: Connection, *, number: int, hours: int, notes: list[tuple[str, bool]], **fields: str
) -> None:
    opened_at = timezone.now() - timedelta(hours=hours)
    given = {**fields, "opened_at": opened_at}
    ticket, is_new = DemoTicket.objects.get_or_create(team_id=connection.team_id, number=number, defaults=given)
    if is_new:
        DemoNote.objects.bulk_create(
            DemoNote(team_id=ticket.team_id, ticket=ticket, marker=f"demo-{place}", text=text, is_public=is_public)
            for place, (text, is_public) in enumerate(notes)
        )
