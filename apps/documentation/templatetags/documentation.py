"""The note of a session inside pages of other apps."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import mark_safe

from apps.documentation.render import render_html
from apps.documentation.selectors import NoteWithheld, safe_note_of
from apps.sessions.models import FlowSession, StepRecord

register = template.Library()
SHOWN_STEPS = 8


@register.inclusion_tag("documentation/_live_note.html")
def live_note(flow_session: FlowSession, records: Iterable[StepRecord] | None = None) -> dict[str, Any]:
    """The card "As it will be sent". ``records`` are the session's step records where the page has them already."""
    try:
        note = safe_note_of(flow_session, records)
    except NoteWithheld as withheld:
        return {"flow_session": flow_session, "withheld": str(withheld)}
    html = mark_safe(render_html(note.document.latest(SHOWN_STEPS)))  # noqa: S308 - the renderer escapes every text
    return {"flow_session": flow_session, "note": note, "html": html}
