from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.permissions import Role
from apps.escalations.calls import tell_overdue
from apps.escalations.ends import close_ended, close_resumed
from apps.escalations.models import HandoffStatus, Intent, OnCallShift, SessionHandoff, Way
from apps.escalations.services import AlreadyClaimed, Call, HandoffManager
from apps.notifications.models import Delivery, Notification
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, RecordKind, Status
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.lifecycle import pause_session, resolve_session, resume_session
from apps.sessions.services.steps import Typed, answer_step
from apps.teams.models import User
from tests.escalations.seen import told
from tests.factories.channels import TeamChannelFactory
from tests.factories.escalations import claimed, handed_over
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory


def written(flow_session: FlowSession) -> tuple[Any, ...]:
    flow_session.refresh_from_db()
    rows = flow_session.handoffs.count(), flow_session.records.count(), Notification.objects.count()
    return flow_session.status, flow_session.owner_id, flow_session.revision, *rows


def test_escalation_writes_handoff_status_record_and_bell_at_once(flow_session: FlowSession, senior: User) -> None:
    handoff = handed_over(flow_session, notes="Which policy matches?", reason="access", priority="high")
    flow_session.refresh_from_db()
    assert (flow_session.status, flow_session.clock_at) == (Status.ESCALATED, None)
    assert (handoff.status, handoff.intent, handoff.priority) == (HandoffStatus.OPEN, Intent.ESCALATE, "high")
    record = flow_session.records.get(ordinal=handoff.from_ordinal)
    assert (record.kind, record.note, record.reason) == (
        RecordKind.HANDOFF,
        "Which policy matches?",
        "Needs rights I do not have",
    )
    assert told(senior) == ["handoff.open"]
    assert told(flow_session.owner) == []


def test_escalation_to_a_target_calls_the_target_alone(flow_session: FlowSession, senior: User) -> None:
    target = UserFactory(team=flow_session.team)
    handed_over(flow_session, target=target)
    assert (told(target), told(senior)) == (["handoff.yours"], [])


def test_escalation_without_seniors_calls_everybody_but_author_and_viewer(engineer: User, lead: User) -> None:
    viewer, colleague = UserFactory(team=engineer.team, role=Role.VIEWER), UserFactory(team=engineer.team)
    handed_over(started_session(engineer))
    assert (told(lead), told(colleague), told(viewer)) == (["handoff.open"], ["handoff.open"], [])


def test_escalation_while_the_senior_is_away_calls_who_is_there(flow_session: FlowSession, senior: User) -> None:
    senior.back_at = timezone.now() + timedelta(hours=1)
    senior.save()
    colleague = UserFactory(team=flow_session.team)
    handed_over(flow_session)
    assert (told(senior), told(colleague)) == ([], ["handoff.open"])


def test_escalation_while_everybody_is_away_calls_them_all_the_same(flow_session: FlowSession, senior: User) -> None:
    User.objects.exclude(pk=flow_session.owner_id).update(back_at=timezone.now() + timedelta(hours=1))
    handed_over(flow_session)
    assert told(senior) == ["handoff.open"]


@pytest.mark.parametrize("which", ["oneself", "outsider", "viewer", "deactivated"])
def test_escalation_to_who_cannot_take_it_is_refused_and_writes_nothing(
    flow_session: FlowSession, outsider: User, which: str
) -> None:
    team = flow_session.team
    target = {
        "oneself": lambda: flow_session.owner,
        "outsider": lambda: outsider,
        "viewer": lambda: UserFactory(team=team, role=Role.VIEWER),
        "deactivated": lambda: UserFactory(team=team, is_active=False),
    }[which]()
    before = written(flow_session)
    with pytest.raises(Refused):
        handed_over(flow_session, target=target)
    assert written(flow_session) == before


def test_escalation_of_somebody_elses_session_is_refused(flow_session: FlowSession, senior: User) -> None:
    before = written(flow_session)
    with pytest.raises(Refused, match="works on this session"):
        HandoffManager(senior).create_handoff(flow_session.pk, intent=Intent.ESCALATE, call=Call())
    assert written(flow_session) == before


def test_escalation_of_another_teams_session_does_not_exist(flow_session: FlowSession, outsider: User) -> None:
    with pytest.raises(FlowSession.DoesNotExist):
        HandoffManager(outsider).create_handoff(flow_session.pk, intent=Intent.ESCALATE, call=Call())


def test_second_escalation_is_refused_and_writes_nothing(flow_session: FlowSession) -> None:
    handed_over(flow_session)
    before = written(flow_session)
    with pytest.raises(Refused):
        handed_over(flow_session)
    assert written(flow_session) == before


def test_escalation_puts_what_is_being_typed_on_record(flow_session: FlowSession, engineer: User) -> None:
    save_draft(flow_session.pk, by=engineer, step="session", field="note", text="Half a thought")
    save_draft(flow_session.pk, by=engineer, step="x", field="ran-0", text="yes")  # a tick says nothing by itself
    handed_over(flow_session)
    assert flow_session.records.get(kind=RecordKind.NOTE).note == "Half a thought"
    assert not flow_session.drafts.exists()


