from contextlib import nullcontext, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.sessions.engine import Refused, WrongValue
from apps.sessions.models import FlowSession, RecordKind, StepDraft, StepOutcome
from apps.sessions.services import steps
from apps.sessions.services.change import Stale
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.secrets import reveal_secret
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed
from tests.factories.flows import published_flow
from tests.factories.teams import UserFactory
from tests.sessions.conftest import CALLED, CALLING, PROCEDURE


def answer(flow_session, by, choice=0, **typed):
    return steps.answer_step(
        flow_session.pk, by=by, revision=flow_session.revision, choice=choice, typed=Typed(**typed)
    )


def test_answer_records_the_step_as_it_read_and_goes_on(engineer, flow_session):
    moved = answer(flow_session, engineer, note="  Only Maria  ")
    record = moved.records.get()
    assert (record.kind, record.asked, record.answered, record.note) == (
        RecordKind.QUESTION, "Who is affected?", "One person", "Only Maria",
    )  # fmt: skip
    assert moved.place == [[moved.version_id, "restart"]]
    assert moved.revision == flow_session.revision + 1


def test_answer_keeps_commands_with_their_output_and_outcome(engineer, flow_session):
    moved = answer(answer(flow_session, engineer), engineer, outputs=["Running", "and a log"])
    record = moved.records.last()
    assert record.outcome == StepOutcome.FIXED
    assert [command["output"] for command in record.commands] == ["Running", "and a log"]
    assert record.commands[0]["text"] == "Restart-Service rasman"


@pytest.mark.parametrize(
    ("typed", "ran"), [({}, False), ({"ran": [0]}, True), ({"outputs": ["Running"]}, True), ({"outputs": [" "]}, False)]
)
def test_command_counts_as_run_when_it_was_ticked_or_its_output_pasted(engineer, flow_session, typed, ran):
    moved = answer(answer(flow_session, engineer), engineer, **typed)
    assert moved.records.last().commands[0]["ran"] is ran
    steps.go_back(moved.pk, by=engineer, revision=moved.revision)
    assert StepDraft.objects.filter(field="ran-0").exists() is ran


def test_answer_lets_go_of_the_drafts_of_the_step(engineer, flow_session):
    save_draft(flow_session.pk, by=engineer, step=f"{flow_session.version_id}:scope", field="note", text="typing")
    answer(flow_session, engineer, note="typed")
    assert not StepDraft.objects.exists()


def test_answer_on_an_old_revision_is_stale_and_writes_nothing(engineer, flow_session):
    answer(flow_session, engineer)
    with pytest.raises(Stale, match="moved on"):
        answer(flow_session, engineer, choice=1)
    assert flow_session.records.count() == 1


def test_answer_by_a_colleague_or_another_team_is_refused(engineer, flow_session, outsider):
    with pytest.raises(Refused, match="works on this session"):
        answer(flow_session, UserFactory(team=engineer.team))
    with pytest.raises(FlowSession.DoesNotExist):
        answer(flow_session, outsider)


def test_skip_is_said_on_record_with_its_reason(engineer, flow_session):
    moved = steps.skip_step(
        flow_session.pk, by=engineer, revision=flow_session.revision, typed=Typed(reason="No access")
    )
    record = moved.records.get()
    assert (record.outcome, record.answered, record.reason) == ("skipped", "Skipped", "No access")


def test_back_supersedes_the_answer_and_offers_what_was_typed(engineer, flow_session):
    moved = answer(flow_session, engineer, note="Only Maria")
    back = steps.go_back(moved.pk, by=engineer, revision=moved.revision)
    assert back.place == flow_session.place
    assert back.records.get().superseded_at is not None
    assert back.drafts.get().text == "Only Maria"


def test_back_to_an_earlier_answer_leaves_the_later_ones_on_record(engineer, flow_session):
    moved = answer(answer(flow_session, engineer), engineer, choice=1)
    back = steps.go_back(moved.pk, by=engineer, revision=moved.revision, ordinal=1)
    assert back.place == [[moved.version_id, "scope"]]
    assert list(back.records.filter(superseded_at=None).values_list("ordinal", flat=True)) == [2]


def test_back_at_the_first_step_is_refused(engineer, flow_session):
    with pytest.raises(Refused, match="first step"):
        steps.go_back(flow_session.pk, by=engineer, revision=flow_session.revision)


def test_undo_of_an_own_step_leaves_the_place(engineer, flow_session):
    own = steps.add_own_step(
        flow_session.pk, by=engineer, revision=0, did="Rebooted", outcome="not_fixed", typed=Typed(outputs=["log"])
    )
    assert (own.place, own.records.get().commands[0]["output"]) == (flow_session.place, "log")
    back = steps.go_back(own.pk, by=engineer, revision=own.revision)
    assert back.place == flow_session.place
    assert not back.records.filter(superseded_at=None).exists()


