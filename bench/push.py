"""The preview of a note before it goes to its ticket, beside a bare view over the same rows."""

from apps.psa.models import Connection, Ticket
from apps.teams.models import User
from bench import floor
from bench.actions import always
from bench.escalations import against
from bench.measure import Browser, Table, interleaved
from bench.rows import long_session

STEPS = 50


def measure(table: Table, by: User) -> None:
    connection, _ = Connection.objects.live().get_or_create(team=by.team, defaults={"provider": "demo"})
    flow_session = long_session(by, STEPS, 1)
    flow_session.ticket = Ticket.objects.create(team=by.team, connection=connection, number="990001", title="VPN")
    flow_session.save()
    ours, bare = Browser(by), Browser(by, floor.MIDDLEWARE)
    costs = interleaved(
        {
            "ours": always(ours.read(f"/pilot/{flow_session.pk}/push/")),
            "floor": always(bare.read(f"/floor/push/{flow_session.pk}/")),
        }
    )
    table.head(f"Preview of a note of {STEPS} steps")
    against(table, "preview", costs["ours"], costs["floor"])
