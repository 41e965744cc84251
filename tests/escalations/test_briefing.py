from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from apps.documentation.facts import RecordFacts, SessionFacts
from apps.escalations.briefing import brief

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
FACTS = SessionFacts(number=1, title="VPN", time_zone="UTC", status="active", engineer="Dana", active_seconds=600)
KINDS = st.sampled_from(["question", "action", "check", "custom_step", "note", "handoff", "end"])
OUTCOMES = st.sampled_from(["", "fixed", "not_fixed", "not_applicable", "skipped"])
RECORDS = st.lists(
    st.builds(
        RecordFacts,
        ordinal=st.just(0),
        kind=KINDS,
        entered_at=st.just(NOW),
        left_at=st.just(NOW),
        asked=st.text(),
        outcome=OUTCOMES,
        superseded=st.booleans(),
    ),
    max_size=20,
)


def numbered(records: list[RecordFacts]) -> list[RecordFacts]:
    return [row._replace(ordinal=n) for n, row in enumerate(records)]


@given(RECORDS)
def test_briefing_holds_every_live_step_once_and_nothing_else(drawn: list[RecordFacts]) -> None:
    records = numbered(drawn)
    found = brief(FACTS, records, "Which policy?")
    live = [row for row in records if not row.superseded]
    assert [line.ordinal for line in found.steps] == [
        row.ordinal for row in live if row.kind not in ("note", "handoff", "end")
    ]
    assert [line.ordinal for line in found.notes] == [row.ordinal for row in live if row.kind == "note"]
    steps = {line.ordinal for line in found.steps}
    assert {line.ordinal for line in (*found.confirmed, *found.tried, *found.left_behind)} <= steps
    assert not {line.ordinal for line in found.confirmed} & {line.ordinal for line in found.tried}


def test_briefing_tells_problem_minutes_and_question() -> None:
    found = brief(FACTS, [], "Which policy?")
    assert (found.problem, found.minutes, found.question, found.is_empty) == ("VPN", 10, "Which policy?", True)
