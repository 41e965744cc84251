from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documentation.build import build_escalation, build_note
from apps.documentation.document import Document, Line, Section
from apps.documentation.facts import CommandFacts
from apps.documentation.house import HouseFormat, Part
from apps.documentation.render import render_html, render_text
from tests.documentation.examples import OPEN_SESSION, RECORDS, SESSION, record


def section(note: Document, heading: str) -> Section:
    return next(section for section in note.sections if section.heading == heading)


def steps(*records, facts=SESSION) -> tuple[Line, ...]:
    return section(build_note(facts, records), "Steps").lines


def header(note: Document) -> dict[str, str]:
    return {fact.label: fact.value for fact in note.facts}


def test_build_note_of_the_same_records_is_the_same_to_the_byte() -> None:
    assert render_html(build_note(SESSION, RECORDS)) == render_html(build_note(SESSION, list(RECORDS)))


def test_build_note_header_has_times_with_offset_and_decimal_hours() -> None:
    head = header(build_note(SESSION, RECORDS))
    assert head["Start"] == "18 Aug 2026, 09:02 +02:00"
    assert head["Active"] == "0.48 h"
    assert head["Flow"] == "Remote access, version 7"


def test_build_note_header_names_the_flows_that_were_called() -> None:
    called = record(1, flow="Account lock-out, version 2")
    assert header(build_note(SESSION, [called, called]))["Flow"] == (
        "Remote access, version 7, Account lock-out, version 2"
    )


def test_build_note_every_step_line_cites_its_record() -> None:
    lines = steps(*RECORDS)
    assert [line.records for line in lines] == [(r.ordinal,) for r in RECORDS if not r.superseded and r.kind != "end"]


def test_build_note_cause_and_fix_cite_the_end_record_and_the_step_that_worked() -> None:
    note = build_note(SESSION, RECORDS)
    assert [line.records for line in section(note, "Cause").lines + section(note, "Fix").lines] == [
        (13,),
        (13,),
        (13,),
        (10,),
    ]


def test_build_note_superseded_record_is_left_out() -> None:
    assert not steps(record(1, superseded=True))[0].records


def test_build_note_statement_is_preferred_over_the_answer() -> None:
    assert steps(record(1, answered="Yes", statement="It works."))[0] == Line("It works.", (1,), "09:03")


def test_build_note_skipped_step_says_so_and_lists_no_command() -> None:
    skipped = record(1, outcome="skipped", statement="Restarted it.", reason="No access", commands=(CommandFacts("x"),))
    assert steps(skipped) == (Line("Step 1", (1,), "09:03", "skipped", ("No access",)),)


def test_build_note_step_entered_afterwards_has_no_time() -> None:
    line = steps(record(1, answered="Yes", entered_afterwards=True))[0]
    assert (line.time, line.marks) == ("", ("entered afterwards",))


def test_build_note_note_of_a_teammate_names_them() -> None:
    assert steps(record(1, "note", note="Look at NPS", actor="Tom Reyes"))[0].marks == ("by Tom Reyes",)


def test_build_note_own_step_tells_what_came_of_it() -> None:
    line = steps(record(1, "custom_step", asked="Rebooted", outcome="not_fixed"))[0]
    assert (line.text, line.answer, line.marks) == ("Rebooted", "did not help", ("own step",))


def test_build_note_another_day_stands_before_its_first_step() -> None:
    lines = steps(record(1), record(2, minute=24 * 60), record(3, minute=24 * 60 + 1))
    assert [line.text for line in lines] == ["Step 1", "19 Aug 2026 (+02:00)", "Step 2", "Step 3"]


def test_build_note_clock_change_shows_the_new_offset() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    twice = [record(n)._replace(left_at=before + timedelta(hours=n)) for n in (0, 1)]
    lines = steps(*twice, facts=replace(SESSION, started_at=before))
    assert [(line.text, line.time) for line in lines] == [
        ("Step 0", "02:30"),
        ("25 Oct 2026 (+01:00)", ""),
        ("Step 1", "02:30"),
    ]


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"status": "active", "outcome": ""}, "Incomplete: work is still going on."),
        ({"status": "prepared", "outcome": ""}, "Incomplete: work has not started yet."),
        (
            {"status": "paused", "outcome": "", "waiting": "Waiting for the client"},
            "Incomplete: work is paused. Waiting",
        ),
        ({"status": "escalated", "outcome": ""}, "Incomplete: handed over, not resolved yet."),
        ({"status": "requesting_escalation", "outcome": ""}, "Incomplete: handed over, not resolved yet."),
        ({"status": "abandoned", "outcome": ""}, "Abandoned: work was stopped before an end was reached."),
        ({"outcome": "unresolved"}, "Not resolved: this work ended without a fix."),
        ({"missing": ("Serial number",)}, "Not filled in: Serial number."),
    ],
)
def test_build_note_of_work_without_a_good_end_says_so_at_the_top(changes, warning: str) -> None:
    assert build_note(replace(SESSION, **changes), RECORDS).warnings[0].startswith(warning)


