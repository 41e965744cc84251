"""Several people and windows on the same rows at once, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession
from apps.sessions.services import lifecycle, steps
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed
from tests.factories.flows import published_flow
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
WINDOWS = 6


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run every act in a thread of its own, all released together; a refusal is an answer like any other."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait(10)
        try:
            return act()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def flow_session(by) -> FlowSession:
    return start_session(by=by, flow=published_flow(team=by.team), intake=Intake(title="VPN"))


def test_answers_of_many_windows_count_once(by, flow_session):
    def answer(number: int) -> FlowSession:
        return steps.answer_step(flow_session.pk, by=by, revision=0, choice=number % 2, typed=Typed(note=str(number)))

    answers = at_once([lambda n=n: answer(n) for n in range(WINDOWS)])
    assert sum(isinstance(said, FlowSession) for said in answers) == 1
    assert sum(isinstance(said, Refused) for said in answers) == WINDOWS - 1
    assert flow_session.records.count() == 1


def test_notes_of_colleagues_and_an_answer_are_all_on_record(by, flow_session):
    colleagues = [UserFactory(team=by.team) for _ in range(3)]
    acts = [lambda who=who: steps.add_note(flow_session.pk, by=who, text=f"from {who}") for who in colleagues]
    acts.append(lambda: steps.answer_step(flow_session.pk, by=by, revision=0, choice=0, typed=Typed()))
    assert all(isinstance(said, FlowSession) for said in at_once(acts))
    assert list(flow_session.records.values_list("ordinal", flat=True)) == [1, 2, 3, 4]
    flow_session.refresh_from_db()
    assert (flow_session.last_ordinal, flow_session.place[-1][1]) == (4, "restart")


def test_finish_and_answer_at_once_leave_one_winner(by, flow_session):
    answers = at_once(
        [
            lambda: steps.answer_step(flow_session.pk, by=by, revision=0, choice=0, typed=Typed()),
            lambda: lifecycle.resolve_session(flow_session.pk, by=by, revision=0, outcome="resolved"),
        ]
    )
    assert sum(isinstance(said, FlowSession) for said in answers) == 1
    assert flow_session.records.count() == 1


def test_clock_of_a_person_in_many_windows_runs_on_one_session_and_never_deadlocks(by, flow_session):
    rows = [flow_session, *(start_session(by=by, flow=flow_session.flow, intake=Intake()) for _ in range(2))]
    for _ in range(5):
        acts = [lambda row=row: lifecycle.open_clock(row.pk, by=by) for row in rows]
        acts += [lambda row=row: save_draft(row.pk, by=by, step="x", field="note", text="typing") for row in rows]
        at_once(acts)
        assert FlowSession.objects.filter(owner=by, clock_at__isnull=False).count() == 1


def test_starting_and_finishing_with_one_flow_at_once_never_deadlocks(by, flow_session):
    flow = flow_session.flow
    for _ in range(4):
        row = start_session(by=by, flow=flow, intake=Intake())
        answers = at_once(
            [
                lambda: start_session(by=by, flow=flow, intake=Intake()),
                lambda row=row: lifecycle.resolve_session(row.pk, by=by, revision=0, outcome="resolved"),
            ]
        )
        assert all(isinstance(said, FlowSession) for said in answers)
    flow.refresh_from_db()
    assert (flow.runs, flow.resolved_runs) == (9, 4)
