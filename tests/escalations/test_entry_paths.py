"""Whatever way a session is handed over, all that is written is the same: rows, notices, outbox, live events, note."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import models
from django.test import Client

from apps.core.models import LiveEvent, OutboxMessage
from apps.documentation.handlers import write_escalation
from apps.documentation.models import StoredDocument
from apps.escalations.imported import adopt_imported
from apps.escalations.models import Intent, SessionHandoff
from apps.flows.models import Flow
from apps.notifications.models import Delivery, Notification
from apps.sessions.models import FlowSession, Status, StepRecord
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import Typed, answer_step
from apps.teams.models import User
from tests.escalations.seen import text
from tests.factories.channels import TeamChannelFactory
from tests.factories.escalations import handed_over
from tests.factories.flows import published_flow

NOTES = "Which policy matches?"
WRITTEN = (SessionHandoff, StepRecord, Notification, Delivery, OutboxMessage, LiveEvent, StoredDocument)
DIFFERENT = (models.AutoField, models.BigAutoField, models.DateTimeField)
Artifacts = dict[str, list[dict[str, str]]]


@dataclass
class Desk:
    """An engineer who is stuck, with a browser, and the senior who is to help."""

    author: User
    senior: User
    browser: Client
    flow: Flow

    def begin(self, choice: int) -> FlowSession:
        """The same work each time: one step answered, the second choice of which leads to the escalation node."""
        begun = start_session(by=self.author, flow=self.flow, intake=Intake(client="Harbor Dental"))
        return answer_step(begun.pk, by=self.author, revision=begun.revision, choice=choice, typed=Typed())

    def post(self, address: str, data: dict[str, Any]) -> None:
        assert self.browser.post(address, data).status_code == 302


@pytest.fixture
def desk(engineer: User, senior: User, as_engineer: Client) -> Desk:
    TeamChannelFactory(team=engineer.team, owner=senior)
    return Desk(engineer, senior, as_engineer, published_flow(team=engineer.team))


def written(act: Callable[[], object]) -> Artifacts:
    """All rows that the act and the worker after it write, apart from keys and times."""
    before = {model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in WRITTEN}
    act()
    for row in OutboxMessage.objects.filter(pk__gt=before[OutboxMessage], handler__startswith="apps.documentation"):
        write_escalation(row)
    return {
        model.__name__: [plain(row) for row in model.objects.filter(pk__gt=after).order_by("pk")]
        for model, after in before.items()
    }


def plain(row: models.Model) -> dict[str, str]:
    fields = [field for field in row._meta.concrete_fields if not isinstance(field, DIFFERENT)]
    return {field.name: re.sub(r"\d+", "#", str(field.value_from_object(row))) for field in fields}


def by_address(address: str, intent: str) -> Callable[[Desk, FlowSession], None]:
    def give(desk: Desk, flow_session: FlowSession) -> None:
        desk.post(f"/pilot/{flow_session.pk}/{address}/", {"intent": intent, "notes": NOTES})

    return give


def by_node(desk: Desk, flow_session: FlowSession) -> None:
    """What "Get help" has chosen at an escalation node."""
    form = desk.browser.get(f"/pilot/{flow_session.pk}/help/").context["form"]
    desk.post(f"/pilot/{flow_session.pk}/handoff/", {**form.initial, "notes": NOTES})


def by_shift_end(desk: Desk, flow_session: FlowSession) -> None:
    desk.post("/escalations/shift-end/", {f"take-{flow_session.pk}": "on", f"next-{flow_session.pk}": NOTES})


def by_shift_end_to_a_person(desk: Desk, flow_session: FlowSession) -> None:
    data = {f"take-{flow_session.pk}": "on", f"next-{flow_session.pk}": NOTES, "target": desk.senior.pk}
    desk.post("/escalations/shift-end/", data)


def imported(flow_session: FlowSession, **fields: Any) -> None:
    rows = FlowSession.objects.filter(pk=flow_session.pk)
    rows.update(status=Status.REQUESTING_ESCALATION, clock_at=None, **fields)


def by_import(desk: Desk, flow_session: FlowSession) -> None:
    imported(flow_session)
    assert adopt_imported() == 1


WAYS: dict[str, tuple[Callable[[Desk, FlowSession], None], dict[str, Any]]] = {
    "handoff": (by_address("handoff", Intent.ESCALATE), {"notes": NOTES}),
    "escalate": (by_address("escalate", ""), {"notes": NOTES}),
    "escalation node": (by_node, {"notes": NOTES, "reason": "flow"}),
    "shift end to a person": (by_shift_end_to_a_person, {"notes": NOTES, "reason": "time", "target": "senior"}),
    "import": (by_import, {}),
    "park": (by_address("handoff", Intent.PARK), {"intent": Intent.PARK, "notes": NOTES}),
    "shift end": (by_shift_end, {"intent": Intent.PARK, "notes": NOTES, "reason": "time"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_handing_over_leaves_the_same_artifacts(desk: Desk, way: str) -> None:
    give, call = WAYS[way]
    call = {**call, **({"target": desk.senior} if "target" in call else {})}
    choice = int(way == "escalation node")
    one, other = desk.begin(choice), desk.begin(choice)
    expected = written(lambda: handed_over(one, **call))
    assert written(lambda: give(desk, other)) == expected
    one.refresh_from_db()
    other.refresh_from_db()
    same = ("status", "owner_id", "clock_at", "pause_reason", "revision", "last_ordinal", "place")
    assert [getattr(other, name) for name in same] == [getattr(one, name) for name in same]


def test_artifacts_of_an_escalation_are_of_every_kind(desk: Desk) -> None:
    left = written(lambda: handed_over(desk.begin(0), notes=NOTES))
    assert {name: len(rows) > 0 for name, rows in left.items()} == {model.__name__: True for model in WRITTEN}
    assert NOTES in left["StoredDocument"][0]["body"]


def test_session_imported_while_it_asks_for_help_is_in_queue_and_count_and_can_be_picked_up(
    desk: Desk, as_senior: Client
) -> None:
    begun = desk.begin(0)
    by_import(desk, begun)
    assert adopt_imported() == 0
    assert [row.flow_session for row in as_senior.get("/escalations/").context["page"].rows] == [begun]
    assert "Escalations 1 open" in text(as_senior.get("/"))
    assert as_senior.post(f"/escalations/{begun.handoffs.get().pk}/claim/").status_code == 302


def test_imported_session_that_cannot_be_handed_over_keeps_no_other_waiting_and_is_logged_once(
    desk: Desk, outsider: User, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = desk.begin(0), desk.begin(0)
    imported(broken, owner=outsider)
    by_import(desk, sound)
    assert [handoff.flow_session for handoff in SessionHandoff.objects.all()] == [sound]
    assert caplog.text.count(f"session {broken.pk} could not be handed over") == 1
    assert (adopt_imported(), len(caplog.records)) == (0, 1)
