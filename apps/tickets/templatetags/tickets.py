"""A session's ticket inside pages of other apps."""

from typing import Any

from django import template

from apps.sessions.models import FlowSession
from apps.tickets.selectors import card_of, flow_for, further_tickets, ticket_of

register = template.Library()


@register.inclusion_tag("tickets/_tickets.html", takes_context=True)
def session_tickets(context: dict[str, Any], flow_session: FlowSession) -> dict[str, Any]:
    """The card of the session's ticket, the further ones, and the way to link one."""
    user = context["request"].user
    ticket = ticket_of(user, flow_session.ticket_id) if flow_session.ticket_id else None
    shown: dict[str, Any] = {"flow_session": flow_session, "user": user, "csrf_token": context.get("csrf_token")}
    return shown | {"card": card_of(ticket) if ticket else None, "further": further_tickets(flow_session)}


@register.inclusion_tag("tickets/_rule_flow.html", takes_context=True)
def rule_flow(context: dict[str, Any], flow_session: FlowSession) -> dict[str, Any]:
    """The flow that the team laid down for such tickets, before those that the words suggest."""
    user = context["request"].user
    ticket = ticket_of(user, flow_session.ticket_id) if flow_session.ticket_id else None
    return {**context.flatten(), "flow": flow_for(ticket, user) if ticket else None}  # type: ignore[attr-defined]
