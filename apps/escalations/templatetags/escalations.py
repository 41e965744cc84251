"""Handoffs inside pages of lower apps."""

from typing import Any

from django import template
from django.urls import reverse

from apps.escalations import selectors
from apps.escalations.forms import AssignForm
from apps.escalations.models import HandoffStatus, SessionHandoff
from apps.escalations.policies import leads
from apps.notifications.selectors import people_told
from apps.sessions.models import FlowSession, Status

register = template.Library()


@register.inclusion_tag("escalations/_nav.html", takes_context=True)
def escalations_nav(context: dict[str, Any]) -> dict[str, Any]:
    """The line of the sidebar, with how many sessions wait."""
    url = reverse("escalations:queue")
    path, user = context["request"].path, context["user"]
    return {"url": url, "current": path.startswith(url), "count": selectors.open_count(user)}


@register.inclusion_tag("escalations/_leads.html", takes_context=True)
def leads_bar(context: dict[str, Any]) -> dict[str, Any]:
    """What is past its time, for those whose business that is."""
    return {"overdue": selectors.overdue(context["user"])}


@register.inclusion_tag("escalations/_bar.html", takes_context=True)
def handoff_bar(context: dict[str, Any], flow_session: FlowSession) -> dict[str, Any]:
    """Above a session: who waits, who handed it over, what came back. It follows every change by itself."""
    user, shown = context["user"], {"flow_session": flow_session, "csrf_token": context.get("csrf_token")}
    if not selectors.has_handoffs(flow_session.pk):
        return shown | {"user": user}
    handoff = selectors.newest_handoff(user, flow_session.pk)
    waits = handoff is not None and handoff.is_open and handoff.created_by_id == user.pk
    people = people_told(handoff.team, handoff.subject) if handoff and waits else []
    answered = selectors.fresh_answer(user, flow_session)
    return shown | {"handoff": handoff, "answered": answered, "people": people, "user": user}


@register.inclusion_tag("escalations/_assign.html", takes_context=True)
def assign_form(context: dict[str, Any], flow_session: FlowSession) -> dict[str, Any]:
    """For leads, above somebody else's session: give it to another person."""
    user = context["user"]
    if not leads(user) or flow_session.owner_id == user.pk or flow_session.is_ended:
        return {}
    form = AssignForm(flow_session)
    return {"form": form, "flow_session": flow_session, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("escalations/_fix.html", takes_context=True)
def handoff_fix(context: dict[str, Any], flow_session: FlowSession) -> dict[str, Any]:
    """Beside the note of a session that had been handed over: what fixed it."""
    user = context["user"]
    if flow_session.status != Status.RESOLVED or not selectors.has_handoffs(flow_session.pk):
        return {}
    handoff = selectors.newest_handoff(user, flow_session.pk)
    if handoff is None or handoff.claimed_by_id is None:
        return {}
    steps = selectors.likely_fixes(flow_session) if flow_session.owner_id == user.pk else []
    asks = flow_session.owner_id == user.pk and handoff.status in (HandoffStatus.CLAIMED, HandoffStatus.FINISHED)
    return {"handoff": handoff, "steps": steps, "asks": asks, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("escalations/_handoffs.html", takes_context=True)
def my_handoffs(context: dict[str, Any]) -> dict[str, Any]:
    """For My work: what one handed over, and what is meant for one."""
    return {"handoffs": selectors.handoffs_for(context["user"]), "user": context["user"]}


@register.inclusion_tag("escalations/_told.html")
def told(handoff: SessionHandoff) -> dict[str, Any]:
    """Who has been called; what became of it is told to its author alone."""
    return {"told": people_told(handoff.team, handoff.subject, but=handoff.created_by)}
