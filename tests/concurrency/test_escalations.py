"""Several people reach for one session at once, each with a connection of their own: one has it, others are told."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from apps.escalations.calls import tell_overdue
from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.services import AlreadyClaimed, Call, HandoffManager
from apps.notifications.models import Notification
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, Status
from apps.sessions.services.change import Stale
from apps.sessions.services.lifecycle import open_clock, resolve_session, resume_session
from apps.teams.models import User
from tests.concurrency.test_sessions import at_once
from tests.factories.escalations import claimed, handed_over
from tests.factories.flows import published_flow
from tests.factories.sessions import FlowSessionFactory
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
SOAK = bool(os.environ.get("RF_SOAK"))
RACES, PAIRS = (1000, 200) if SOAK else (12, 4)
CALLS = ("handoff.open", "handoff.yours", "handoff.overdue")


@pytest.fixture
def author() -> User:
    return UserFactory(name="Jo Junior")


@pytest.fixture
def seniors(author: User) -> list[User]:
    return UserFactory.create_batch(4, team=author.team, is_senior=True)


@pytest.fixture
def begin(author: User, seniors: list[User]) -> Callable[[], FlowSession]:
    """Another session of the author's, as it is while they work."""
    flow = published_flow(team=author.team, runs=10_000)
    place = [[flow.published_id, "scope"]]
    return lambda: FlowSessionFactory(
        team=author.team, owner=author, flow=flow, version=flow.published, place=place, title="VPN"
    )


def claim(handoff: SessionHandoff, by: User) -> Callable[[], Any]:
    return lambda: HandoffManager(by).claim_handoff(handoff.pk)


def owned_by(handoff: SessionHandoff) -> User:
    return FlowSession.objects.select_related("owner").get(pk=handoff.flow_session_id).owner


def calls_left(handoff: SessionHandoff) -> int:
    rows = Notification.objects.filter(subject=handoff.subject, notice__in=CALLS)
    return rows.filter(withdrawn_at=None).count()


def assert_one_won(said: list[Any], handoff: SessionHandoff) -> None:
    """Exactly one has it; everybody else was told who."""
    winner = owned_by(handoff)
    late = [answer for answer in said if isinstance(answer, Refused)]
    assert len(late) == len(said) - 1
    assert all(isinstance(answer, AlreadyClaimed) and winner.name in str(answer) for answer in late), late
    assert calls_left(handoff) == 0


def test_claims_at_once_leave_one_owner_and_name_them_to_all_others(begin, seniors: list[User]) -> None:
    for number in range(RACES):
        handoff = handed_over(begin())
        said = at_once([claim(handoff, by) for by in seniors[: 2 + number % 3]])
        assert_one_won(said, handoff)
        handoff.refresh_from_db()
        assert (handoff.status, handoff.claimed_by) == (HandoffStatus.CLAIMED, owned_by(handoff))
        assert handoff.flow_session.records.filter(asked="Picked up").count() == 1


def test_claim_and_take_back_at_once_leave_one_owner(begin, author: User, seniors: list[User]) -> None:
    for _ in range(PAIRS):
        handoff = handed_over(begin())
        assert_one_won(at_once([claim(handoff, seniors[0]), lambda h=handoff: back(author, h)]), handoff)


def back(author: User, handoff: SessionHandoff) -> SessionHandoff:
    return HandoffManager(author).take_back(handoff.pk)


def test_claim_and_resumption_of_parked_work_at_once_leave_one_owner(begin, author: User, seniors: list[User]) -> None:
    for _ in range(PAIRS):
        handoff = handed_over(begin(), intent=Intent.PARK)
        resume = lambda h=handoff: resume_session(h.flow_session_id, by=author)  # noqa: E731
        said = at_once([claim(handoff, seniors[0]), resume])
        assert sum(isinstance(answer, Refused) for answer in said) == 1
        assert FlowSession.objects.get(pk=handoff.flow_session_id).status == Status.ACTIVE
        assert isinstance(said[0], AlreadyClaimed) == (owned_by(handoff) == author)


