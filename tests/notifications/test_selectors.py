from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from apps.notifications.kinds import NoticeKind
from apps.notifications.models import NoticePreference, QuietHours
from apps.notifications.selectors import (
    bell_of,
    closed_bell,
    email_choices,
    mail_times,
    notifications_page,
    quiet_hours_of,
)
from apps.teams.models import User
from tests.factories.notifications import BELL_ONLY, BY_MAIL, ON_CALL, NotificationFactory
from tests.factories.teams import UserFactory

NIGHT = datetime(2026, 1, 14, 23, tzinfo=UTC)
MORNING = datetime(2026, 1, 15, 8, tzinfo=UTC)


def test_unread_count_leaves_out_what_is_read_withdrawn_or_another_persons(engineer: User, lead: User) -> None:
    NotificationFactory.create_batch(2, recipient=engineer)
    NotificationFactory(recipient=engineer, read_at=timezone.now())
    NotificationFactory(recipient=engineer, withdrawn_at=timezone.now())
    NotificationFactory(recipient=lead)
    assert closed_bell(engineer).unread == 2


def test_unread_count_stops_at_a_hundred(engineer: User) -> None:
    NotificationFactory.create_batch(105, recipient=engineer)
    assert closed_bell(engineer).unread == 100


def test_bell_holds_the_latest_eight_read_or_not(engineer: User) -> None:
    now = timezone.now()
    rows = [NotificationFactory(recipient=engineer, created_at=now - timedelta(minutes=n)) for n in range(10)]
    rows[0].read_at = now
    rows[0].save()
    bell = bell_of(engineer, None)
    assert bell.rows == rows[:8]
    assert bell.unread == 9
    assert bell.newest == max(row.pk for row in rows[:8])


def test_bell_names_at_most_three_unread_ones_since_the_last_look_as_fresh(engineer: User) -> None:
    looked = timezone.now()
    later = [looked + timedelta(seconds=n) for n in range(1, 6)]
    before = NotificationFactory(recipient=engineer, title="before", created_at=looked)
    NotificationFactory(recipient=engineer, title="read", created_at=later[0], read_at=later[0])
    for n in range(1, 5):
        NotificationFactory(recipient=engineer, title=f"new {n}", created_at=later[n])
    assert [row.title for row in bell_of(engineer, before.pk).fresh] == ["new 4", "new 3", "new 2"]
    assert bell_of(engineer, before.pk + 100).fresh == bell_of(engineer, None).fresh == []


def test_notifications_page_goes_on_behind_its_cursor_without_gap_or_double(engineer: User) -> None:
    same_moment = timezone.now()
    rows = NotificationFactory.create_batch(60, recipient=engineer, created_at=same_moment)
    found, cursor = [], ""
    while cursor or not found:
        page = notifications_page(engineer, unread=False, notice="", cursor=cursor)
        found, cursor = found + page.rows, page.older
    assert found == rows[::-1]


@pytest.mark.parametrize(
    ("unread", "notice", "expected"),
    [(True, "", ["new", "mail"]), (False, BY_MAIL.key, ["mail"]), (True, BELL_ONLY.key, ["new"])],
)
def test_notifications_page_narrows_by_unread_and_kind(
    engineer: User, unread: bool, notice: str, expected: list[str]
) -> None:
    NotificationFactory(recipient=engineer, title="mail", notice=BY_MAIL.key)
    NotificationFactory(recipient=engineer, title="old", read_at=timezone.now())
    NotificationFactory(recipient=engineer, title="new")
    page = notifications_page(engineer, unread=unread, notice=notice, cursor="")
    assert [row.title for row in page.rows] == expected


def test_mail_times_follow_the_kind_until_the_person_decides(engineer: User, lead: User) -> None:
    assert mail_times([engineer], BY_MAIL, NIGHT) == {engineer.pk: NIGHT}
    assert mail_times([engineer], BELL_ONLY, NIGHT) == {}
    for kind, email in ((BY_MAIL, False), (BELL_ONLY, True)):
        NoticePreference.objects.create(team=engineer.team, person=engineer, notice=kind.key, email=email)
    assert mail_times([engineer, lead], BY_MAIL, NIGHT) == {lead.pk: NIGHT}
    assert mail_times([engineer, lead], BELL_ONLY, NIGHT) == {engineer.pk: NIGHT}


@pytest.mark.parametrize(("kind", "time_of_mail"), [(BY_MAIL, MORNING), (ON_CALL, NIGHT)])
def test_mail_times_wait_for_the_end_of_quiet_hours_unless_urgent(
    engineer: User, kind: NoticeKind, time_of_mail: datetime
) -> None:
    QuietHours.objects.create(team=engineer.team, person=engineer, start=time(18), end=time(8))
    assert mail_times([engineer], kind, NIGHT) == {engineer.pk: time_of_mail}
    assert mail_times([engineer], kind, MORNING) == {engineer.pk: MORNING}


def test_mail_times_read_quiet_hours_in_the_persons_zone(team: object) -> None:
    tokyo = UserFactory(team=team, time_zone="Asia/Tokyo")
    QuietHours.objects.create(team=team, person=tokyo, start=time(18), end=time(8))
    assert mail_times([tokyo], BY_MAIL, NIGHT) == {tokyo.pk: NIGHT}


def test_email_choices_are_the_defaults_until_the_person_decides(engineer: User, kinds: None) -> None:
    assert email_choices(engineer) == [BY_MAIL.key, ON_CALL.key]
    NoticePreference.objects.create(team=engineer.team, person=engineer, notice=BY_MAIL.key, email=False)
    assert email_choices(engineer) == [ON_CALL.key]


def test_quiet_hours_are_ones_own(engineer: User, lead: User) -> None:
    hours = QuietHours.objects.create(team=engineer.team, person=engineer)
    assert quiet_hours_of(engineer) == hours
    assert quiet_hours_of(lead) is None


def test_bell_tells_what_was_begun_before_the_last_look_and_committed_after_it(engineer: User) -> None:
    seen = closed_bell(engineer).newest
    late = NotificationFactory(recipient=engineer, created_at=timezone.now() - timedelta(minutes=1))
    assert bell_of(engineer, seen).fresh == [late]
