"""The card beside the runner shows what the whole note says, whatever the session holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.documentation.selectors import NoteWithheld, live_note_of, safe_note_of
from apps.sessions.models import FlowSession, Status, StepRecord
from apps.sessions.rows import NOTE_SHOWN, recent_of, session_of
from apps.teams.models import User
from tests.documentation.test_selectors import with_flow
from tests.factories.flows import GRAPH, publish
from tests.factories.sessions import FlowSessionFactory
from tests.factories.teams import UserFactory

START = datetime(2026, 8, 18, 7, 2, tzinfo=UTC)
KEY = "MIIEpAIBAAKCAQEA7bq1Qm0dYx3h" * 2
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
# Texts whose secrets run on over lines, and so into the next step where nothing stops them.
KEYS = (BEGIN, f"{BEGIN}\nProc-Type: 4,ENCRYPTED", f"ab12\n{END}", END, KEY, "-----")
OTHERS = (
    *("backup codes: 1a2b3c4d", "backup codes:", "99887766", "12ab34cd", "password", "Wi-Fi key", "Winter2024!"),
    *("Private-Lines: 14", "AAAAB3NzaC1yc2EAAAADAQ", "said it", "pw is", "{{host}}", "[x]"),
)
seldom = st.sampled_from([False] * 9 + [True])


def some_steps(*pieces: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    piece = st.sampled_from(pieces)
    texts = piece | st.tuples(piece, st.sampled_from([" ", "\n", ", "]), piece).map("".join)
    step = {
        "kind": st.sampled_from(["question", "action", "note", "custom_step", "evidence"]),
        "asked": texts,
        "answered": st.just("") | texts,
        "statement": st.just("") | texts,
        "note": st.just("") | texts,
        "commands": st.just([]) | texts.map(lambda text: [{"output": text}]),
        "outcome": st.sampled_from(["", "", "", "", "", "fixed", "not_fixed", "skipped"]),
        "entered_afterwards": st.sampled_from([False] * 60 + [True]),
        "superseded_at": st.sampled_from([None, None, None, None, START]),
        "later": st.sampled_from([1, 1, 1, 300, 1500]),  # minutes since the one before
        "other_version": seldom,
        "by_mate": seldom,
    }
    return st.lists(st.fixed_dictionaries(step), min_size=12, max_size=26)


@pytest.fixture
def running(engineer: User) -> FlowSession:
    flow_session = FlowSessionFactory(team=engineer.team, owner=engineer, started_at=START, variables={"host": "srv-1"})
    with_flow(flow_session)
    return flow_session


def record_steps(flow_session: FlowSession, drawn: list[dict[str, Any]]) -> None:
    """Exactly these, each later than the one before."""
    mate = UserFactory(team=flow_session.team)
    called = publish(flow_session.flow, GRAPH)
    at, rows = START, []
    for ordinal, step in enumerate(drawn, 1):
        at += timedelta(minutes=step.pop("later"))
        version = called if step.pop("other_version") else flow_session.version
        actor = mate if step.pop("by_mate") else flow_session.owner
        place = {"team": flow_session.team, "flow_session": flow_session, "ordinal": ordinal}
        rows.append(StepRecord(**place, version=version, actor=actor, entered_at=at, left_at=at, **step))
    flow_session.records.all().delete()
    StepRecord.objects.bulk_create(rows)


def both(flow_session: FlowSession) -> tuple[Any, Any]:
    """The card's document, and what it must be: the whole note without its earlier steps."""
    found = session_of(flow_session.owner, flow_session.pk)
    recent = recent_of(found)
    return live_note_of(found, recent).document, safe_note_of(found).document.latest(NOTE_SHOWN, recent.lines)


def plain_step(**fields: Any) -> dict[str, Any]:
    return {"kind": "question", "asked": "Is it on?", "answered": "Yes", "later": 1} | {
        "other_version": False, "by_mate": False, **fields
    }  # fmt: skip


@settings(
    max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(problem=st.sampled_from(OTHERS + KEYS), drawn=some_steps(*OTHERS) | some_steps(*OTHERS, *KEYS))
def test_live_note_of_any_steps_reads_as_the_whole_note(running: FlowSession, problem: str, drawn: list) -> None:
    FlowSession.objects.filter(pk=running.pk).update(problem=problem)
    record_steps(running, drawn)
    live, whole = both(running)
    assert live == whole


RUN_ON = [
    (f"{BEGIN}\nProc-Type: 4,ENCRYPTED", f"Bag 12\n{END}"),
    ("backup codes: 1a2b3c4d", "99887766 12ab34cd"),
    ("Wi-Fi key", "Harbour-Winter-77"),
    ("Private-Lines: 14\nAAAAB3NzaC1yc2E", "AAAAB3NzaC1yc2EAAAADAQ"),
]


@pytest.mark.parametrize("afterwards", [False, True])
@pytest.mark.parametrize(("first", "last"), RUN_ON)
@pytest.mark.parametrize("distance", [1, 8, 9, 10])
def test_live_note_of_a_secret_that_runs_on_over_steps_reads_as_the_whole_note(
    running: FlowSession, first: str, last: str, distance: int, afterwards: bool
) -> None:
    begun = plain_step(note=first, entered_afterwards=afterwards)
    ended = plain_step(answered="", asked=last, entered_afterwards=afterwards)
    between = [plain_step(entered_afterwards=afterwards) for _ in range(distance - 1)]
    before, behind = ([plain_step() for _ in range(count)] for count in (20, max(0, NOTE_SHOWN - distance)))
    record_steps(running, [*before, begun, *between, ended, *behind])
    live, whole = both(running)
    assert live == whole


def test_live_note_after_a_night_shows_the_day_only_where_it_changes(running: FlowSession) -> None:
    record_steps(running, [plain_step(later=1500) for _ in range(3)] + [plain_step() for _ in range(20)])
    live, whole = both(running)
    assert live == whole
    assert len(live.sections[-1].lines) == NOTE_SHOWN + 1


def test_live_note_names_a_flow_that_was_called_long_ago(running: FlowSession) -> None:
    record_steps(running, [plain_step(), plain_step(other_version=True), *(plain_step() for _ in range(20))])
    live, whole = both(running)
    assert live == whole
    assert live.facts[0].value == "Remote access, version 1, Remote access, version 2"


def test_live_note_of_many_fixes_lists_as_many_as_the_note(running: FlowSession) -> None:
    record_steps(running, [plain_step(outcome="fixed", asked=f"Try {n}") for n in range(30)])
    live, whole = both(running)
    assert live == whole
    assert "Try 10" in live.plain
    assert "Try 11" not in live.plain


def test_live_note_of_a_long_session_reads_no_more_records_than_of_a_short_one(running: FlowSession) -> None:
    record_steps(running, [plain_step() for _ in range(80)])
    recent = recent_of(running)
    assert (recent.lines, recent.steps, len(recent.records)) == (80, 80, 9)


def test_live_note_of_an_ended_session_names_the_gaps_of_its_earlier_steps(running: FlowSession) -> None:
    running.status, running.outcome, running.ended_at = Status.RESOLVED, "resolved", timezone.now()
    running.save()
    record_steps(running, [plain_step(asked="Is {{serial}} right?"), *(plain_step() for _ in range(20))])
    live, whole = both(running)
    assert live == whole


def test_live_note_of_a_long_session_fails_closed(running: FlowSession) -> None:
    record_steps(running, [plain_step() for _ in range(20)])
    found = session_of(running.owner, running.pk)
    found.secrets = {"pin": "not a token"}
    with pytest.raises(NoteWithheld):
        live_note_of(found, recent_of(found))
