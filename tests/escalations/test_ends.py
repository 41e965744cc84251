"""Parked work its author goes on with, before and after the worker heard of it; questions answered meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.escalations.ends import close_ended, close_resumed
from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.services import AlreadyClaimed, Call, HandoffManager
from apps.sessions.models import FlowSession, Status
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.lifecycle import abandon_session, pause_session, resume_session
from apps.sessions.services.steps import Typed, answer_step
from apps.teams.models import User
from tests.factories.escalations import handed_over
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory


def test_claim_of_parked_work_that_went_on_names_who_went_on(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    handoff = handed_over(flow_session, intent=Intent.PARK)
    resume_session(flow_session.pk, by=engineer)
    with pytest.raises(AlreadyClaimed, match=f"{engineer.name}, who handed it over, was first"):
        HandoffManager(senior).claim_handoff(handoff.pk)


def test_parked_work_paused_anew_by_its_author_waits_for_nobody(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    handoff = handed_over(flow_session, intent=Intent.PARK)
    resume_session(flow_session.pk, by=engineer)
    pause_session(flow_session.pk, by=engineer, reason="client", wake_at=None)
    assert not SessionHandoff.objects.open().exists()
    with pytest.raises(AlreadyClaimed):
        HandoffManager(senior).claim_handoff(handoff.pk)
    close_resumed(flow_session.pk)
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.TAKEN_BACK


def test_late_word_of_a_resumption_leaves_what_was_parked_since(flow_session: FlowSession, engineer: User) -> None:
    handed_over(flow_session, intent=Intent.PARK)
    resume_session(flow_session.pk, by=engineer)
    again = handed_over(flow_session, intent=Intent.PARK)
    close_resumed(flow_session.pk)
    assert list(SessionHandoff.objects.open()) == [again]


def test_parked_work_given_up_closes_its_handoff(flow_session: FlowSession, engineer: User) -> None:
    handoff = handed_over(flow_session, intent=Intent.PARK)
    abandon_session(flow_session.pk, by=engineer, reason="Gone")
    close_ended(flow_session.pk)
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.FINISHED


def test_taking_back_twice_is_fine(flow_session: FlowSession, engineer: User) -> None:
    handoff = handed_over(flow_session)
    assert HandoffManager(engineer).take_back(handoff.pk) == HandoffManager(engineer).take_back(handoff.pk)
    assert flow_session.records.filter(asked="Taken back").count() == 1


def test_answer_while_its_author_works_elsewhere_starts_no_clock(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    question = HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    elsewhere, own = started_session(engineer), started_session(senior)
    HandoffManager(senior).answer(question.pk, text="443")
    running = FlowSession.objects.filter(clock_at__isnull=False).order_by("pk")
    assert list(running) == [elsewhere, own]


def test_answer_leaves_the_form_and_the_time_of_the_step_as_they_are(
    flow_session: FlowSession, engineer: User, senior: User
) -> None:
    question = HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    FlowSession.objects.filter(pk=flow_session.pk).update(clock_at=timezone.now() - timedelta(seconds=90))
    HandoffManager(senior).answer(question.pk, text="443")
    flow_session.refresh_from_db()
    answer_step(flow_session.pk, by=engineer, revision=flow_session.revision, choice=0, typed=Typed())
    assert flow_session.records.last().active_seconds >= 90


def test_second_answer_names_who_answered(flow_session: FlowSession, engineer: User, senior: User) -> None:
    question = HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    HandoffManager(senior).answer(question.pk, text="443")
    with pytest.raises(AlreadyClaimed, match=r"Sam Senior was first, at .* and has answered it"):
        HandoffManager(UserFactory(team=engineer.team)).answer(question.pk, text="80")


def test_typed_words_on_record_leave_the_time_to_the_handoff(flow_session: FlowSession, engineer: User) -> None:
    save_draft(flow_session.pk, by=engineer, step="session", field="note", text="Half a thought")
    FlowSession.objects.filter(pk=flow_session.pk).update(clock_at=timezone.now() - timedelta(seconds=90))
    handed_over(flow_session)
    note, handoff = flow_session.records.order_by("ordinal")
    assert (note.active_seconds, handoff.active_seconds >= 90) == (0, True)
    flow_session.refresh_from_db()
    assert flow_session.status == Status.ESCALATED
