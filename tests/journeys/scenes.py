"""Work for the journeys: the demo teams with the starter library, and sessions that stand at a step of it."""

from dataclasses import dataclass

from playwright.sync_api import Page

from apps.flows.models import Flow
from apps.sessions.models import FlowSession
from apps.sessions.services.start import Intake, start_session
from apps.sessions.services.steps import jump_to
from apps.teams.models import User
from tests.journeys.browser import sign_in

VPN = "VPN does not connect"
TICKET, CLIENT, CONTACT, DEVICE = "70001", "Harbour Dental", "Mia Stone", "HD-LT-07"


@dataclass(frozen=True)
class Demo:
    engineer: User
    colleague: User
    stranger: User
    viewer: User
    lead: User
    vpn: Flow


def find_demo() -> Demo:
    people = {user.email: user for user in User.objects.select_related("team")}
    named = ("engineer@demo.example", "engineer2@demo.example", "engineer@other.example", "viewer@demo.example")
    flow = Flow.objects.get(title=VPN, team=None)
    return Demo(*(people[name] for name in (*named, "admin@demo.example")), vpn=flow)


def session_at(demo: Demo, node: str = "scope", **variables: str) -> FlowSession:
    """A session of the engineer on the VPN flow that stands at a node."""
    intake = Intake(
        ticket=TICKET, client=CLIENT, contact=CONTACT, phone="+44 20 7946 0018", device=DEVICE, variables=variables
    )
    begun = start_session(by=demo.engineer, flow=demo.vpn, intake=intake)
    if node == "scope":
        return begun
    return jump_to(begun.pk, by=demo.engineer, revision=begun.revision, depth=0, node=node)


def open_session(page: Page, demo: Demo, node: str = "scope", **variables: str) -> FlowSession:
    flow_session = session_at(demo, node, **variables)
    sign_in(page, demo.engineer)
    page.goto(flow_session.get_absolute_url())
    return flow_session
