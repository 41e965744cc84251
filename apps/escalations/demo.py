"""Handoffs in the demo team: one in each view of the queue."""

from random import Random

from apps.escalations.models import Intent, Priority, Reason, SessionHandoff
from apps.escalations.services import Call, HandoffManager
from apps.flows.models import Flow
from apps.psa.models import Ticket
from apps.sessions.demo.now import start
from apps.sessions.demo.past import walk
from apps.sessions.models import FlowSession, Status
from apps.teams.models import User

ACCESS = Call(
    reason=Reason.ACCESS,
    priority=Priority.HIGH,
    notes="The other side refuses us for a failed DMARC check. I may not change their DNS; can somebody do it?",
)
LATER = Call(
    reason=Reason.TIME, notes="The controller restarts tonight. Look at the tablets in room 4 after nine tomorrow."
)
STUCK = Call(
    notes="No second device is enrolled, and the caller is not on the list of approvers. How do we prove who it is?"
)
QUESTION = Call(notes="Error 809 from her sister's house only. Is UDP 4500 blocked there, or is it our side?")


def make_handoffs(rng: Random, people: dict[str, User]) -> None:
    """One that waits for a senior, one parked, one picked up, and a question about work that goes on."""
    junior, senior = people["engineer2@demo.example"], people["senior@demo.example"]
    picked_up = give(rng, junior, ("m365-sign-in-fails", "48206"), Intent.ESCALATE, STUCK)
    HandoffManager(senior).claim_handoff(picked_up.pk)
    give(rng, junior, ("wifi-drops", "48205"), Intent.PARK, LATER)
    give(rng, junior, ("mail-bounces", "48210"), Intent.ESCALATE, ACCESS)
    asking = people["engineer@demo.example"]
    at_work = FlowSession.objects.filter(owner=asking, status=Status.ACTIVE).latest("pk")
    HandoffManager(asking).ask(at_work.pk, call=QUESTION)


def give(rng: Random, by: User, work: tuple[str, str], intent: str, call: Call) -> SessionHandoff:
    """Begin such a flow for the ticket of that number, walk some steps of it, and hand it over."""
    flow, ticket = Flow.objects.live().get(team=None, slug=work[0]), Ticket.objects.get(team=by.team, number=work[1])
    begun = walk(rng, start(by, flow, ticket), by, 3)
    return HandoffManager(by).create_handoff(begun.pk, intent=intent, call=call)