def test_parking_keeps_the_session_paused_and_calls_nobody(flow_session: FlowSession, senior: User) -> None:
    handed_over(flow_session, intent=Intent.PARK, notes="Restart after six")
    flow_session.refresh_from_db()
    assert flow_session.status == Status.PAUSED
    assert told(senior) == []
    assert SessionHandoff.objects.open().count() == 1


def test_parking_for_somebody_calls_that_person_alone(flow_session: FlowSession, senior: User) -> None:
    target, on_call = UserFactory.create_batch(2, team=flow_session.team)
    all_day = {"begins": time(0), "ends": time(0)}
    for weekday in range(7):
        OnCallShift.objects.create(team=flow_session.team, person=on_call, weekday=weekday, **all_day)
    TeamChannelFactory(team=flow_session.team, owner=senior)
    handed_over(flow_session, intent=Intent.PARK, target=target)
    assert (told(target), told(on_call), told(senior)) == (["handoff.yours"], [], [])
    assert not Delivery.objects.exclude(channel=None).exists()


def test_parked_session_that_goes_on_waits_for_nobody(flow_session: FlowSession, engineer: User) -> None:
    handoff = handed_over(flow_session, intent=Intent.PARK)
    resume_session(flow_session.pk, by=engineer)
    assert not SessionHandoff.objects.open().exists()
    close_resumed(flow_session.pk)
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.TAKEN_BACK


def test_parked_session_that_is_parked_again_is_refused_and_stays_as_it_is(flow_session: FlowSession) -> None:
    parked = handed_over(flow_session, intent=Intent.PARK, notes="Call back on Monday")
    before = written(flow_session)
    with pytest.raises(Refused, match="It is parked already, so nothing was written"):
        handed_over(flow_session, intent=Intent.PARK, notes="Call back on Tuesday")
    parked.refresh_from_db()
    assert (written(flow_session), parked.status) == (before, HandoffStatus.OPEN)


def test_parked_session_that_is_escalated_has_one_open_handoff(flow_session: FlowSession) -> None:
    parked = handed_over(flow_session, intent=Intent.PARK)
    escalated = handed_over(flow_session)
    parked.refresh_from_db()
    assert (parked.status, escalated.status) == (HandoffStatus.TAKEN_BACK, HandoffStatus.OPEN)


def test_claim_gives_the_session_its_clock_and_the_bells_their_peace(flow_session: FlowSession, senior: User) -> None:
    another = UserFactory(team=flow_session.team, is_senior=True)
    handoff = handed_over(flow_session)
    HandoffManager(senior).claim_handoff(handoff.pk, way=Way.OWN)
    flow_session.refresh_from_db()
    handoff.refresh_from_db()
    assert (flow_session.owner, flow_session.status) == (senior, Status.ACTIVE)
    assert flow_session.clock_at is not None
    assert (handoff.claimed_by, handoff.way, handoff.status) == (senior, Way.OWN, HandoffStatus.CLAIMED)
    assert (told(another), told(handoff.created_by)) == ([], ["handoff.taken"])


def test_claim_lets_the_senior_work_in_the_same_session(flow_session: FlowSession, senior: User) -> None:
    claimed(flow_session, senior)
    flow_session.refresh_from_db()
    answer_step(flow_session.pk, by=senior, revision=flow_session.revision, choice=0, typed=Typed())
    assert flow_session.records.last().actor == senior


def test_claim_stops_the_clock_on_the_seniors_own_session(flow_session: FlowSession, senior: User) -> None:
    own = started_session(senior)
    claimed(flow_session, senior)
    own.refresh_from_db()
    assert (own.clock_at, own.status) == (None, Status.ACTIVE)


