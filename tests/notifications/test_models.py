from datetime import time

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from apps.notifications.models import NoticePreference, Notification, QuietHours
from apps.teams.models import User
from tests.factories.notifications import BELL_ONLY, NotificationFactory


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_notification_refuses_an_address_that_is_not_ours(engineer: User, url: str) -> None:
    with pytest.raises(IntegrityError):
        NotificationFactory(recipient=engineer, url=url)


def test_of_holds_what_the_person_was_told_and_what_was_not_withdrawn(engineer: User, lead: User) -> None:
    mine = NotificationFactory(recipient=engineer)
    NotificationFactory(recipient=engineer, withdrawn_at=timezone.now())
    NotificationFactory(recipient=lead)
    assert list(Notification.objects.of(engineer)) == [mine]


def test_of_leaves_out_rows_of_a_team_the_person_has_left(engineer: User, outsider: User) -> None:
    NotificationFactory(recipient=engineer, team=outsider.team)
    assert not Notification.objects.of(engineer).exists()


def test_kind_that_is_declared_no_more_reads_by_its_key() -> None:
    assert Notification(notice="session.gone").kind.label == "session.gone"


def test_preference_is_one_a_person_and_kind(engineer: User) -> None:
    def prefer(email: bool) -> None:
        NoticePreference.objects.create(team=engineer.team, person=engineer, notice=BELL_ONLY.key, email=email)

    prefer(True)
    with pytest.raises(IntegrityError):
        prefer(False)


def test_quiet_hours_without_a_length_are_refused(engineer: User) -> None:
    with pytest.raises(IntegrityError):
        QuietHours.objects.create(team=engineer.team, person=engineer, start=time(8), end=time(8))


def test_names_read_well(engineer: User) -> None:
    assert str(Notification(title="Back: VPN")) == "Back: VPN"
    assert str(NoticePreference(notice="session.woke", person_id=5)) == "session.woke of 5"
    assert str(QuietHours(start=time(18), end=time(8))) == "18:00:00 to 08:00:00"


READS = {
    "notification_unread": "withdrawn_at IS NULL AND read_at IS NULL",
    "notification_newest": "withdrawn_at IS NULL",
    "notification_kind": "withdrawn_at IS NULL AND notice = 'session.woke'",
}


@pytest.mark.parametrize(("index", "where"), READS.items())
def test_reads_of_the_bell_have_an_index_in_their_order(db: None, index: str, where: str) -> None:
    read = f"SELECT id FROM notifications_notification WHERE recipient_id = 1 AND {where}"
    with connection.cursor() as cursor:
        for other in READS.keys() - {index}:
            cursor.execute(f"DROP INDEX {other}")  # a small table tempts the planner to any of them
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {read} ORDER BY created_at DESC, id DESC LIMIT 26")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan
    assert "Sort" not in plan
