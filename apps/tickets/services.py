"""How a session gets its tickets."""

from dataclasses import replace

from django.db import transaction

from apps.core.egress import Reason
from apps.core.outbox import Later
from apps.psa.errors import NotFound
from apps.psa.facts import NewTicket
from apps.psa.line import asked_of
from apps.psa.models import Ticket
from apps.psa.services import follow_ticket, keep_ticket, live_connection, refresh_ticket, ticket_numbered
from apps.psa.ticket_text import shortened
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, Status
from apps.sessions.rows import session_of
from apps.sessions.services.change import change
from apps.sessions.services.secrets import secret_values, without_secrets
from apps.sessions.services.start import Intake, start_session
from apps.teams.models import Team, User
from apps.tickets.models import FurtherTicket

ANY = tuple(Status.values)
LONGEST_SUBJECT = 100


def link_ticket(pk: int, *, by: User, number: str) -> Ticket:
    """Link a ticket to a session: as its primary one, or beside that. While the PSA is away the number alone is kept.

    Raises FlowSession.DoesNotExist, Refused, or what `apps.psa.errors` names.
    """
    return _link(pk, by, _asked(by, number.strip().lstrip("#")))


def _link(pk: int, by: User, ticket: Ticket) -> Ticket:
    with change(pk, by=by, states=ANY, moves=False, anyone=True) as linking:
        flow_session = linking.flow_session
        if flow_session.ticket_id is None:
            _make_primary(flow_session, ticket)
        elif flow_session.ticket_id != ticket.pk:
            given = {"team_id": flow_session.team_id, "linked_by": by}
            FurtherTicket.objects.get_or_create(flow_session=flow_session, ticket=ticket, defaults=given)
        follow_ticket(ticket, event=f"{ticket.subject}:{flow_session.pk}")
    return ticket


def make_primary(pk: int, *, by: User, ticket_pk: int) -> None:
    """Let a further ticket be the session's primary one; the two change places."""
    with change(pk, by=by, states=ANY, moves=False, anyone=True) as swapping:
        flow_session = swapping.flow_session
        further = FurtherTicket.objects.filter(flow_session=flow_session, ticket_id=ticket_pk).first()
        if further is None:
            raise Refused("That ticket is not linked to this session any more. Nothing was changed.")
        earlier, primary = flow_session.ticket, further.ticket
        _make_primary(flow_session, primary)
        further.delete()
        if earlier:
            FurtherTicket.objects.create(
                team_id=flow_session.team_id, flow_session=flow_session, ticket=earlier, linked_by=by
            )


def unlink_ticket(pk: int, *, by: User, ticket_pk: int) -> None:
    """Take a ticket away from a session; what was sent to it stays there."""
    with change(pk, by=by, states=ANY, moves=False, anyone=True) as leaving:
        flow_session = leaving.flow_session
        FurtherTicket.objects.filter(flow_session=flow_session, ticket_id=ticket_pk).delete()
        if flow_session.ticket_id == ticket_pk:
            flow_session.ticket = None


def create_ticket(pk: int, *, by: User, new: NewTicket) -> Ticket:
    """Make a ticket in the PSA, without secrets, and link it.

    Raises FlowSession.DoesNotExist, Refused where no PSA is connected, and what `apps.psa.errors` names; Doubt where it
    may have been made.
    """
    connection = live_connection(by.team_id)
    if connection is None:
        raise Refused("No PSA is connected. Type the number of the ticket instead.")
    flow_session = session_of(by, pk)
    known = secret_values(flow_session).values()
    title, body = (without_secrets(text, known) for text in (new.title, new.body))
    safe = replace(new, title=shortened(title, LONGEST_SUBJECT), body=body)
    facts = asked_of(connection, by, "a ticket is made").create_ticket(safe)
    return _link(pk, by, keep_ticket(connection, facts))


def start_from_ticket(*, by: User, number: str) -> FlowSession:
    """Begin a session on a ticket of the PSA. Raises what `apps.psa.errors` names, and Refused."""
    ticket = _asked(by, number)
    intake = Intake(ticket=ticket.number, client=ticket.client.name if ticket.client else "")
    return start_session(by=by, flow=None, intake=intake)


def refresh(ticket: Ticket, *, by: User) -> Ticket:
    """Look at the ticket in its PSA now. Makes calls: outside any transaction."""
    return refresh_ticket(ticket.pk, why=Reason.to("a ticket is read", team=ticket.team, by=by))


def _asked(by: User, number: str) -> Ticket:
    """The ticket as its PSA knows it, or by its number while that is away."""
    team = _team_of(by)
    connection = live_connection(team.pk)
    if connection:
        try:
            return keep_ticket(connection, asked_of(connection, by, "a ticket is linked").get_ticket(number))
        except Later:
            pass
    if not number:
        raise NotFound("Type the number of a ticket.")
    with transaction.atomic():
        return ticket_numbered(team, number)


def _team_of(by: User) -> Team:
    if by.team is None:
        raise Refused("Only people of a team work on tickets.")
    return by.team


def _make_primary(flow_session: FlowSession, ticket: Ticket) -> None:
    flow_session.ticket = ticket
    flow_session.client = flow_session.client or ticket.client