def test_build_note_of_resolved_work_has_no_warning() -> None:
    assert build_note(SESSION, RECORDS).warnings == ()


@pytest.mark.parametrize("title", ["VPN password: [password removed] fails", "VPN password: Harb…"])
def test_build_note_says_an_issue_once_that_its_title_shortens(title: str) -> None:
    facts = replace(SESSION, title=title, problem="VPN password: Harbour-Winter-77 fails")
    assert [line.text for line in section(build_note(facts, []), "Issue").lines] == [facts.problem]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("[password removed] does not open the NAS", "Since Monday"),
        ("Password: [password removed] on the NAS", "Password: changed yesterday."),
        ("[password removed]", "Since Monday"),
    ],
)
def test_build_note_says_a_title_that_the_text_does_not_begin_with(title: str, told: str) -> None:
    lines = section(build_note(replace(SESSION, title=title, problem=told), []), "Issue").lines
    assert [line.text for line in lines] == [title, told]


def test_build_note_so_far_has_issue_and_steps_only() -> None:
    note = build_note(OPEN_SESSION, RECORDS[:3])
    assert [section.heading for section in note.sections] == ["Issue", "Steps"]


def test_build_note_without_records_says_what_is_missing() -> None:
    note = build_note(replace(SESSION, closing_note="", next_steps=""), [])
    shown = {section.heading: section.lines[0].text for section in note.sections}
    assert shown["Cause"] == shown["Fix"] == shown["Verified"] == "Not recorded."
    assert shown["Steps"] == "No steps recorded."


def test_build_note_unresolved_claims_no_verification() -> None:
    note = build_note(replace(SESSION, outcome="unresolved"), RECORDS)
    assert "Verified" not in {section.heading for section in note.sections}


def test_build_note_finished_early_takes_the_fix_from_the_step_that_fixed_it() -> None:
    note = build_note(replace(SESSION, closing_note=""), RECORDS[:-1])
    assert section(note, "Fix").lines[0].text == "Set the client profile to EAP-TLS"


FIRST = record(1, "action", statement="Restarted the service.", outcome="fixed")
SECOND = record(2, "action", statement="Cleared the queue.", outcome="fixed")
OWN = record(2, "custom_step", asked="New cable", outcome="fixed")
FAILED = record(6, "action", statement="Cleared the cache.", outcome="not_fixed")
SEEN = [record(n, statement=f"Seen {n}.") for n in (3, 4, 5)]


@pytest.mark.parametrize(
    ("closing_note", "done", "fix", "verified"),
    [
        ("Mail works.", [FIRST, *SEEN[:2]], ["Mail works.", "Restarted the service."], ["Seen 3.", "Seen 4."]),
        ("", [FIRST, SECOND, *SEEN], ["Restarted the service.", "Cleared the queue."], ["Seen 4.", "Seen 5."]),
        ("Mail works.", [FIRST], ["Mail works.", "Restarted the service."], ["Restarted the service."]),
        ("Mail works.", SEEN, ["Mail works."], ["Seen 5."]),
        ("Restarted the service.", [FIRST], ["Restarted the service."], ["Restarted the service."]),
        ("Mail works.", [SEEN[0], OWN], ["Mail works.", "New cable"], ["New cable"]),
        ("Mail works.", [OWN, *SEEN, FAILED], ["Mail works.", "New cable"], ["Seen 4.", "Seen 5."]),
    ],
)
def test_build_note_keeps_what_worked_beside_the_closing_note_and_what_was_seen_behind_it(
    closing_note, done, fix, verified
) -> None:
    end = record(99, "end", asked="Works", answered="Resolved")
    note = build_note(replace(SESSION, closing_note=closing_note), [*done, end])
    assert [line.text for line in section(note, "Fix").lines] == fix
    assert [line.text for line in section(note, "Verified").lines] == verified


@pytest.mark.parametrize(("done", "verified"), [(SEEN, "Not recorded."), ([FIRST, *SEEN], "Restarted the service.")])
def test_build_note_finished_early_takes_no_answer_for_a_proof(done, verified) -> None:
    note = build_note(SESSION, [*done, record(99, "end", asked="", answered="Resolved")])
    assert [line.text for line in section(note, "Verified").lines] == [verified]


