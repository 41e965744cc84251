from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, Status
from apps.sessions.services import lifecycle, steps
from apps.sessions.services.change import Stale
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.start import Intake, start_session


def back_in_time(flow_session: FlowSession, **delta: int) -> None:
    """Let the last save lie in the past."""
    moment = timezone.now() - timedelta(**delta)
    FlowSession.objects.filter(pk=flow_session.pk).update(clock_at=moment, step_entered_at=moment)


def test_clock_counts_the_gap_since_the_last_save(engineer, flow_session):
    back_in_time(flow_session, minutes=5)
    row = lifecycle.open_clock(flow_session.pk, by=engineer)
    assert 300 <= row.active_seconds <= 302
    assert row.away_seconds == 0
    assert row.revision == flow_session.revision


def test_clock_puts_a_long_gap_in_question_and_settles_it(engineer, flow_session):
    back_in_time(flow_session, minutes=25)
    row = lifecycle.open_clock(flow_session.pk, by=engineer)
    assert (row.active_seconds, 1500 <= row.away_seconds <= 1502) == (0, True)
    row = lifecycle.settle_away(flow_session.pk, by=engineer, minutes=10)
    assert (600 <= row.active_seconds <= 602, row.away_seconds) == (True, 0)


@pytest.mark.parametrize("minutes", [-5, 10_000])
def test_settle_away_never_counts_more_than_the_gap_or_less_than_nothing(engineer, flow_session, minutes):
    back_in_time(flow_session, minutes=25)
    row = lifecycle.settle_away(flow_session.pk, by=engineer, minutes=minutes)
    assert row.active_seconds in range(1503)


def test_active_time_of_a_step_stands_in_its_record(engineer, flow_session):
    back_in_time(flow_session, minutes=4)
    moved = steps.answer_step(flow_session.pk, by=engineer, revision=0, choice=0, typed=steps.Typed())
    assert 240 <= moved.records.get().active_seconds <= 242
    assert moved.step_seconds == 0


def test_draft_counts_as_work(engineer, flow_session):
    back_in_time(flow_session, minutes=3)
    save_draft(flow_session.pk, by=engineer, step="x", field="note", text="typing")
    flow_session.refresh_from_db()
    assert flow_session.active_seconds >= 180


@pytest.mark.parametrize(
    ("field", "text"), [("password", "x"), ("note", "x" * 200_001), ("output-100", "x"), ("ran-100", "x")]
)
def test_draft_of_an_unknown_field_or_too_long_is_refused(engineer, flow_session, field, text):
    with pytest.raises(Refused):
        save_draft(flow_session.pk, by=engineer, step="x", field=field, text=text)


def test_draft_that_was_emptied_is_let_go(engineer, flow_session):
    save_draft(flow_session.pk, by=engineer, step="x", field="note", text="typing")
    assert save_draft(flow_session.pk, by=engineer, step="x", field="note", text="") is None
    assert not flow_session.drafts.exists()


def test_database_refuses_two_clocks_of_one_person(engineer, flow, flow_session):
    other = start_session(by=engineer, flow=flow, intake=Intake())
    with pytest.raises(IntegrityError, match="session_one_clock_a_person"):
        FlowSession.objects.filter(pk__in=[flow_session.pk, other.pk]).update(clock_at=timezone.now())


def test_pause_stops_the_clock_and_resume_begins_the_step_anew(engineer, flow_session):
    wake = timezone.now() + timedelta(hours=2)
    paused = lifecycle.pause_session(flow_session.pk, by=engineer, reason="client", wake_at=wake)
    assert (paused.status, paused.clock_at, paused.pause_reason, paused.wake_at) == ("paused", None, "client", wake)
    with pytest.raises(Stale, match="paused"):
        steps.answer_step(paused.pk, by=engineer, revision=paused.revision, choice=0, typed=steps.Typed())
    resumed = lifecycle.resume_session(flow_session.pk, by=engineer)
    assert (resumed.status, resumed.pause_reason, resumed.wake_at) == ("active", "", None)
    assert resumed.step_entered_at == resumed.clock_at


