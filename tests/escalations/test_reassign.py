"""Leads and dispatchers give a session to another person, whatever became of who had it."""

import pytest

from apps.core.permissions import Role
from apps.escalations.models import HandoffStatus, Intent
from apps.escalations.services import AlreadyClaimed, HandoffManager
from apps.notifications.models import Notification
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, RecordKind, Status
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.lifecycle import pause_session
from apps.teams.models import User
from tests.escalations.seen import told
from tests.factories.escalations import claimed, handed_over
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory


@pytest.fixture
def heir(engineer: User) -> User:
    return UserFactory(team=engineer.team, name="Ivy Heir")


@pytest.fixture
def flow_session(engineer: User, senior: User, heir: User) -> FlowSession:
    return started_session(engineer)


def test_reassign_gives_an_active_session_away_with_what_was_typed(
    flow_session: FlowSession, engineer: User, heir: User, lead: User
) -> None:
    save_draft(flow_session.pk, by=engineer, step="session", field="note", text="Half a thought")
    HandoffManager(lead).reassign(flow_session.pk, target=heir)
    flow_session.refresh_from_db()
    assert (flow_session.owner, flow_session.status, flow_session.clock_at) == (heir, Status.ACTIVE, None)
    note, assigned = flow_session.records.order_by("ordinal")
    assert (note.kind, note.note, note.actor) == (RecordKind.NOTE, "Half a thought", engineer)
    assert (assigned.asked, assigned.answered, assigned.actor) == ("Assigned", "To Ivy Heir", lead)
    assert (told(heir), told(engineer), told(lead)) == (["handoff.assigned"], ["handoff.assigned"], [])


def test_reassign_of_what_waits_counts_as_its_pick_up(flow_session: FlowSession, heir: User, lead: User) -> None:
    handoff = handed_over(flow_session)
    HandoffManager(lead).reassign(flow_session.pk, target=heir)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.claimed_by) == (HandoffStatus.CLAIMED, heir)
    assert Notification.objects.filter(notice="handoff.open", withdrawn_at=None).count() == 0
    with pytest.raises(AlreadyClaimed, match="Ivy Heir was first"):
        HandoffManager(UserFactory(team=heir.team)).claim_handoff(handoff.pk)


def test_reassign_after_the_claimer_left_lets_the_next_one_return_it(
    flow_session: FlowSession, engineer: User, senior: User, heir: User, lead: User
) -> None:
    handoff = claimed(flow_session, senior)
    User.objects.filter(pk=senior.pk).update(is_active=False)
    HandoffManager(lead).reassign(flow_session.pk, target=heir)
    HandoffManager(heir).return_handoff(handoff.pk, advice="Set EAP-TLS")
    flow_session.refresh_from_db()
    assert flow_session.owner == engineer
    assert told(engineer) == ["handoff.taken", "handoff.assigned", "handoff.returned"]


def test_reassign_to_its_author_ends_the_handoff(flow_session: FlowSession, engineer: User, lead: User) -> None:
    handoff = claimed(flow_session, lead)
    HandoffManager(lead).reassign(flow_session.pk, target=engineer)
    handoff.refresh_from_db()
    flow_session.refresh_from_db()
    assert (handoff.status, flow_session.owner) == (HandoffStatus.TAKEN_BACK, engineer)


def test_reassign_to_oneself_starts_the_clock_and_stops_the_other(flow_session: FlowSession, lead: User) -> None:
    own = started_session(lead)
    HandoffManager(lead).reassign(flow_session.pk, target=lead)
    own.refresh_from_db()
    flow_session.refresh_from_db()
    assert (own.clock_at, flow_session.clock_at is None) == (None, False)


def test_reassign_of_parked_work_lets_it_go_on(flow_session: FlowSession, heir: User, lead: User) -> None:
    handed_over(flow_session, intent=Intent.PARK)
    HandoffManager(lead).reassign(flow_session.pk, target=heir)
    flow_session.refresh_from_db()
    assert flow_session.status == Status.ACTIVE


def test_reassign_of_a_paused_session_keeps_what_it_waits_for(
    flow_session: FlowSession, engineer: User, heir: User, lead: User
) -> None:
    pause_session(flow_session.pk, by=engineer, reason="part", wake_at=None)
    HandoffManager(lead).reassign(flow_session.pk, target=heir)
    flow_session.refresh_from_db()
    assert (flow_session.status, flow_session.pause_reason) == (Status.PAUSED, "part")


def test_dispatcher_may_reassign(flow_session: FlowSession, heir: User) -> None:
    dispatcher = UserFactory(team=heir.team, can_dispatch=True)
    assert HandoffManager(dispatcher).reassign(flow_session.pk, target=heir).owner == heir


@pytest.mark.parametrize("marks", [{}, {"is_senior": True}, {"role": Role.VIEWER, "can_dispatch": True}])
def test_reassign_by_who_does_not_lead_is_refused(flow_session: FlowSession, heir: User, marks: dict[str, str]) -> None:
    with pytest.raises(Refused, match="Only administrators and dispatchers"):
        HandoffManager(UserFactory(team=heir.team, **marks)).reassign(flow_session.pk, target=heir)


def test_reassign_to_who_has_it_already_is_refused(flow_session: FlowSession, engineer: User, lead: User) -> None:
    with pytest.raises(Refused, match="has it already"):
        HandoffManager(lead).reassign(flow_session.pk, target=engineer)


def test_reassign_across_teams_is_impossible(flow_session: FlowSession, lead: User, outsider: User) -> None:
    with pytest.raises(Refused, match="in your team"):
        HandoffManager(lead).reassign(flow_session.pk, target=outsider)
    theirs = started_session(outsider)
    with pytest.raises(FlowSession.DoesNotExist):
        HandoffManager(lead).reassign(theirs.pk, target=lead)