def test_claim_during_the_next_call_silences_it(begin, seniors: list[User]) -> None:
    for _ in range(PAIRS):
        handoff = handed_over(begin())
        SessionHandoff.objects.filter(pk=handoff.pk).update(due_at=timezone.now() - timedelta(minutes=1))
        won, told = at_once([claim(handoff, seniors[0]), tell_overdue])
        assert (won.claimed_by, told in (0, 1)) == (seniors[0], True)
        assert calls_left(handoff) == 0


def test_return_and_resolution_at_once_leave_one_end(begin, author: User, seniors: list[User]) -> None:
    senior = seniors[0]
    for _ in range(PAIRS):
        handoff = claimed(begin(), senior)
        flow_session = FlowSession.objects.get(pk=handoff.flow_session_id)
        said = at_once(
            [
                lambda h=handoff: HandoffManager(senior).return_handoff(h.pk, advice="Set EAP-TLS"),
                lambda f=flow_session: resolve_session(f.pk, by=senior, revision=f.revision, outcome="resolved"),
            ]
        )
        assert sum(isinstance(answer, Refused) for answer in said) == 1
        flow_session.refresh_from_db()
        ended = flow_session.status == Status.RESOLVED
        assert flow_session.owner == (senior if ended else author)
        assert flow_session.records.filter(asked="Returned with advice").count() == (not ended)


def test_escalation_from_two_windows_makes_one_handoff(begin, author: User) -> None:
    for _ in range(PAIRS):
        flow_session = begin()
        give = lambda f=flow_session: HandoffManager(author).create_handoff(f.pk, intent=Intent.ESCALATE, call=Call())  # noqa: E731
        said = at_once([give, give, give])
        assert sum(isinstance(answer, Stale) for answer in said) == 2
        assert flow_session.handoffs.count() == flow_session.records.count() == 1


def test_pick_up_from_two_windows_of_one_person_is_one_pick_up(begin, seniors: list[User]) -> None:
    for _ in range(PAIRS):
        handoff = handed_over(begin())
        said = at_once([claim(handoff, seniors[0])] * 3)
        assert {answer.claimed_by for answer in said} == {seniors[0]}
        assert handoff.flow_session.records.filter(asked="Picked up").count() == 1


def test_people_who_reach_for_each_others_sessions_never_deadlock(begin, author: User, seniors: list[User]) -> None:
    for _ in range(PAIRS):
        rows = [handed_over(begin()) for _ in range(3)]
        acts = [claim(handoff, by) for handoff in rows for by in seniors[:2]]
        acts += [lambda h=handoff: back(author, h) for handoff in rows]
        said = at_once([*acts, tell_overdue, partial(open_clock, begin().pk, by=author)])
        assert sum(isinstance(answer, SessionHandoff) for answer in said) == len(rows)
        assert all(isinstance(answer, AlreadyClaimed) for answer in said if isinstance(answer, Refused))


def test_claim_and_assignment_at_once_leave_the_one_whom_the_handoff_names(begin, seniors: list[User]) -> None:
    lead = UserFactory(team=seniors[0].team, can_dispatch=True)
    for _ in range(PAIRS):
        handoff = handed_over(begin())
        give = lambda h=handoff: HandoffManager(lead).reassign(h.flow_session_id, target=seniors[1])  # noqa: E731
        at_once([claim(handoff, seniors[0]), give])
        handoff.refresh_from_db()
        assert handoff.claimed_by == owned_by(handoff) == seniors[1]


@pytest.mark.parametrize("status", Status.values)
def test_every_status_fits_into_the_column(begin, status: str) -> None:
    fields = {"ended_at": timezone.now(), "outcome": "resolved"} if status in FlowSession.ENDED else {}
    flow_session = begin()
    FlowSession.objects.filter(pk=flow_session.pk).update(status=status, **fields)
    flow_session.refresh_from_db()
    assert flow_session.status == status
