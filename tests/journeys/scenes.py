"""Work for the journeys: the demo teams with the starter library, and sessions that stand at a step of it."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection, transaction
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


_seeded: dict[str, bytes] = {}  # rows by table, as COPY writes them
_MADE_BY_MIGRATING = {"django_content_type", "auth_permission"}  # again after each test, with other ids


def _seed() -> None:
    """Seed once; later journeys get the same rows back, since reading the whole library takes seconds."""
    with transaction.atomic(), connection.cursor() as cursor:
        if _seeded:
            for table, rows in _seeded.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            return
        call_command("seed_demo", sessions=3, handoffs=False, verbosity=0)
        for table in set(connection.introspection.django_table_names(only_existing=True)) - _MADE_BY_MIGRATING:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                _seeded[table] = b"".join(map(bytes, copy))


def make_demo() -> Demo:
    _seed()
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
