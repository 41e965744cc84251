from datetime import time
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from apps.core.models import LiveEvent
from apps.notifications.kinds import Action, NoticeKind
from apps.notifications.models import NoticePreference, Notification, QuietHours
from apps.notifications.services import mark_all_read, notify, save_preferences, set_read, withdraw
from apps.teams.models import Team, User
from tests.factories.notifications import BELL_ONLY, BY_MAIL, ON_CALL, NotificationFactory
from tests.factories.teams import UserFactory

GO_ON = Action("Resume", "/pilot/7/go-on/", primary=True)


def tell(*recipients: User, kind: NoticeKind = BELL_ONLY, **said: Any) -> list[Notification]:
    words = {"subject": "session:7", "title": "Back: VPN does not connect", "url": "/pilot/7/"}
    return notify(kind, team=recipients[0].team, recipients=recipients, **(words | said))


def test_notify_writes_one_row_a_recipient_in_the_order_of_their_ids(engineer: User, lead: User) -> None:
    tell(lead, engineer, lead, body="The vendor was to call.", actions=[GO_ON])
    rows = list(Notification.objects.order_by("id"))
    assert [row.recipient for row in rows] == sorted([engineer, lead], key=lambda person: person.pk)
    assert rows[0].actions == [
        {"label": "Resume", "url": "/pilot/7/go-on/", "primary": True, "fields": {}, "is_link": False}
    ]
    assert (rows[0].notice, rows[0].subject, rows[0].body) == (BELL_ONLY.key, "session:7", "The vendor was to call.")
    assert rows[0].read_at is rows[0].withdrawn_at is None


def test_notify_leaves_out_who_did_it(engineer: User, lead: User) -> None:
    assert [row.recipient for row in tell(engineer, lead, by=lead)] == [engineer]


def test_notify_leaves_out_people_who_left_and_people_of_another_team(engineer: User, outsider: User) -> None:
    gone = UserFactory(team=engineer.team, is_active=False)
    assert [row.recipient for row in tell(engineer, gone, outsider)] == [engineer]


def test_notify_cuts_a_title_that_is_too_long(engineer: User) -> None:
    assert len(tell(engineer, title="long " * 100)[0].title) == 200


def test_notify_nobody_writes_nothing(engineer: User) -> None:
    assert tell(engineer, by=engineer) == []


@pytest.mark.django_db(transaction=True)
def test_notify_outside_a_transaction_is_refused() -> None:
    person = UserFactory()
    with pytest.raises(TransactionManagementError):
        tell(person)
    assert not Notification.objects.exists()


def break_off_after_telling(person: User) -> None:
    with transaction.atomic():
        tell(person)
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_notify_of_what_is_rolled_back_leaves_no_row() -> None:
    with pytest.raises(ZeroDivisionError):
        break_off_after_telling(UserFactory())
    assert not Notification.objects.exists()


def test_notify_asks_once_writes_once_and_tells_each_person_once(team: Team, django_assert_num_queries: Any) -> None:
    for count in (1, 20):
        people = UserFactory.create_batch(count, team=team)
        with django_assert_num_queries(3 + count):
            tell(*people)


def test_withdraw_takes_back_one_kind_about_one_subject_of_one_team(engineer: User, outsider: User) -> None:
    first, *_others = [
        NotificationFactory(recipient=person, notice=kind.key, subject=subject)
        for person, kind, subject in [
            (engineer, BELL_ONLY, "session:7"),
            (engineer, BY_MAIL, "session:7"),
            (engineer, BELL_ONLY, "session:8"),
            (outsider, BELL_ONLY, "session:7"),
        ]
    ]
    assert withdraw(BELL_ONLY, team=engineer.team, subject="session:7") == 1
    assert set(Notification.objects.exclude(withdrawn_at=None)) == {first}
    assert withdraw(BELL_ONLY, team=engineer.team, subject="session:7") == 0


@pytest.mark.django_db(transaction=True)
def test_withdraw_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionManagementError):
        withdraw(BELL_ONLY, team=UserFactory().team, subject="session:7")


def test_set_read_keeps_the_time_of_the_first_reading(engineer: User) -> None:
    row = NotificationFactory(recipient=engineer)
    assert set_read(row.pk, by=engineer, read=True) == row
    row.refresh_from_db()
    first = row.read_at
    set_read(row.pk, by=engineer, read=True)
    row.refresh_from_db()
    assert first is not None
    assert row.read_at == first


def test_set_read_takes_it_back(engineer: User) -> None:
    row = NotificationFactory(recipient=engineer, read_at=timezone.now())
    set_read(row.pk, by=engineer, read=False)
    row.refresh_from_db()
    assert row.read_at is None


def test_set_read_of_another_person_or_what_was_withdrawn_is_unknown(engineer: User, lead: User) -> None:
    theirs = NotificationFactory(recipient=lead)
    gone = NotificationFactory(recipient=engineer, withdrawn_at=timezone.now())
    for row in (theirs, gone):
        with pytest.raises(Notification.DoesNotExist):
            set_read(row.pk, by=engineer, read=True)


def test_mark_all_read_reads_ones_own_alone(engineer: User, lead: User) -> None:
    NotificationFactory.create_batch(2, recipient=engineer)
    NotificationFactory(recipient=lead)
    assert mark_all_read(by=engineer) == 2
    assert [row.recipient for row in Notification.objects.filter(read_at=None)] == [lead]


def bells() -> list[str]:
    """Channels that were told to look at their bell, in the order of the telling."""
    return list(LiveEvent.objects.filter(name="bell").order_by("id").values_list("channel", flat=True))


def test_what_changes_a_bell_is_told_to_its_person(engineer: User, lead: User) -> None:
    first, second = sorted([engineer.pk, lead.pk])
    (row, _) = tell(lead, engineer)
    assert bells() == [f"user-{first}", f"user-{second}"]
    set_read(row.pk, by=row.recipient, read=True)
    mark_all_read(by=row.recipient)  # nothing is left to be read, so nothing is told
    withdraw(BELL_ONLY, team=engineer.team, subject="session:7")
    assert bells()[2:] == [f"user-{row.recipient_id}", f"user-{first}", f"user-{second}"]


def chosen(person: User) -> dict[str, bool]:
    return dict(NoticePreference.objects.filter(person=person).values_list("notice", "email"))


def test_save_preferences_keeps_every_kind_as_it_was_chosen(engineer: User, kinds: None) -> None:
    save_preferences(by=engineer, email=[BELL_ONLY.key], quiet=None)
    assert chosen(engineer) == {BELL_ONLY.key: True, BY_MAIL.key: False, ON_CALL.key: False}
    save_preferences(by=engineer, email=[BY_MAIL.key], quiet=None)
    assert chosen(engineer) == {BELL_ONLY.key: False, BY_MAIL.key: True, ON_CALL.key: False}


def test_save_preferences_sets_changes_and_removes_quiet_hours(engineer: User) -> None:
    for hours in (
        QuietHours(start=time(18), end=time(8), days=[0]),
        QuietHours(start=time(12), end=time(13), days=[5]),
    ):
        save_preferences(by=engineer, email=[], quiet=hours)
        row = QuietHours.objects.get(person=engineer)
        assert (row.start, row.end, row.days) == (hours.start, hours.end, hours.days)
    save_preferences(by=engineer, email=[], quiet=None)
    assert not QuietHours.objects.exists()