def test_own_step_without_words_is_refused(engineer, flow_session):
    with pytest.raises(Refused, match="what you did"):
        steps.add_own_step(flow_session.pk, by=engineer, revision=0, did="  ", outcome="", typed=Typed())


def test_jump_moves_without_a_record(engineer, flow_session):
    moved = steps.jump_to(flow_session.pk, by=engineer, revision=0, depth=0, node="done")
    assert moved.place == [[moved.version_id, "done"]]
    assert not moved.records.exists()


def test_a_called_flow_is_pinned_and_its_end_goes_on_record(engineer, calling):
    inside = steps.enter_subflow(calling.pk, by=engineer, revision=0, typed=steps.Typed())
    assert [node for _, node in inside.place] == ["call", "ask"]
    checked = answer(inside, engineer, value="Called back")
    assert checked.records.last().answered == "Caller verified: Called back"
    out = steps.leave_subflow(checked.pk, by=engineer, revision=checked.revision, typed=Typed())
    record = out.records.last()
    assert (record.asked, record.answered) == ("Check srv-01", "Name fixed")
    assert record.statement == "The name of srv-01 was mended."
    assert out.place == [[calling.version_id, "try"]]


def test_a_called_flow_that_is_not_published_is_refused_by_name(engineer, calling):
    calling.flow.__class__.objects.filter(slug="called").update(archived_at=calling.created_at)
    with pytest.raises(Refused, match="called"):
        steps.enter_subflow(calling.pk, by=engineer, revision=0, typed=steps.Typed())


def test_statement_of_the_answer_is_filled_with_values(engineer, calling):
    at = steps.jump_to(calling.pk, by=engineer, revision=0, depth=0, node="try")
    assert answer(at, engineer).records.last().statement == "srv-01 answers."


def test_secret_is_encrypted_masked_where_it_was_typed_and_shown_on_demand(engineer, calling):
    assert "hunter22" not in str(calling.secrets)
    assert calling.variables == {"host": "srv-01"}
    skipped = steps.skip_step(
        calling.pk, by=engineer, revision=0, typed=Typed(note="used hunter22", outputs=["hunter22"])
    )
    record = skipped.records.get()
    assert (record.note, record.commands[0]["output"]) == ("used {{pin}}", "{{pin}}")
    assert save_draft(calling.pk, by=engineer, step="x", field="note", text="my hunter22").text == "my {{pin}}"
    assert reveal_secret(calling.pk, by=engineer, name="pin") == "hunter22"
    with pytest.raises(FlowSession.DoesNotExist):
        reveal_secret(calling.pk, by=UserFactory(team=engineer.team), name="pin")


def test_procedure_records_its_checks_in_order_to_the_end(engineer):
    flow = published_flow(PROCEDURE, team=engineer.team, kind="procedure")
    flow_session = start_session(by=engineer, flow=flow, intake=Intake())
    moved = answer(answer(flow_session, engineer), engineer, value="SN-1")
    assert [row.answered for row in moved.records.all()] == ["Done", "SN-1"]
    assert moved.place == []


def test_check_that_asks_for_a_text_is_refused_without_one_and_may_be_skipped(engineer):
    flow = published_flow(PROCEDURE, team=engineer.team, kind="procedure")
    moved = answer(start_session(by=engineer, flow=flow, intake=Intake()), engineer)
    with pytest.raises(WrongValue, match="Write the result"):
        answer(moved, engineer, value=" \x00 ", note="kept by the page")
    assert moved.records.count() == 1
    skipped = steps.skip_step(moved.pk, by=engineer, revision=moved.revision, typed=Typed())
    back = steps.go_back(skipped.pk, by=engineer, revision=skipped.revision)
    assert not back.drafts.filter(field="value").exists()


def test_done_before_follows_the_answers_and_takes_no_time(engineer, flow_session):
    moved = steps.record_done_before(flow_session.pk, by=engineer, revision=0, answers={"scope": 0, "restart": 1})
    assert moved.place == [[moved.version_id, "hand-over"]]
    assert [(row.entered_afterwards, row.active_seconds) for row in moved.records.all()] == [(True, 0), (True, 0)]


def test_done_before_beside_the_way_is_recorded_and_unknown_answers_change_nothing(engineer, flow_session):
    moved = steps.record_done_before(flow_session.pk, by=engineer, revision=0, answers={"restart": 0})
    assert (moved.place, moved.records.get().node_id) == (flow_session.place, "restart")
    for answers in ({}, {"nothing": 0}, {"scope": 9}):
        with pytest.raises(Refused):
            steps.record_done_before(moved.pk, by=engineer, revision=moved.revision, answers=answers)
    assert moved.records.count() == 1


