from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.crypto import encrypt
from apps.core.permissions import Role
from apps.notifications.models import Notification
from apps.sessions import handlers
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, Status
from apps.sessions.services import lifecycle
from apps.sessions.services.steps import add_note, set_variables
from apps.sessions.services.telling import wake_sessions
from apps.teams.models import User
from tests.factories.psa import ClientFactory
from tests.factories.sessions import FlowSessionFactory
from tests.factories.teams import UserFactory


def asleep(owner: User, minutes: int = -1, **fields: Any) -> FlowSession:
    """A paused session whose wake-up time is so many minutes from now."""
    wake_at = timezone.now() + timedelta(minutes=minutes)
    paused = {"status": Status.PAUSED, "pause_reason": "vendor", "wake_at": wake_at}
    return FlowSessionFactory(team=owner.team, owner=owner, **(paused | fields))


def told(person: User) -> list[Notification]:
    return list(Notification.objects.of(person).order_by("id"))


def test_session_whose_secret_cannot_be_read_is_called_by_its_number(engineer: User) -> None:
    paused = asleep(engineer, secrets={"pin": "of-a-lost-key"})
    assert wake_sessions() == 1
    (row,) = told(engineer)
    assert row.title == f"Back: session {paused.pk}"


def test_wake_sessions_tells_the_owner_what_is_back_and_what_it_waited_for(engineer: User, lead: User) -> None:
    paused = asleep(engineer, client=ClientFactory(team=engineer.team, name="Contoso"))
    assert wake_sessions() == 1
    (row,) = told(engineer)
    assert (row.title, row.body) == ("Back: VPN does not connect, Contoso", "Waiting for a vendor.")
    assert (row.url, row.subject) == (f"/pilot/{paused.pk}/", f"session:{paused.pk}")
    assert [action["url"] for action in row.actions] == [f"/pilot/{paused.pk}/go-on/", f"/pilot/{paused.pk}/snooze/"]
    assert told(lead) == []


def test_wake_sessions_tells_once(engineer: User) -> None:
    asleep(engineer)
    assert [wake_sessions(), wake_sessions()] == [1, 0]
    assert len(told(engineer)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 5},
        {"wake_at": None},
        {"status": Status.ACTIVE},
        {"status": Status.ABANDONED, "ended_at": timezone.now()},
    ],
)
def test_wake_sessions_lets_what_is_not_due_or_not_paused_sleep(engineer: User, fields: dict[str, Any]) -> None:
    asleep(engineer, **fields)
    assert wake_sessions() == 0
    assert told(engineer) == []


def test_wake_sessions_job_is_found(engineer: User) -> None:
    asleep(engineer)
    handlers.wake_sessions()
    assert len(told(engineer)) == 1


@pytest.mark.parametrize("act", [lifecycle.resume_session, lifecycle.snooze_session])
def test_session_that_is_resumed_or_put_off_leaves_the_bell(engineer: User, act: Any) -> None:
    paused = asleep(engineer)
    wake_sessions()
    act(paused.pk, by=engineer)
    paused.refresh_from_db()
    assert told(engineer) == []
    assert paused.woken_at is None


def test_session_that_is_abandoned_leaves_the_bell(engineer: User) -> None:
    paused = asleep(engineer)
    wake_sessions()
    lifecycle.abandon_session(paused.pk, by=engineer, reason="Solved itself")
    assert told(engineer) == []


def test_change_that_leaves_the_session_paused_leaves_it_in_the_bell(engineer: User) -> None:
    paused = asleep(engineer)
    wake_sessions()
    set_variables(paused.pk, by=engineer, values={})
    assert len(told(engineer)) == 1
    assert wake_sessions() == 0


def test_snooze_brings_it_back_in_an_hour_and_tells_anew(engineer: User) -> None:
    paused = asleep(engineer)
    wake_sessions()
    snoozed = lifecycle.snooze_session(paused.pk, by=engineer)
    assert timedelta(minutes=59) < snoozed.wake_at - timezone.now() <= timedelta(hours=1)
    FlowSession.objects.filter(pk=paused.pk).update(wake_at=timezone.now())
    assert wake_sessions() == 1


def test_snooze_of_an_active_session_is_refused(engineer: User) -> None:
    with pytest.raises(Refused):
        lifecycle.snooze_session(asleep(engineer, status=Status.ACTIVE).pk, by=engineer)


def test_note_of_a_teammate_is_told_to_the_owner(engineer: User, lead: User) -> None:
    flow_session = FlowSessionFactory(team=engineer.team, owner=engineer)
    add_note(flow_session.pk, by=lead, text="It is the second switch. " * 20)
    (row,) = told(engineer)
    assert row.title == f"{lead.name} added a note: VPN does not connect"
    assert row.body.startswith("It is the second switch.")
    assert len(row.body) == 200
    assert (row.by, row.url) == (lead, f"/pilot/{flow_session.pk}/")
    assert told(lead) == []


def test_secret_in_a_title_is_not_told(engineer: User, lead: User) -> None:
    known = {"title": "Login Maple-77 fails", "secrets": {"login": encrypt("Maple-77")}}
    asleep(engineer, **known)
    wake_sessions()
    add_note(FlowSessionFactory(team=engineer.team, owner=engineer, **known).pk, by=lead, text="It is Maple-77")
    titles = ["Back: Login {{login}} fails", f"{lead.name} added a note: Login {{{{login}}}} fails"]
    assert [row.title for row in told(engineer)] == titles
    assert told(engineer)[1].body == "It is {{login}}"


def test_note_of_the_owner_is_no_news(engineer: User) -> None:
    UserFactory(team=engineer.team, role=Role.TEAM_ADMIN)
    flow_session = FlowSessionFactory(team=engineer.team, owner=engineer)
    add_note(flow_session.pk, by=engineer, text="Second switch")
    assert not Notification.objects.exists()
