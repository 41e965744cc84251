"""The bell and the page of notifications of a person who was told a hundred thousand things."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from apps.notifications.models import Notification
from apps.teams.models import User
from bench import floor
from bench.actions import always
from bench.measure import Browser, Request, Table, interleaved

ROWS = 100_000
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def measure(table: Table, by: User) -> None:
    ours, bare = Browser(by), Browser(by, floor.MIDDLEWARE)
    tell(by)
    table.head(f"Notifications, {ROWS:,} rows of the person")
    costs = interleaved(
        {
            "page": always(ours.read("/notifications/")),
            "page, floor": always(bare.read("/floor/notifications/25/")),
            "bell": always(part(ours, "/notifications/bell/")),
            "bell, floor": always(bare.read("/floor/notifications/8/")),
        }
    )
    table.against("page of 25 notifications", costs["page"], costs["page, floor"], 3)
    table.against("list of the bell", costs["bell"], costs["bell, floor"], 3)
    table.row("list of the bell, gzipped", costs["bell"].gzipped / 1000, 3, unit="kB")


def part(browser: Browser, url: str) -> Request:
    return lambda: browser.get(url, headers=HTMX)


def tell(person: User) -> None:
    now = timezone.now()
    rows = (
        Notification(
            team=person.team, recipient=person, notice="session.note_added", subject=f"session:{n}", url=f"/pilot/{n}/",
            title=f"Tom Reyes added a note: VPN does not connect {n}", body="It is the second switch, not the first.",
            created_at=now - timedelta(minutes=n), read_at=None if n < 5 else now,
        )
        for n in range(ROWS)
    )  # fmt: skip
    Notification.objects.bulk_create(rows, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_notification")
