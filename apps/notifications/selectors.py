from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from apps.core.models import OutboxMessage
from apps.core.paging import Keyset, Page, moment
from apps.notifications.kinds import KINDS, NoticeKind
from apps.notifications.models import MOST_COUNTED, Delivery, NoticePreference, Notification, QuietHours, TeamChannel
from apps.notifications.quiet import Quiet
from apps.teams.models import Team, User

NEWEST = Keyset("created_at", moment)
PAGE_SIZE = 25
IN_BELL = 8
TOASTS = 3
# Every page shows it: written by hand, since Django takes longer to compose it than PostgreSQL to answer it.
_HELD = f"FROM {Notification._meta.db_table} WHERE team_id = %s AND recipient_id = %s AND withdrawn_at IS NULL"
_CLOSED = f"""
    SELECT (SELECT count(*) FROM (SELECT {_HELD} AND read_at IS NULL LIMIT {MOST_COUNTED + 1}) unread),
        COALESCE((SELECT id {_HELD} ORDER BY created_at DESC, id DESC LIMIT 1), 0)
"""  # noqa: S608 - the name of a table and a number of ours


@dataclass(frozen=True)
class Bell:
    """What the top bar shows of a person's notifications; `rows` is None until the bell is opened.

    `newest` is the id of the last one it knows of. Ids of a team rise in the order in which they commit; times do not.
    """

    unread: int
    newest: int
    rows: list[Notification] | None = None
    fresh: list[Notification] = field(default_factory=list)


def closed_bell(person: User) -> Bell:
    """How many notifications the person has not read; counting stops behind MOST_COUNTED."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [person.team_id, person.pk] * 2)
        return Bell(*cursor.fetchone())


def bell_of(person: User, seen: int | None) -> Bell:
    """The newest notifications; fresh are unread ones that came after the one whose id was `seen`."""
    rows = list(Notification.objects.of(person).order_by("-created_at", "-id")[:IN_BELL])
    fresh = [row for row in rows if seen is not None and row.pk > seen and row.read_at is None]
    newest = max([seen or 0, *(row.pk for row in rows)])
    return Bell(closed_bell(person).unread, newest, rows, fresh[:TOASTS])


def notifications_page(person: User, *, unread: bool, notice: str, cursor: str) -> Page[Notification]:
    rows = Notification.objects.of(person)
    rows = rows.unread() if unread else rows
    return NEWEST.page([rows.filter(notice=notice) if notice else rows], cursor, PAGE_SIZE)


def mail_times(people: Collection[User], kind: NoticeKind, now: datetime) -> dict[int, datetime]:
    """When to send each person an e-mail, by id: now, or when quiet hours end. Who wants none is left out."""
    chosen = dict(NoticePreference.objects.filter(person__in=people, notice=kind.key).values_list("person", "email"))
    wanting = [person for person in people if chosen.get(person.pk, kind.email)]
    held = {} if kind.urgent else _quiet_until(wanting, now)
    return {person.pk: held.get(person.pk, now) for person in wanting}


def _quiet_until(people: Collection[User], now: datetime) -> dict[int, datetime]:
    zones = {person.pk: ZoneInfo(person.time_zone) for person in people}
    rows = QuietHours.objects.filter(person__in=people)
    ends = {row.person_id: Quiet(row.start, row.end, row.days, zones[row.person_id]).until(now) for row in rows}
    return {pk: end for pk, end in ends.items() if end}


def email_choices(person: User) -> list[str]:
    """Keys of the kinds that the person gets by e-mail too."""
    chosen = dict(NoticePreference.objects.filter(person=person).values_list("notice", "email"))
    return [kind.key for kind in KINDS.values() if chosen.get(kind.key, kind.email)]


def quiet_hours_of(person: User) -> QuietHours | None:
    return QuietHours.objects.visible_to(person).filter(person=person).first()


def people_told(team: Team, subject: str, but: User | None = None) -> list[str]:
    """Who was told of a subject and when, each person once and one of them left out, for a page of the team."""
    rows = Notification.objects.filter(team=team, subject=subject).exclude(recipient=but)
    rows = rows.select_related("recipient").order_by("pk")
    lines = {row.recipient_id: f"{row.recipient.name} {timezone.localtime(row.created_at):%H:%M}" for row in rows}
    return list(lines.values())


@dataclass(frozen=True)
class ChannelRow:
    """A channel of the chat with its last post, if there was one, and what of it the outbox tells."""

    channel: TeamChannel
    last: Delivery | None = None
    message: OutboxMessage | None = None

    @property
    def kinds(self) -> list[NoticeKind]:
        return [kind for kind in KINDS.values() if kind.channels and kind.key not in self.channel.left_out]


def channel_rows(person: User) -> list[ChannelRow]:
    channels = list(TeamChannel.objects.visible_to(person).order_by("name", "id"))
    posts = Delivery.objects.visible_to(person).filter(channel__in=channels).order_by("channel_id", "-id")
    last = {post.channel_id: post for post in posts.distinct("channel_id")}
    messages = OutboxMessage.objects.visible_to(person).filter(subject__in=[post.subject for post in last.values()])
    by_subject = {message.subject: message for message in messages}
    rows = [(channel, last.get(channel.pk)) for channel in channels]
    return [ChannelRow(channel, post, by_subject.get(post.subject) if post else None) for channel, post in rows]
