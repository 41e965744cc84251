import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from apps.core.http import render_page_or_fragment, wants_fragment
from apps.core.permissions import Permission, allow
from apps.documentation.document import Document
from apps.documentation.models import DocumentKind
from apps.documentation.render import (
    RENDERERS,
    Renderer,
    render_markdown,
    render_page,
    render_text,
)
from apps.documentation.selectors import NoteWithheld, restored_hits, safe_note_of, stored_document
from apps.documentation.sent import sent_of, why_not
from apps.documentation.services import NotInNote, mask_again, restore_hit
from apps.sessions.models import FlowSession
from apps.sessions.views.desk import session_or_404
from apps.teams.requests import UserRequest

FILES: dict[str, tuple[Renderer, str]] = {
    "md": (render_markdown, "text/markdown"),
    "txt": (render_text, "text/plain"),
    "html": (render_page, "text/html"),
}


@allow(Permission.VIEW_SESSIONS)
@require_safe
def note_page(request: UserRequest, pk: int) -> HttpResponse:
    """The note as it will be sent, in three views, to copy and to keep."""
    flow_session = session_or_404(request, pk)
    context: dict[str, Any] = {"flow_session": flow_session, "oob": wants_fragment(request)}
    context["title"] = f"Session {flow_session.pk}"
    try:
        note = safe_note_of(flow_session)
        context |= {
            "title": note.document.title,
            "note": note,
            "restored": restored_hits(flow_session),
            **_renderings(note.document),
        }
        context |= {"sent": sent_of(flow_session), "why_not": why_not(flow_session)}
    except NoteWithheld as withheld:
        context["withheld"] = str(withheld)
    response = render_page_or_fragment(request, "documentation/note.html", "documentation/_note.html", context)
    response.status_code = 503 if "withheld" in context else 200
    return response


@allow(Permission.VIEW_SESSIONS)
@require_safe
def note_download(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """The note as a file: md, txt or html. Where it is withheld, the page says why."""
    if kind not in FILES:
        raise Http404
    flow_session = session_or_404(request, pk)
    try:
        document = safe_note_of(flow_session).document
    except NoteWithheld:
        return redirect("documentation:note-page", pk)
    renderer, content_type = FILES[kind]
    headers = {
        "Content-Disposition": f'attachment; filename="{_file_name(flow_session)}.{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(renderer(document), content_type=f"{content_type}; charset=utf-8", headers=headers)


@allow(Permission.VIEW_SESSIONS)
@require_safe
def escalation_note(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """The note of a handoff as it was written down, for inside its card."""
    flow_session = session_or_404(request, pk)
    stored = stored_document(request.user, flow_session.pk, DocumentKind.ESCALATION, number)
    context = {"flow_session": flow_session, "number": number, "stored": stored, "why_not": why_not(flow_session)}
    return render(request, "documentation/_stored.html", context)


@allow(Permission.RUN_SESSIONS)
@require_POST
def note_restore(request: UserRequest, pk: int, fingerprint: str) -> HttpResponse:
    """Let a value back in that redaction took for a secret."""
    try:
        hit = restore_hit(pk, by=request.user, fingerprint=fingerprint)
        messages.success(request, f"Restored: {hit.get_kind_display()}. It is in the note again.")
    except FlowSession.DoesNotExist as error:
        raise Http404 from error
    except (NotInNote, NoteWithheld) as error:
        messages.error(request, str(error))
    return redirect("documentation:note-page", pk)


@allow(Permission.RUN_SESSIONS)
@require_POST
def note_remove(request: UserRequest, pk: int, fingerprint: str) -> HttpResponse:
    """Take a restored value out of the note again."""
    try:
        mask_again(pk, by=request.user, fingerprint=fingerprint)
    except FlowSession.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, "Removed from the note again.")
    return redirect("documentation:note-page", pk)


def _renderings(document: Document) -> dict[str, str]:
    shown = {name: render(document) for name, render in RENDERERS.items()}
    return shown | {"html": safe_html(shown["html"])}


def safe_html(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - the renderer escapes every text


def _file_name(flow_session: FlowSession) -> str:
    """Named after the ticket, or after the session where there is none."""
    ticket = flow_session.ticket
    number = re.sub(r"[^A-Za-z0-9_-]+", "-", ticket.number).strip("-") if ticket else ""
    return f"ticket-{number}-note" if number else f"session-{flow_session.pk}-note"