def test_claim_again_by_the_same_person_changes_nothing(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    before = written(flow_session)
    assert HandoffManager(senior).claim_handoff(handoff.pk) == handoff
    assert written(flow_session) == before


def test_claim_by_a_second_person_names_the_winner(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    before = written(flow_session)
    with pytest.raises(AlreadyClaimed, match="Sam Senior") as refused:
        HandoffManager(UserFactory(team=flow_session.team)).claim_handoff(handoff.pk)
    assert refused.value.handoff.claimed_at is not None
    assert written(flow_session) == before


def test_claim_by_its_author_is_refused(flow_session: FlowSession, engineer: User) -> None:
    handoff = handed_over(flow_session)
    with pytest.raises(Refused, match="Take it back"):
        HandoffManager(engineer).claim_handoff(handoff.pk)


def test_claim_by_a_viewer_is_refused(flow_session: FlowSession, viewer: User) -> None:
    handoff = handed_over(flow_session)
    with pytest.raises(Refused):
        HandoffManager(viewer).claim_handoff(handoff.pk)


def test_claim_by_another_team_does_not_exist(flow_session: FlowSession, outsider: User) -> None:
    handoff = handed_over(flow_session)
    with pytest.raises(SessionHandoff.DoesNotExist):
        HandoffManager(outsider).claim_handoff(handoff.pk)


def test_claim_of_a_session_with_the_older_status_works_the_same(flow_session: FlowSession, senior: User) -> None:
    handoff = handed_over(flow_session)
    FlowSession.objects.filter(pk=flow_session.pk).update(status=Status.REQUESTING_ESCALATION)
    assert SessionHandoff.objects.open().get() == handoff
    HandoffManager(senior).claim_handoff(handoff.pk)
    flow_session.refresh_from_db()
    assert flow_session.status == Status.ACTIVE


def test_take_back_before_anybody_picked_up_gives_the_author_the_session(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    HandoffManager(engineer).take_back(handed_over(flow_session).pk)
    flow_session.refresh_from_db()
    assert (flow_session.status, flow_session.owner) == (Status.ACTIVE, engineer)
    assert told(senior) == []


def test_take_back_after_the_claim_is_refused(flow_session: FlowSession, engineer: User, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    with pytest.raises(AlreadyClaimed, match="Sam Senior"):
        HandoffManager(engineer).take_back(handoff.pk)


def test_return_gives_the_author_the_session_with_the_advice_on_record(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    handoff = claimed(flow_session, senior)
    HandoffManager(senior).return_handoff(handoff.pk, advice="Set EAP-TLS in the profile")
    flow_session.refresh_from_db()
    assert (flow_session.owner, flow_session.status, flow_session.clock_at) == (engineer, Status.ACTIVE, None)
    assert flow_session.records.last().note == "Set EAP-TLS in the profile"
    assert told(engineer) == ["handoff.taken", "handoff.returned"]


def test_return_by_somebody_else_is_refused(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    with pytest.raises(Refused, match="Only who picked it up"):
        HandoffManager(UserFactory(team=flow_session.team)).return_handoff(handoff.pk, advice="Try again")


def test_question_leaves_the_owner_at_work_and_its_answer_becomes_a_step(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    handoff = HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    flow_session.refresh_from_db()
    assert (flow_session.owner, flow_session.status) == (engineer, Status.ACTIVE)
    HandoffManager(senior).answer(handoff.pk, text="443, TCP")
    flow_session.refresh_from_db()
    record = flow_session.records.last()
    assert (record.asked, record.answered, record.actor) == ("Question: Which port?", "443, TCP", senior)
    assert (flow_session.owner, told(engineer)) == (engineer, ["handoff.returned"])


def test_end_of_a_session_tells_its_author_once(flow_session: FlowSession, engineer: User, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    flow_session.refresh_from_db()
    resolve_session(flow_session.pk, by=senior, revision=flow_session.revision, outcome="resolved")
    close_ended(flow_session.pk)
    close_ended(flow_session.pk)
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.FINISHED
    assert told(engineer) == ["handoff.taken", "handoff.finished"]


def test_fix_is_told_to_who_handed_over(flow_session: FlowSession, engineer: User, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    flow_session.refresh_from_db()
    resolve_session(flow_session.pk, by=senior, revision=flow_session.revision, outcome="resolved")
    HandoffManager(senior).record_fix(handoff.pk, fix="Restart the client")
    assert Notification.objects.of(engineer).latest("pk").body.endswith("Restart the client")


def test_fix_before_the_session_is_resolved_is_refused(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    with pytest.raises(Refused):
        HandoffManager(senior).record_fix(handoff.pk, fix="Restart the client")


def test_overdue_handoff_calls_a_wider_circle_and_is_due_anew(flow_session: FlowSession, senior: User) -> None:
    lead, colleague = UserFactory(team=senior.team, role=Role.TEAM_ADMIN), UserFactory(team=senior.team)
    handoff = handed_over(flow_session)
    past = SessionHandoff.objects.filter(pk=handoff.pk)
    past.update(due_at=timezone.now() - timedelta(days=3))
    assert (tell_overdue(), tell_overdue()) == (1, 0)
    assert (told(senior), told(lead), told(colleague)) == (
        ["handoff.open", "handoff.overdue"],
        ["handoff.overdue"],
        [],
    )
    past.update(due_at=timezone.now())
    tell_overdue()
    assert told(colleague) == ["handoff.overdue"]
    handoff.refresh_from_db()
    assert handoff.round == 2
    assert handoff.due_at > timezone.now()


def test_overdue_call_after_the_claim_is_not_made(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    SessionHandoff.objects.filter(pk=handoff.pk).update(due_at=timezone.now() - timedelta(days=3))
    assert tell_overdue() == 0


def test_pause_of_a_claimed_session_keeps_the_claim(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    pause_session(flow_session.pk, by=senior, reason="client", wake_at=None)
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.CLAIMED
    assert not SessionHandoff.objects.open().exists()
