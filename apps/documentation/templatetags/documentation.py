"""The note of a session inside pages of other apps."""

from typing import Any

from django import template
from django.utils.safestring import mark_safe

from apps.documentation.models import DocumentKind
from apps.documentation.render import render_html
from apps.documentation.selectors import NoteWithheld, live_note_of, stored_document
from apps.documentation.sent import why_not
from apps.sessions.models import FlowSession
from apps.sessions.rows import Recent

register = template.Library()


@register.inclusion_tag("documentation/_live_note.html", takes_context=True)
def live_note(context: dict[str, Any], flow_session: FlowSession, recent: Recent) -> dict[str, Any]:
    """The card "As it will be sent", with the newest steps."""
    try:
        note = live_note_of(flow_session, recent)
    except NoteWithheld as withheld:
        return {"flow_session": flow_session, "withheld": str(withheld)}
    html = mark_safe(render_html(note.document))  # noqa: S308 - the renderer escapes every text
    summary = note.summary if recent.is_whole else "Secrets are removed from every step. The note counts them."
    return {"flow_session": flow_session, "summary": summary, "html": html, "user": context.get("user")}


@register.inclusion_tag("documentation/_escalation_note.html", takes_context=True)
def escalation_note(context: dict[str, Any], flow_session: FlowSession, number: int, subject: str) -> dict[str, Any]:
    """The card of the note that went along with the handoff at a record; ``subject`` is its outbox row's."""
    stored = stored_document(context["request"].user, flow_session.pk, DocumentKind.ESCALATION, number)
    shown = {"flow_session": flow_session, "number": number, "subject": subject, "stored": stored}
    shown |= {"why_not": why_not(flow_session)}
    return shown | {name: context.get(name) for name in ("request", "csrf_token", "user")}
