"""What pages show of tickets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import OuterRef, Q, Subquery

from apps.core.models import Member, OutboxMessage
from apps.core.outbox import Failed, Later
from apps.core.paging import Keyset
from apps.flows.models import Flow
from apps.psa.context import read_context, summary_of
from apps.psa.facts import Named, TicketContext, TicketFacts, TicketQuery
from apps.psa.line import asked_of
from apps.psa.lists import boards_of
from apps.psa.models import Client, Connection, PsaMember, Ticket
from apps.psa.services import live_connection
from apps.sessions.models import FlowSession
from apps.teams.models import User
from apps.tickets.models import FurtherTicket, TicketRule
from apps.tickets.rules import Rule, best_rule

KNOWN = 25  # tickets of ours that are shown while the PSA cannot be asked
NEWEST = Keyset("id", int)


@dataclass(frozen=True)
class Card:
    """A ticket as it was last seen in its PSA."""

    ticket: Ticket
    context: TicketContext | None
    summary: Sequence[str]
    link: str


@dataclass(frozen=True)
class Found:
    """Tickets that were asked for, and what to say where the PSA could not be asked."""

    tickets: Sequence[TicketFacts]
    cursor: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Sought:
    """What somebody looks for; ``mine`` alone, where the PSA knows of nobody, are those that they work on here."""

    query: TicketQuery
    mine: bool = False


def card_of(ticket: Ticket) -> Card:
    context = read_context(ticket.context)
    link = ticket.connection.link_to(ticket.number) if ticket.connection else ""
    link = link or (context.ticket.url if context and context.ticket.url.startswith(("https://", "/")) else "")
    return Card(ticket, context, summary_of(context) if context else (), link)


def ticket_of(user: Member, pk: int) -> Ticket | None:
    """With ``trouble``: why it could not be fetched, where that was given up."""
    rows = Ticket.objects.visible_to(user).select_related("connection", "client", "merged_into").filter(pk=pk)
    stuck = OutboxMessage.objects.filter(subject=Ticket(pk=pk).subject, state__in=OutboxMessage.STUCK)
    newest = stuck.filter(team=OuterRef("team")).order_by("-id").values("error")[:1]
    return rows.annotate(trouble=Subquery(newest)).first()


def further_tickets(flow_session: FlowSession) -> list[FurtherTicket]:
    rows = FurtherTicket.objects.filter(flow_session=flow_session)
    return list(rows.select_related("ticket").order_by("id")[:50])


def find_tickets(user: User, sought: Sought) -> Found:
    """Ask the team's PSA; where it does not answer, what is known here. Makes a call: outside any transaction."""
    connection, query = live_connection(user.team_id), sought.query
    if connection is None:
        return _known(user, sought, "No PSA is connected: these are the tickets that were typed here.")
    if sought.mine and not query.member:
        return _known(user, sought, f"{connection} does not know who you are: these are the tickets you work on here.")
    if NEWEST.is_cursor(query.cursor):  # of what was known while the PSA was away
        query = replace(query, cursor="")
    try:
        page = asked_of(connection, user, "tickets are looked for").search_tickets(query)
    except (Failed, Later) as error:
        return _known(user, sought, f"{error} These are the tickets that are known here.")
    return Found(page.tickets, page.cursor)


def boards_of_psa(user: User) -> Sequence[Named]:
    """The boards of the team's PSA; none while it is away. May make a call: outside any transaction."""
    connection = live_connection(user.team_id)
    return boards_of(connection, by=user).of("boards") if connection else ()


def known_boards(user: User) -> list[Named]:
    """The boards of the tickets that are known here."""
    rows = Ticket.objects.visible_to(user).live().exclude(board="").order_by("board")
    names = dict(rows.values_list("board", "context__ticket__board__name").distinct()[:100])
    return [Named(id_, name or id_) for id_, name in names.items()]


def clients_of_psa(user: User) -> list[Named]:
    """The clients that are known of the team's PSA, by their ids there."""
    rows = Client.objects.visible_to(user).filter(connection__archived_at=None).exclude(external_id="")
    return [Named(*pair) for pair in rows.order_by("name", "id").values_list("external_id", "name")[:500]]


def member_of(user: User) -> str:
    """Who the person is in the PSA that is connected, by the id there; "" where that is not known."""
    live = Connection.objects.live().filter(team_id=user.team_id or 0)
    member = PsaMember.objects.filter(connection__in=live, user=user).first()
    return member.external_id if member else ""


def sessions_by_number(user: Member, numbers: Iterable[str]) -> dict[str, FlowSession]:
    """The newest session on each of the tickets."""
    rows = FlowSession.objects.visible_to(user).filter(ticket__number__in=list(numbers))
    rows = rows.filter(ticket__connection__archived_at=None)
    return {row.ticket.number: row for row in rows.select_related("ticket", "owner").order_by("id") if row.ticket}


def flow_for(ticket: Ticket, user: User) -> Flow | None:
    """The flow that a rule of the team names for the ticket."""
    context = read_context(ticket.context)
    facts = context.ticket if context else None
    rows = TicketRule.objects.visible_to(user).order_by("id")
    rule = best_rule(
        [Rule(row.flow_id, row.board, row.type, row.words) for row in rows],
        board=facts.board.name if facts and facts.board else "",
        type_=facts.type.name if facts and facts.type else "",
        subject=ticket.title,
    )
    return Flow.objects.visible_to(user).startable().filter(pk=rule.flow_id).first() if rule else None


def _known(user: User, sought: Sought, problem: str) -> Found:
    query, fits = sought.query, Q()
    if query.text:
        fits &= Q(title__icontains=query.text) | Q(number=query.text.removeprefix("#"))
    if query.board:
        fits &= Q(board=query.board)
    if query.open_only:
        fits &= Q(context={}) | Q(context__ticket__is_closed=False)
    if sought.mine:
        here = FlowSession.objects.visible_to(user).filter(owner=user, ticket__isnull=False)
        owned = Q(context__ticket__owner=query.member) if query.member else Q()
        fits &= Q(pk__in=here.values("ticket")) | owned
    rows = Ticket.objects.visible_to(user).live().filter(fits).select_related("client")
    page = NEWEST.page([rows], query.cursor, KNOWN)
    return Found([_facts(row) for row in page.rows], page.older, problem)


def _facts(row: Ticket) -> TicketFacts:
    context = read_context(row.context)
    return context.ticket if context else TicketFacts(row.number, row.title, row.body, priority=row.priority)
