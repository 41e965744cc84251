"""What a called flow leaves on record when it returns by itself, and how that is taken back."""

import pytest

from apps.sessions.selectors import desk_of
from apps.sessions.services import steps
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed
from tests.factories.flows import published_flow
from tests.sessions.conftest import CALLED, CALLING


def answer(row, by, **typed):
    return steps.answer_step(row.pk, by=by, revision=row.revision, choice=0, typed=Typed(**typed))


def skip(row, by):
    return steps.skip_step(row.pk, by=by, revision=row.revision, typed=Typed())


def live(row):
    return list(row.records.filter(superseded_at=None).values_list("kind", "asked", "answered"))


RETURN = ("sub_flow", "Check srv-01", "Gone through to its end")


def test_last_step_of_a_called_procedure_leaves_the_return_on_record(engineer, in_procedure):
    out = answer(answer(in_procedure, engineer), engineer, value="SN-1")
    assert out.place == [[out.version_id, "try"]]
    assert live(out) == [("check", "Rack it", "Done"), ("check", "Serial number", "SN-1"), RETURN]
    record = out.records.last()
    assert (record.version_id, record.node_id, record.active_seconds) == (out.version_id, "call", 0)


def test_skipped_last_step_of_a_called_procedure_leaves_the_return_on_record(engineer, in_procedure):
    assert live(skip(answer(in_procedure, engineer), engineer))[-1] == RETURN


def test_called_procedure_done_before_returns_as_entered_afterwards(engineer, in_procedure):
    out = steps.record_done_before(
        in_procedure.pk, by=engineer, revision=in_procedure.revision, answers={"rack": 0, "serial": 0}
    )
    assert live(out)[-1] == RETURN
    assert all(row.entered_afterwards for row in out.records.all())


@pytest.mark.parametrize("ordinal", [None, 2, 3])
def test_taking_back_the_last_step_takes_the_return_back_with_it(engineer, in_procedure, ordinal):
    out = answer(answer(in_procedure, engineer), engineer, value="SN-1", note="On the lid")
    back = steps.go_back(out.pk, by=engineer, revision=out.revision, ordinal=ordinal)
    assert [node for _, node in back.place] == ["call", "serial"]
    assert live(back) == [("check", "Rack it", "Done")]
    assert set(back.drafts.values_list("field", "text")) == {("note", "On the lid"), ("value", "SN-1")}
    again = answer(back, engineer, value="SN-2")
    assert [row[0] for row in live(again)] == ["check", "check", "sub_flow"]


def test_taking_back_an_earlier_step_leaves_the_return_on_record(engineer, in_procedure):
    out = answer(answer(in_procedure, engineer), engineer, value="SN-1")
    back = steps.go_back(out.pk, by=engineer, revision=out.revision, ordinal=1)
    assert [row[0] for row in live(back)] == ["check", "sub_flow"]


def test_field_that_both_flows_declare_is_asked_for_once_as_the_called_one_words_it(engineer):
    host = {"name": "host", "label": "Name to look up", "kind": "host"}
    published_flow({**CALLED, "variables": [host]}, team=engineer.team, slug="called")
    flow_session = start_session(by=engineer, flow=published_flow(CALLING, team=engineer.team), intake=Intake())
    inside = steps.enter_subflow(flow_session.pk, by=engineer, revision=0, typed=Typed())
    desk = desk_of(engineer, inside)
    assert [(one.name, one.label) for one in desk.declared] == [("host", "Name to look up"), ("pin", "PIN")]
    assert desk.called_at == "Check {{host}}"
