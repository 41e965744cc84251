"""All demo data of this app and those below it; the apps above add theirs in the command that seeds it."""

from datetime import timedelta
from random import Random

from django.utils import timezone

from apps.flows.models import Flow
from apps.notifications.services import mark_all_read
from apps.psa.models import Client, Ticket
from apps.sessions.demo.past import make_past, walk
from apps.sessions.demo.people import connect_demo, make_people, make_team, make_tickets
from apps.sessions.models import FlowSession
from apps.sessions.services.lifecycle import pause_session
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import add_note
from apps.sessions.services.telling import wake_sessions
from apps.teams.models import User

DEMO, OTHER = "Demo MSP", "Other MSP"


def seed(rng: Random, sessions: int) -> dict[str, User]:
    """Make it, and return the people by their address."""
    demo, other = make_team(DEMO), make_team(OTHER)
    people = make_people(demo, other)
    tickets = make_tickets(connect_demo(demo, people["admin@demo.example"]))
    flows = list(Flow.objects.startable().filter(team=None).order_by("slug"))
    engineers = [people[f"{name}@demo.example"] for name in ("engineer", "engineer2", "senior", "admin")]
    make_past(rng, engineers, flows, tickets, sessions)
    make_open(rng, people["engineer@demo.example"], flows, tickets)
    make_news(people)
    make_other(rng, people["engineer@other.example"], flows)
    return people


def make_open(rng: Random, by: User, flows: list[Flow], tickets: list[Ticket]) -> None:
    """Paused, prepared and active work for the home page; the active one last, so that its clock runs."""
    by_title = {flow.title: flow for flow in flows}
    printing = start(by, by_title["Printing and scanning"], tickets[3])
    walk(rng, printing, by, 2)
    pause_session(printing.pk, by=by, reason="vendor", wake_at=timezone.now() + timedelta(hours=3))
    slow = start(by, by_title["PC is slow"], tickets[10])
    walk(rng, slow, by, 3)
    pause_session(slow.pk, by=by, reason="client", wake_at=timezone.now() + timedelta(minutes=1))
    FlowSession.objects.filter(pk=slow.pk).update(wake_at=timezone.now() - timedelta(minutes=5))
    start(by, by_title["Teams: no sound, camera or calls drop"], tickets[2], prepared=True)
    walk(rng, start(by, by_title["VPN does not connect"], tickets[0]), by, 2)


def make_news(people: dict[str, User]) -> None:
    """What the bells ring of: a session that is back, notes by teammates, one of which was read."""
    by, senior = people["engineer@demo.example"], people["senior@demo.example"]
    paused, active = (FlowSession.objects.filter(owner=by, status=status) for status in ("paused", "active"))
    for flow_session in paused.order_by("-wake_at")[:1]:
        add_note(flow_session.pk, by=senior, text="The vendor's line is open until 18:00; ask for the second level.")
        mark_all_read(by=by)
    for flow_session in active:
        add_note(
            flow_session.pk, by=senior, text="Same error at their other office last month: the RADIUS certificate."
        )
    lead_session = start_session(
        by=people["admin@demo.example"], flow=None, intake=Intake(title="Quote for new switches")
    )
    pause_session(
        lead_session.pk, by=lead_session.owner, reason="client", wake_at=timezone.now() + timedelta(minutes=1)
    )
    FlowSession.objects.filter(pk=lead_session.pk).update(wake_at=timezone.now() - timedelta(minutes=2))
    wake_sessions()


def start(by: User, flow: Flow, ticket: Ticket, prepared: bool = False) -> FlowSession:
    return start_session(by=by, flow=flow, intake=Intake(ticket=ticket.number), prepared=prepared)


def make_other(rng: Random, by: User, flows: list[Flow]) -> None:
    assert by.team is not None  # noqa: S101
    client = Client.objects.create(team=by.team, name="Seabright Logistics")
    ticket = Ticket.objects.create(
        team=by.team, number="48201", title="Scanner offline", client=client, contact="Kit Vance"
    )
    make_past(rng, [by], flows, [ticket], 3)
