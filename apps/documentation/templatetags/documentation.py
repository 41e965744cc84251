"""The note of a session inside pages of other apps."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.core.templatetags.ui import icon, may, path_of
from apps.documentation.models import DocumentKind
from apps.documentation.render import render_html
from apps.documentation.selectors import NoteWithheld, live_note_of, stored_document
from apps.documentation.sent import why_not
from apps.sessions.models import FlowSession
from apps.sessions.rows import Recent

register = template.Library()


_CARD = """
<section class="card" id="live-note" aria-labelledby="live-note-h">
  <header>{}<h2 id="live-note-h">As it will be sent</h2><span class="chip end">Internal note</span></header>
  {}
  <footer>{}<a class="btn s end" href="{}">Open the note</a>{}</footer>
</section>"""
_NOTE = '<div class="in doc">{}</div>'
_WITHHELD = '<div class="in"><p class="t-bad">{}</p></div>'
_SUMMARY = "{}<span>{}</span>"
_PUSH = '<a class="btn s" href="{}">{}</a>'


@register.simple_tag(takes_context=True)
def live_note(context: dict[str, Any], flow_session: FlowSession, recent: Recent) -> SafeString:
    """The card "As it will be sent", with the newest steps. Every answer draws it; a template takes longer."""
    said, summary = _live_texts(flow_session, recent)
    page = path_of("documentation:note-page", flow_session.pk)
    user = context.get("user")
    may_push = flow_session.ticket_id and user and may(user, "RUN_SESSIONS")
    word = "Send to the ticket…" if flow_session.is_ended else "Post progress…"
    push = format_html(_PUSH, path_of("documentation:push", flow_session.pk), word) if may_push else ""
    return format_html(_CARD, icon("file-text"), said, summary, page, push)


def _live_texts(flow_session: FlowSession, recent: Recent) -> tuple[SafeString, SafeString | str]:
    """The note and what was removed from it, or why it is withheld."""
    try:
        note = live_note_of(flow_session, recent)
    except NoteWithheld as withheld:
        return format_html(_WITHHELD, withheld), ""
    html = mark_safe(render_html(note.document))  # noqa: S308 - the renderer escapes every text
    summary = note.summary if recent.is_whole else "Secrets are removed from every step. The note counts them."
    return format_html(_NOTE, html), format_html(_SUMMARY, icon("shield-check", "s"), summary)


@register.inclusion_tag("documentation/_escalation_note.html", takes_context=True)
def escalation_note(context: dict[str, Any], flow_session: FlowSession, number: int, subject: str) -> dict[str, Any]:
    """The card of the note that went along with the handoff at a record; ``subject`` is its outbox row's."""
    stored = stored_document(context["request"].user, flow_session.pk, DocumentKind.ESCALATION, number)
    shown = {"flow_session": flow_session, "number": number, "subject": subject, "stored": stored}
    shown |= {"why_not": why_not(flow_session)}
    return shown | {name: context.get(name) for name in ("request", "csrf_token", "user")}