def test_pause_without_a_reason_or_into_the_past_is_refused(engineer, flow_session):
    with pytest.raises(Refused, match="waits for"):
        lifecycle.pause_session(flow_session.pk, by=engineer, reason="", wake_at=None)
    with pytest.raises(Refused, match="future"):
        lifecycle.pause_session(flow_session.pk, by=engineer, reason="client", wake_at=timezone.now())


def test_resolve_at_a_resolution_keeps_its_texts_and_counts_the_flow(engineer, flow, flow_session):
    at_end = steps.jump_to(flow_session.pk, by=engineer, revision=0, depth=0, node="done")
    ended = lifecycle.resolve_session(
        at_end.pk, by=engineer, revision=1, outcome="resolved", closing_note=" Restarted ", next_steps="None"
    )
    record = ended.records.get()
    assert (ended.status, ended.outcome, ended.closing_note) == (Status.RESOLVED, "resolved", "Restarted")
    assert (record.asked, record.statement, record.answered) == (
        "Client restarted", "The client was restarted.", "Resolved",
    )  # fmt: skip
    flow.refresh_from_db()
    assert (flow.finished_runs, flow.resolved_runs) == (1, 1)


def test_resolve_as_unresolved_counts_as_finished_only(engineer, flow, flow_session):
    lifecycle.resolve_session(flow_session.pk, by=engineer, revision=0, outcome="unresolved")
    flow.refresh_from_db()
    assert (flow.finished_runs, flow.resolved_runs, flow.last_resolved_at) == (1, 0, None)


@pytest.mark.parametrize("outcome", ["", "escalated", "nonsense"])
def test_resolve_with_another_outcome_is_refused(engineer, flow_session, outcome):
    with pytest.raises(Refused, match="how it ended"):
        lifecycle.resolve_session(flow_session.pk, by=engineer, revision=0, outcome=outcome)


def end_well(session, engineer):
    lifecycle.resolve_session(session.pk, by=engineer, revision=0, outcome="resolved", closing_note="Restarted it")


def end_early(session, engineer):
    lifecycle.abandon_session(session.pk, by=engineer, reason="Called off")


@pytest.mark.parametrize("end", [end_well, end_early])
def test_end_puts_on_record_what_was_typed_and_not_saved(engineer, flow_session, end):
    typed = {("a", "note"): "Saw it", ("a", "output-0"): "Reply from 10.0.0.1", ("a", "ran-0"): "yes",
             ("b", "output-1"): "No reply", ("session", "did"): "Called the vendor"}  # fmt: skip
    for (step, field), text in typed.items():
        save_draft(flow_session.pk, by=engineer, step=step, field=field, text=text)
    end(flow_session, engineer)
    *notes, ended = flow_session.records.order_by("ordinal")
    assert ended.kind == "end"
    assert [(note.kind, note.note, [one["output"] for one in note.commands]) for note in notes] == [
        ("note", "Saw it", ["Reply from 10.0.0.1"]),
        ("note", "Pasted at a step that was not answered.", ["No reply"]),
        ("note", "Called the vendor", []),
    ]
    assert ended.active_seconds == FlowSession.objects.get(pk=flow_session.pk).active_seconds


def test_end_keeps_each_text_by_itself_and_nothing_of_blanks(engineer, flow_session):
    blank = {"note": " \n", "output-0": "\t"}
    for step, typed in {"a": blank, "b": {"value": "12", "note": "Saw it", "output-0": "No reply"}}.items():
        for field, text in typed.items():
            save_draft(flow_session.pk, by=engineer, step=step, field=field, text=text)
    end_early(flow_session, engineer)
    notes = flow_session.records.filter(kind="note").order_by("ordinal")
    assert [(note.note, len(note.commands)) for note in notes] == [("12", 1), ("Saw it", 0)]
    assert notes[0].entered_at == notes[0].left_at < notes[1].left_at < flow_session.records.get(kind="end").left_at
    flow_session.refresh_from_db()
    assert lifecycle.not_on_record(flow_session, by=engineer, texts=["Saw it", "12", "No reply"]) == []


