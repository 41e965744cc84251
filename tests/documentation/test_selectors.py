import pytest

from apps.core.crypto import encrypt
from apps.documentation.document import Document
from apps.documentation.render import render_text
from apps.documentation.selectors import NoteWithheld, live_note_of, note_of, safe_note_of
from apps.flows.models import Flow
from apps.sessions.models import FlowSession
from apps.sessions.rows import recent_of, session_of
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed, answer_step, set_variables
from apps.teams.models import User
from tests.documentation.conftest import SECRET
from tests.factories.flows import GRAPH, publish, published_flow
from tests.factories.sessions import StepRecordFactory
from tests.factories.teams import UserFactory


def header(note: Document) -> dict[str, str]:
    return {fact.label: fact.value for fact in note.facts}


def with_flow(flow_session: FlowSession, **graph) -> Flow:
    flow = published_flow(GRAPH | graph, team=flow_session.team, title="Remote access")
    flow_session.flow, flow_session.version = flow, flow.published
    flow_session.save()
    return flow


def test_note_of_a_session_names_flow_ticket_client_and_engineer(flow_session: FlowSession, engineer: User) -> None:
    with_flow(flow_session)
    head = header(note_of(flow_session))
    assert head["Flow"] == "Remote access, version 1"
    assert head["Ticket"] == "48213"
    assert head["Client"] == flow_session.client.name
    assert head["Engineer"] == engineer.name


def test_note_of_loaded_records_reads_no_others(flow_session: FlowSession) -> None:
    records = list(flow_session.records.filter(ordinal=1))
    assert SECRET not in note_of(flow_session, records).plain


def test_note_of_records_of_a_called_flow_names_it(flow_session: FlowSession) -> None:
    with_flow(flow_session)
    called = published_flow(team=flow_session.team, title="Account lock-out")
    version = publish(called, GRAPH)
    StepRecordFactory(flow_session=flow_session, ordinal=3, version=version)
    assert header(note_of(flow_session))["Flow"] == "Remote access, version 1, Account lock-out, version 2"


def test_note_of_a_record_by_a_teammate_names_them(flow_session: FlowSession) -> None:
    mate = UserFactory(team=flow_session.team, name="Tom Reyes")
    StepRecordFactory(flow_session=flow_session, ordinal=3, actor=mate)
    assert "by Tom Reyes" in note_of(flow_session).plain


@pytest.mark.parametrize(("ran", "warnings"), [(True, ("Not filled in: Server.",)), (False, ())])
def test_note_of_a_finished_session_names_gaps_of_called_flows_and_of_commands_that_were_run(
    flow_session: FlowSession, ran: bool, warnings: tuple[str, ...]
) -> None:
    with_flow(flow_session)
    called = published_flow(team=flow_session.team, title="Name resolution")
    version = publish(called, GRAPH | {"variables": [{"name": "server", "label": "Server"}]})
    command = {"text": "ping {{server}}", "where": "PC", "run_as": "", "effect": "read", "output": "", "ran": ran}
    StepRecordFactory(flow_session=flow_session, ordinal=3, version=version, commands=[command])
    assert note_of(flow_session).warnings == warnings


def test_note_of_a_finished_session_names_required_fields_left_empty(flow_session: FlowSession) -> None:
    with_flow(flow_session, variables=[{"name": "serial", "label": "Serial number", "required": True}])
    assert note_of(flow_session).warnings == ("Not filled in: Serial number.",)


def test_note_of_a_session_masks_its_secrets(flow_session: FlowSession) -> None:
    flow_session.secrets = {"vpn_key": encrypt("plainword")}
    StepRecordFactory(flow_session=flow_session, ordinal=3, note="typed plainword twice")
    assert "typed {{vpn_key}} twice" in note_of(flow_session).plain


def test_safe_note_of_a_session_holds_no_password(flow_session: FlowSession) -> None:
    note = safe_note_of(flow_session)
    assert SECRET not in note.document.plain
    assert [hit.label for hit in note.removed] == ["password"]


def test_live_note_of_recent_records_takes_one_query(
    flow_session: FlowSession, engineer: User, django_assert_num_queries
) -> None:
    with_flow(flow_session)
    found = session_of(engineer, flow_session.pk)
    recent = recent_of(found)
    live_note_of(found, recent)
    with django_assert_num_queries(1):
        live_note_of(found, recent)


def test_safe_note_of_a_secret_that_no_key_opens_is_withheld(flow_session: FlowSession, caplog) -> None:
    flow_session.secrets = {"vpn_key": "not a token"}
    with pytest.raises(NoteWithheld, match="present encryption keys") as caught:
        safe_note_of(flow_session)
    assert caught.value.__cause__ is None
    assert SECRET not in caplog.text


def test_note_puts_in_what_was_filled_in_later_and_names_what_never_was(engineer: User) -> None:
    variables = [{"name": "host", "label": "Host"}, {"name": "pin", "label": "PIN", "kind": "secret"}]
    node = {
        "id": "a",
        "kind": "question",
        "title": "Does {{host}} answer?",
        "options": [{"label": "{{pin}}", "to": "a"}],
    }
    flow = published_flow({"start": "a", "variables": variables, "nodes": [node]}, team=engineer.team)
    row = start_session(by=engineer, flow=flow, intake=Intake())
    row = answer_step(row.pk, by=engineer, revision=0, choice=0, typed=Typed())
    text = render_text(note_of(row))
    assert "Does [Host] answer?" in text
    assert "{{pin}}" in text
    row = set_variables(row.pk, by=engineer, values={"host": "srv-01"})
    assert "Does srv-01 answer?" in render_text(note_of(row))


def test_note_of_a_ticket_does_not_repeat_what_the_ticket_says(engineer: User) -> None:
    intake = Intake(title="No mail", problem="Long mail of the client")
    assert "Long mail" in render_text(note_of(start_session(by=engineer, flow=None, intake=intake)))
    linked = Intake(title="No mail", problem="Long mail of the client", ticket="7")
    assert "Long mail" not in render_text(note_of(start_session(by=engineer, flow=None, intake=linked)))
