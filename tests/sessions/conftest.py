import pytest

from apps.flows.models import Flow
from apps.sessions.models import FlowSession
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed, enter_subflow
from tests.factories.flows import GRAPH, published_flow

CALLED = {
    "start": "ask",
    "nodes": [
        {"id": "ask", "kind": "verify_caller", "title": "Who calls?", "verified": "fine", "failed": "fine"},
        {"id": "fine", "kind": "resolution", "title": "Name fixed", "summary": "The name of {{host}} was mended."},
    ],
}
CALLING = {
    "start": "call",
    "variables": [
        {"name": "host", "label": "Host", "kind": "host", "required": True},
        {"name": "pin", "label": "PIN", "kind": "secret"},
    ],
    "nodes": [
        {"id": "call", "kind": "sub_flow", "title": "Check {{host}}", "flow": "called", "to": "try"},
        *[node for node in GRAPH["nodes"] if node["id"] in ("restart", "done", "hand-over")],
        {
            "id": "try",
            "kind": "question",
            "title": "Does {{host}} answer?",
            "note": "{{host}} was asked.",
            "options": [{"label": "Yes", "to": "done", "note": "{{host}} answers."}, {"label": "No", "to": "restart"}],
        },
    ],
}
PROCEDURE = {
    "kind": "procedure",
    "nodes": [
        {"id": "rack", "kind": "step", "title": "Rack it", "section": "Hardware"},
        {"id": "serial", "kind": "step", "title": "Serial number", "verification": "text", "note": "Racked."},
    ],
}


@pytest.fixture
def flow(team) -> Flow:
    return published_flow(team=team, title="VPN does not connect")


@pytest.fixture
def flow_session(engineer, flow) -> FlowSession:
    return start_session(by=engineer, flow=flow, intake=Intake(client="Harbor Dental", ticket="48213"))


@pytest.fixture
def calling(engineer) -> FlowSession:
    """A session that stands at a node which calls another flow."""
    published_flow(CALLED, team=engineer.team, slug="called")
    flow = published_flow(CALLING, team=engineer.team)
    return start_session(by=engineer, flow=flow, intake=Intake(variables={"host": "srv-01", "pin": "hunter22"}))


@pytest.fixture
def in_procedure(engineer) -> FlowSession:
    """A session at the first step of a procedure that its flow calls."""
    published_flow(PROCEDURE, team=engineer.team, slug="called", kind="procedure")
    flow = published_flow(CALLING, team=engineer.team)
    flow_session = start_session(by=engineer, flow=flow, intake=Intake(variables={"host": "srv-01"}))
    return enter_subflow(flow_session.pk, by=engineer, revision=0, typed=Typed())