def test_build_note_unresolved_says_of_the_fix_what_was_typed_alone() -> None:
    note = build_note(replace(SESSION, outcome="unresolved", closing_note="Only half."), [FIRST])
    assert [line.text for line in section(note, "Fix").lines] == ["Only half."]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_build_note_summary_has_twelve_lines_at_most_and_loses_none(problem: int, closing: int, later: int) -> None:
    told = [[f"{name} {n}" for n in range(size)] for name, size in (("p", problem), ("c", closing), ("l", later))]
    texts = ["\n".join(rows) for rows in told]
    facts = replace(SESSION, problem=texts[0], closing_note=texts[1], next_steps=texts[2])
    note = build_note(facts, RECORDS)
    summary = [s for s in note.sections if s.heading in ("Issue", "Cause", "Fix", "Verified", "Next steps")]
    assert sum(len(s.lines) for s in summary) <= 12
    assert all(s.lines for s in summary)
    assert all(row in render_text(note) for rows in told for row in rows)


def test_build_note_house_format_sets_sections_order_and_headings() -> None:
    house = HouseFormat(parts=(Part("steps", "What we did"), Part("issue", "Report")))
    assert [s.heading for s in build_note(SESSION, RECORDS, house).sections] == ["What we did", "Report"]


def test_build_note_secret_value_is_masked_in_every_text() -> None:
    secret = SESSION.secrets["vpn_key"]
    told = {"asked": secret, "answered": secret, "note": f"a {secret}\nb", "reason": secret, "flow": secret}
    commands = (CommandFacts(f"x '{secret}'", secret, secret, "read", f"out {secret}"),)
    records = [
        record(n, kind, commands=commands, **told) for n, kind in enumerate(["question", "note", "evidence", "end"])
    ]
    facts = replace(
        SESSION,
        title=secret, problem=f"x {secret}", ticket=secret, client=secret, contact=secret, device=secret,
        closing_note=secret, next_steps=secret, missing=(secret,),
    )  # fmt: skip
    note = build_note(facts, records)
    assert secret not in note.plain
    assert "{{vpn_key}}" in note.title


def test_build_note_secret_of_several_lines_is_masked_before_lines_part() -> None:
    facts = replace(SESSION, problem="Key:\r\nabc\r\ndef\r\nend", secrets={"key": "abc\ndef"})
    assert [line.text for line in section(build_note(facts, []), "Issue").lines][1:] == ["Key:", "{{key}}", "end"]


def test_build_note_placeholder_of_a_secret_stays() -> None:
    assert steps(record(1, asked="Type {{vpn_key}}"))[0].text == "Type {{vpn_key}}"


@pytest.mark.parametrize(("ran", "output", "labels"), [(True, "", 1), (False, "", 0), (False, "Running", 2)])
def test_note_names_a_command_only_when_it_was_run(ran, output, labels):
    command = CommandFacts("Restart-Service rasman", "User's PC", "elevated", "change", output, ran)
    note = build_note(SESSION, [record(1, "action", outcome="fixed", commands=(command,))])
    lines = [line for section in note.sections for line in section.lines]
    assert len([block for line in lines for block in line.blocks]) == labels


HANDED = (
    record(1, asked="Which error?", answered="812"),
    record(2, asked="Cable", outcome="not_applicable"),
    record(3, "custom_step", asked="Restarted the service", outcome="not_fixed",
           commands=(CommandFacts("Restart-Service RasMan", effect="change"),), active_seconds=90),
    record(4, "handoff", asked="Escalated", answered="To any senior", note="Which policy?", reason="Out of ideas",
           actor="Tom Reyes"),
    record(5, "handoff", asked="Picked up"),
)  # fmt: skip


def texts(note: Document, heading: str) -> list[str]:
    return [line.text for line in section(note, heading).lines]


def test_build_escalation_sorts_the_steps_by_what_came_of_them() -> None:
    note = build_escalation(SESSION, HANDED, 4)
    assert texts(note, "Confirmed") == ["Which error?"]
    assert texts(note, "Tried") == texts(note, "State left behind") == ["Restarted the service"]
    assert texts(note, "Ruled out") == ["Cable"]
    assert texts(note, "Open question") == ["Which policy?"]


def test_build_escalation_is_as_the_session_stood_at_the_handoff() -> None:
    later = (*HANDED, record(6, asked="Later"))
    note = build_escalation(replace(SESSION, next_steps=""), later, 4)
    assert note == build_escalation(replace(SESSION, next_steps=""), HANDED[:4], 4)
    assert (header(note)["Engineer"], header(note)["Active"]) == ("Tom Reyes", "0.03 h")
    assert "Outcome" not in header(note)
    assert note.warnings == ("Escalated, not resolved yet. To any senior. Out of ideas.",)


def test_build_escalation_says_what_is_not_known() -> None:
    note = build_escalation(SESSION, [record(1, "handoff", asked="Parked", answered="To any senior")], 1)
    assert texts(note, "Confirmed") == ["Nothing yet."]
    assert texts(note, "State left behind") == ["Nothing was changed."]
    assert texts(note, "Open question") == texts(note, "Current hypothesis") == ["Not recorded."]
