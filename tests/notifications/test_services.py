from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from apps.notifications.kinds import Action, NoticeKind
from apps.notifications.models import Notification
from apps.notifications.services import mark_all_read, mark_read, notify, withdraw
from apps.teams.models import User
from tests.factories.notifications import BELL_ONLY, BY_MAIL, NotificationFactory
from tests.factories.teams import UserFactory

GO_ON = Action("Resume", "/pilot/7/go-on/", primary=True)


def tell(*recipients: User, kind: NoticeKind = BELL_ONLY, **said: Any) -> list[Notification]:
    words = {"subject": "session:7", "title": "Back: VPN does not connect", "url": "/pilot/7/"}
    return notify(kind, team=recipients[0].team, recipients=recipients, **(words | said))


def test_notify_writes_one_row_a_recipient_in_the_order_of_their_ids(engineer: User, lead: User) -> None:
    tell(lead, engineer, lead, body="The vendor was to call.", actions=[GO_ON])
    rows = list(Notification.objects.order_by("id"))
    assert [row.recipient for row in rows] == sorted([engineer, lead], key=lambda person: person.pk)
    assert rows[0].actions == [{"label": "Resume", "url": "/pilot/7/go-on/", "primary": True, "fields": {}}]
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


def test_notify_costs_as_many_statements_for_fifty_as_for_one(engineer: User, django_assert_num_queries: Any) -> None:
    for people in ([engineer], [engineer, *UserFactory.create_batch(49, team=engineer.team)]):
        with django_assert_num_queries(1):
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


def test_mark_read_keeps_the_time_of_the_first_reading(engineer: User) -> None:
    row = NotificationFactory(recipient=engineer)
    assert mark_read(row.pk, by=engineer) == row
    row.refresh_from_db()
    first = row.read_at
    mark_read(row.pk, by=engineer)
    row.refresh_from_db()
    assert first is not None
    assert row.read_at == first


def test_mark_read_of_another_person_is_unknown(engineer: User, lead: User) -> None:
    row = NotificationFactory(recipient=lead)
    with pytest.raises(Notification.DoesNotExist):
        mark_read(row.pk, by=engineer)


def test_mark_all_read_reads_ones_own_alone(engineer: User, lead: User) -> None:
    NotificationFactory.create_batch(2, recipient=engineer)
    NotificationFactory(recipient=lead)
    assert mark_all_read(by=engineer) == 2
    assert [row.recipient for row in Notification.objects.filter(read_at=None)] == [lead]
