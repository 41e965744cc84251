"""Tickets of a PSA as rows of ours."""

from django.db import models, transaction
from django.utils import timezone

from apps.core.egress import Reason
from apps.core.live import publish, team_channel
from apps.core.models import OutboxMessage
from apps.core.outbox import emit
from apps.psa.context import write_context
from apps.psa.facts import TicketContext, TicketFacts
from apps.psa.line import psa_of
from apps.psa.models import Client, Connection, Ticket, side_of

MOST_MERGES = 3  # that one ticket is followed through


def live_connection(team_id: int | None) -> Connection | None:
    return Connection.objects.live().filter(team_id=team_id).first() if team_id else None


def keep_ticket(connection: Connection, facts: TicketFacts) -> Ticket:
    """The row of a ticket of the PSA, brought up to date; one typed before the PSA was connected is taken on."""
    with transaction.atomic():
        Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        ticket = _row_of(connection, facts.number)
        _tell(ticket, connection, facts)
        ticket.context = ticket.context or write_context(TicketContext(facts))
        ticket.save()
        announce(ticket)
    return ticket


def ticket_numbered(team: models.Model, number: str, *, client: Client | None = None, **known: str) -> Ticket:
    """The team's ticket of that number, in its PSA where one is connected; in the caller's transaction.

    What is `known` of it (title, body, contact, device) goes into a ticket of which nothing is known yet.
    """
    connection = live_connection(team.pk)
    ticket = _row_of(connection, number) if connection else _typed(team, number)
    if not any(getattr(ticket, name) for name in known):
        ticket.client = ticket.client or client
        for name, text in known.items():
            setattr(ticket, name, text.strip())
    ticket.save()
    return ticket


def follow_ticket(ticket: Ticket, *, event: str) -> None:
    """Have the worker fetch the ticket's context, once for the event; in the caller's transaction."""
    if ticket.connection_id:
        emit(
            "ticket.linked",
            ticket.subject,
            team=ticket.team,
            event=event,
            side=side_of(ticket.connection_id),
            payload={"ticket": ticket.pk},
        )


def refresh_ticket(pk: int, *, why: OutboxMessage | Reason) -> Ticket:
    """Fetch the ticket's context and keep it, following it where it was merged into another; the ticket it is now.

    Raises what `apps.psa.errors` names; what was kept stays.
    """
    ticket = Ticket.objects.select_related("connection", "team").get(pk=pk)
    connection = ticket.connection
    if connection is None or connection.archived_at:
        return ticket
    psa = psa_of(connection, why=why)
    for _ in range(MOST_MERGES):
        context = psa.ticket_context(ticket.number)
        ticket = _keep_context(connection, ticket, context)
        if not context.ticket.merged_into:
            break
        ticket = _merge(connection, ticket, context.ticket.merged_into)
    return ticket


def announce(ticket: Ticket) -> None:
    """Pages that show the ticket look at it anew."""
    publish(team_channel(ticket.team_id), "ticket", {"id": ticket.pk})


def _typed(team: models.Model, number: str) -> Ticket:
    return Ticket.objects.get_or_create(team_id=team.pk, connection=None, number=number)[0]


def _row_of(connection: Connection, number: str) -> Ticket:
    same = Ticket.objects.filter(team_id=connection.team_id, number=number)
    known = same.filter(connection=connection).first() or same.filter(connection=None).first()
    ticket = known or Ticket(team_id=connection.team_id, number=number)
    ticket.connection = connection
    return ticket


def _tell(ticket: Ticket, connection: Connection, facts: TicketFacts) -> None:
    ticket.title = facts.title[:300]
    ticket.body = facts.body
    ticket.contact, ticket.device, ticket.priority = facts.contact[:200], facts.device[:200], facts.priority[:64]
    ticket.board = facts.board.id if facts.board else ""
    ticket.client = _client_of(connection, facts)


def _client_of(connection: Connection, facts: TicketFacts) -> Client | None:
    """By its id in the PSA, or a client of the same name that was typed before."""
    if facts.client is None:
        return None
    name, external_id = facts.client.name[:200], facts.client.id
    same = Client.objects.filter(team_id=connection.team_id)
    known = (
        same.filter(connection=connection, external_id=external_id).first()
        or same.filter(external_id="", name=name).first()
    )
    client = known or Client(team_id=connection.team_id)
    if (client.connection_id, client.external_id, client.name) != (connection.pk, external_id, name):
        client.connection, client.external_id, client.name = connection, external_id, name
        client.save()
    return client


@transaction.atomic
def _keep_context(connection: Connection, ticket: Ticket, context: TicketContext) -> Ticket:
    ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).get(pk=ticket.pk)
    _tell(ticket, connection, context.ticket)
    ticket.context, ticket.fetched_at = write_context(context), timezone.now()
    ticket.save()
    announce(ticket)
    return ticket


@transaction.atomic
def _merge(connection: Connection, ticket: Ticket, number: str) -> Ticket:
    """The ticket that it went on as; what is sent to the one goes to the other from now on."""
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    successor = _row_of(connection, number)
    successor.save()
    if successor.pk != ticket.pk:
        Ticket.objects.filter(pk=ticket.pk).update(merged_into=successor)
    return successor