def test_end_fills_in_fields_that_were_typed_and_tells_of_a_value_that_they_do_not_take(engineer, calling):
    steps.set_variables(calling.pk, by=engineer, values={"host": ""})
    save_draft(calling.pk, by=engineer, step="a", field="var-host", text="two words")
    save_draft(calling.pk, by=engineer, step="b", field="var-host", text="srv-09")
    save_draft(calling.pk, by=engineer, step="c", field="var-host", text="srv-10")
    save_draft(calling.pk, by=engineer, step="d", field="var-of_a_flow_that_was_left", text="Rack 7")
    end_early(calling, engineer)
    calling.refresh_from_db()
    assert calling.variables["host"] == "srv-09"
    assert [note.note for note in calling.records.filter(kind="note").order_by("ordinal")] == [
        "host: two words",
        "of_a_flow_that_was_left: Rack 7",
    ]


def test_end_puts_on_record_what_is_offered_again_after_an_answer_was_taken_back(engineer, flow_session):
    answered = steps.answer_step(flow_session.pk, by=engineer, revision=0, choice=0, typed=steps.Typed(note="Seen"))
    steps.go_back(flow_session.pk, by=engineer, revision=answered.revision)
    end_early(flow_session, engineer)
    live = flow_session.records.filter(superseded_at=None).order_by("ordinal")
    assert [(record.kind, record.note) for record in live] == [("note", "Seen"), ("end", "")]


def test_finish_takes_the_texts_of_its_form_and_not_their_drafts(engineer, flow_session):
    save_draft(flow_session.pk, by=engineer, step="session", field="closing_note", text="Restart")
    end_well(flow_session, engineer)
    assert [record.kind for record in flow_session.records.all()] == ["end"]


def test_an_ended_session_takes_no_step_no_note_and_no_draft(engineer, flow_session):
    lifecycle.abandon_session(flow_session.pk, by=engineer, reason="Duplicate")
    with pytest.raises(Stale):
        steps.answer_step(flow_session.pk, by=engineer, revision=1, choice=0, typed=steps.Typed())
    with pytest.raises(Refused):
        steps.add_note(flow_session.pk, by=engineer, text="late")
    with pytest.raises(Refused, match="this device"):
        save_draft(flow_session.pk, by=engineer, step="x", field="note", text="late")


def test_ending_or_filling_in_another_session_leaves_the_running_clock_alone(engineer, flow, flow_session):
    waiting = start_session(by=engineer, flow=flow, intake=Intake(), prepared=True)
    steps.set_variables(waiting.pk, by=engineer, values={})
    lifecycle.abandon_session(waiting.pk, by=engineer, reason="Called off")
    flow_session.refresh_from_db()
    assert flow_session.clock_at is not None


def test_pause_beyond_a_year_is_refused(engineer, flow_session):
    with pytest.raises(Refused, match="within a year"):
        lifecycle.pause_session(
            flow_session.pk, by=engineer, reason="client", wake_at=timezone.now() + timedelta(days=400)
        )


def test_resolve_at_a_good_end_records_it_only_when_it_was_one(engineer, flow):
    def end(outcome):
        session = start_session(by=engineer, flow=flow, intake=Intake())
        for choice in (0, 0):
            session = steps.answer_step(
                session.pk, by=engineer, revision=session.revision, choice=choice, typed=steps.Typed()
            )
        lifecycle.resolve_session(session.pk, by=engineer, revision=session.revision, outcome=outcome)
        return session.records.last()

    good, bad = end("resolved"), end("unresolved")
    assert (good.node_id, good.statement) == ("done", "The client was restarted.")
    assert (bad.asked, bad.statement, bad.note) == ("", "", "")
