"""How a session begins: from a flow, from a pasted ticket, from a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.flows.graph import FROM_THE_SESSION
from apps.flows.models import Flow
from apps.flows.services import count_start
from apps.flows.variables import problem_with
from apps.psa.models import Client, Ticket
from apps.psa.services import follow_ticket, ticket_numbered
from apps.psa.ticket_text import headline, shortened
from apps.sessions import engine
from apps.sessions.engine import Refused, place_data
from apps.sessions.graphs import GRAPHS
from apps.sessions.models import LONGEST_TITLE, FlowSession, Status
from apps.sessions.services.change import LISTED, change, lock_person, locked_rows, stop_clocks, tell
from apps.sessions.services.secrets import without_secrets
from apps.sessions.services.steps import store_variables
from apps.teams.models import Team, User


@dataclass(frozen=True, slots=True)
class Intake:
    """What is known at the start; every field may be empty."""

    title: str = ""
    problem: str = ""
    ticket: str = ""
    client: str = ""
    contact: str = ""
    phone: str = ""
    device: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def start_session(
    *, by: User, flow: Flow | None, intake: Intake, prepared: bool = False, key: UUID | None = None
) -> FlowSession:
    """Make a session pinned to the flow's published version, and start its clock unless it is only prepared.

    ``key`` names the form it was started from: the same form sent twice starts one session.
    """
    if by.team is None:
        raise Refused("Only people of a team run sessions.")
    with transaction.atomic():
        lock_person(by)
        if key and (started := FlowSession.objects.filter(owner=by, start_key=key).first()):
            return started
        client = client_named(by.team, intake.client)
        ticket = _ticket_of(by.team, intake, client)
        client = client or (ticket.client if ticket else None)
        title = _title(intake, ticket, flow)
        flow_session = FlowSession(
            team=by.team,
            owner=by,
            title=title,
            problem=_problem(intake, ticket, title),
            client=client,
            ticket=ticket,
            contact=intake.contact.strip() or (ticket.contact if ticket else ""),
            phone=intake.phone.strip(),
            device=intake.device.strip() or (ticket.device if ticket else ""),
            time_zone=by.team.time_zone,
            start_key=key,
        )
        if flow:
            _attach(flow_session, flow, intake.variables)
        flow_session.save()
        if not prepared:
            _begin(flow_session, by)
        tell(flow_session, LISTED)
        if ticket:
            follow_ticket(ticket, event=f"{ticket.subject}:{flow_session.pk}")
    return flow_session


def begin_session(pk: int, *, by: User) -> FlowSession:
    """Start a prepared session."""
    with change(pk, by=by, states=(Status.PREPARED,)) as beginning:
        beginning.flow_session.status = Status.ACTIVE
        _set_times(beginning.flow_session)
    return beginning.flow_session


def choose_flow(pk: int, *, by: User, revision: int, flow: Flow) -> FlowSession:
    """Give a session that has no flow one to follow."""
    with change(pk, by=by, revision=revision) as choosing:
        if choosing.flow_session.flow_id:
            raise Refused("This session follows a flow already. Start another session for another flow.")
        _attach(choosing.flow_session, flow, {})
    return choosing.flow_session


def client_named(team: Team, name: str) -> Client | None:
    """The team's client of that name, that of the present PSA before one that was typed; made when new."""
    name = " ".join(name.split())
    if not name:
        return None
    same = Client.objects.filter(team=team, name=name, connection__archived_at=None)
    known = same.order_by("-external_id", "id").first()
    return known or Client.objects.get_or_create(team=team, name=name, external_id="")[0]


def _ticket_of(team: Team, intake: Intake, client: Client | None) -> Ticket | None:
    number = intake.ticket.strip().lstrip("#")
    known = {"title": _titled(intake.title), "body": intake.problem, "contact": intake.contact, "device": intake.device}
    return ticket_numbered(team, number, client=client, **known) if number else None


def _title(intake: Intake, ticket: Ticket | None, flow: Flow | None) -> str:
    """Without secrets: it stands in lists, tabs and notices."""
    found = intake.title.strip() or (ticket.title if ticket else "") or headline(intake.problem)
    found = found or (flow.title if flow else "") or (f"Ticket {ticket.number}" if ticket else "Untitled")
    return _titled(found)


def _titled(line: str) -> str:
    return shortened(without_secrets(line[:2000]), LONGEST_TITLE)


def _problem(intake: Intake, ticket: Ticket | None, title: str) -> str:
    """What was told, the typed title with it where that was not kept whole."""
    told = intake.problem.strip() or (ticket.body if ticket else "")
    typed = intake.title.strip()
    return told if typed == title or told.startswith(typed) else f"{typed}\n\n{told}".strip()


def _attach(flow_session: FlowSession, flow: Flow, variables: Mapping[str, str]) -> None:
    if flow.published_id is None or flow.archived_at:
        raise Refused(f"“{flow.title}” has no published version. Choose another flow.")
    flow_session.flow, flow_session.version_id = flow, flow.published_id
    flow_session.place = place_data(engine.start(flow.published_id, GRAPHS))
    typed = {name: value for name, value in variables.items() if value}
    store_variables(flow_session, _known(flow_session, flow.published_id) | typed, [flow.published_id])
    count_start(flow.pk)


def _known(flow_session: FlowSession, version: int) -> dict[str, str]:
    """What the session says already, for the flow's fields of that name: "PC-1, Windows 11" names the host PC-1."""
    known = {name: str(getattr(flow_session, name)) for name in FROM_THE_SESSION}
    known["device"] = known["device"].partition(",")[0]
    fits = {one.name for one in GRAPHS[version].variables if not problem_with(one, known.get(one.name, ""))}
    return {name: value for name, value in known.items() if value and name in fits}


def _begin(flow_session: FlowSession, by: User) -> None:
    stop_clocks([row for row in locked_rows(flow_session.pk, by) if row.pk != flow_session.pk], timezone.now())
    flow_session.status = Status.ACTIVE
    _set_times(flow_session)
    flow_session.save()


def _set_times(flow_session: FlowSession) -> None:
    now = timezone.now()
    flow_session.started_at = flow_session.step_entered_at = flow_session.clock_at = now