def test_note_of_a_colleague_makes_no_open_form_stale(engineer, flow_session):
    colleague = UserFactory(team=engineer.team)
    steps.add_note(flow_session.pk, by=colleague, text="Same at my client")
    assert answer(flow_session, engineer).records.count() == 2


def test_empty_note_is_refused(engineer, flow_session):
    with pytest.raises(Refused, match="empty"):
        steps.add_note(flow_session.pk, by=engineer, text=" ")


MOVES = st.lists(st.tuples(st.sampled_from(["answer", "skip", "back", "jump"]), st.integers(0, 3)), max_size=10)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_moves_in_any_order_never_lose_a_record(engineer, flow, moves):
    row = start_session(by=engineer, flow=flow, intake=Intake())
    for name, number in moves:
        before = list(row.records.values_list("ordinal", "asked", "answered"))
        with suppress(Refused):
            row = _move(row, engineer, name, number)
        after = list(row.records.values_list("ordinal", "asked", "answered"))
        assert after[: len(before)] == before


def _move(row, by, name, number):
    common = {"by": by, "revision": row.revision}
    node = ["scope", "restart", "done", "hand-over"][number]
    moves = {
        "answer": lambda: steps.answer_step(row.pk, choice=number, typed=Typed(note=f"n{number}"), **common),
        "skip": lambda: steps.skip_step(row.pk, typed=Typed(), **common),
        "back": lambda: steps.go_back(row.pk, **common),
        "jump": lambda: steps.jump_to(row.pk, depth=0, node=node, **common),
    }
    return moves[name]()


def test_enter_a_private_flow_from_a_private_one_of_the_same_owner(engineer):
    for owner, called in ((engineer, "called"), (UserFactory(team=engineer.team), "foreign")):
        published_flow(CALLED, team=engineer.team, slug=called, visibility="private", owner=owner)
    for called, opens in (("called", True), ("foreign", False)):
        nodes = [node | {"flow": called} if node["id"] == "call" else node for node in CALLING["nodes"]]
        flow = published_flow(CALLING | {"nodes": nodes}, team=engineer.team, visibility="private", owner=engineer)
        session = start_session(by=engineer, flow=flow, intake=Intake())
        with nullcontext() if opens else pytest.raises(Refused, match="not published"):
            assert len(steps.enter_subflow(session.pk, by=engineer, revision=0, typed=steps.Typed()).place) == 2


def test_own_step_lets_go_of_its_drafts_and_offers_them_again_when_taken_back(engineer, flow_session):
    for field in ("did", "own_note"):
        save_draft(flow_session.pk, by=engineer, step="session", field=field, text="typing")
    steps.add_own_step(
        flow_session.pk, by=engineer, revision=0, did="Swapped the cable", outcome="", typed=Typed(note="It was cut")
    )
    assert not StepDraft.objects.exists()
    steps.go_back(flow_session.pk, by=engineer, revision=1)
    offered = StepDraft.objects.filter(step="session").values_list("field", "text")
    assert set(offered) == {("did", "Swapped the cable"), ("own_note", "It was cut")}


def test_note_taken_back_is_offered_again_where_the_session_stands(engineer, flow_session):
    steps.add_note(flow_session.pk, by=engineer, text="Seen it")
    moved = steps.go_back(flow_session.pk, by=engineer, revision=0, ordinal=1)
    draft = StepDraft.objects.get()
    assert (draft.step, draft.field, draft.text) == (f"{moved.version_id}:scope", "note", "Seen it")
    assert moved.place == flow_session.place


def test_secret_that_becomes_known_later_is_masked_in_drafts_and_commands(engineer, calling):
    save_draft(calling.pk, by=engineer, step="session", field="note", text="pin is 4711-0815")
    steps.set_variables(calling.pk, by=engineer, values={"pin": "4711-0815"})
    assert StepDraft.objects.get().text == "pin is {{pin}}"


def test_secret_typed_into_another_field_is_masked_in_the_recorded_command(engineer):
    content = PROCEDURE | {
        "variables": [{"name": "host", "label": "Host"}, {"name": "pin", "label": "PIN", "kind": "secret"}],
        "nodes": [
            {
                "id": "a", "kind": "step", "title": "Ask {{host}}",
                "commands": [{"text": "ping {{host}}", "where": "PC", "effect": "read"}],
            }
        ],
    }  # fmt: skip
    flow = published_flow(content, team=engineer.team)
    session = start_session(by=engineer, flow=flow, intake=Intake(variables={"host": "hunter22", "pin": "hunter22"}))
    record = answer(session, engineer).records.get()
    assert "hunter22" not in f"{record.asked} {record.commands}"


@pytest.mark.parametrize("step", ["a\x00b", "x" * 701])
def test_draft_at_an_impossible_step_is_refused(engineer, flow_session, step):
    with pytest.raises(Refused):
        save_draft(flow_session.pk, by=engineer, step=step, field="note", text="x")
