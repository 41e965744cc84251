"""The way of a note into its ticket: what will be sent, one click, what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.http import redirect_or_hx, render_page_or_fragment
from apps.core.permissions import Permission, allow
from apps.documentation.forms import PushForm
from apps.documentation.preview import NotPossible, Preview, preview_of
from apps.documentation.pushes import AlreadySent, Moved, locked_preview, push_note
from apps.documentation.render import render_html
from apps.documentation.selectors import NoteWithheld
from apps.documentation.sent import page_of_sent, sent_of, why_not
from apps.documentation.views.note import safe_html
from apps.sessions.models import FlowSession
from apps.sessions.views.desk import session_or_404
from apps.teams.requests import UserRequest


@allow(Permission.RUN_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def push(request: UserRequest, pk: int, number: int = 0) -> HttpResponse:
    """Preview, and one click. `number` is the record of a handoff, for the note that went with it."""
    try:
        if request.method == "POST":
            return _send(request, pk, number)
        preview = preview_of(session_or_404(request, pk), request.user, number)
    except (NotPossible, NoteWithheld) as reason:
        messages.error(request, str(reason))
        return _to_note(request, pk)
    return _page(request, preview, PushForm(None, preview))


@allow(Permission.VIEW_SESSIONS)
@require_safe
def push_list(request: UserRequest, pk: int) -> HttpResponse:
    """What was sent of a session, for inside its note's page."""
    flow_session = session_or_404(request, pk)
    context = {"flow_session": flow_session, "sent": sent_of(flow_session), "why_not": why_not(flow_session)}
    return render(request, "documentation/_pushes.html", context)


@allow(Permission.VIEW_SESSIONS)
@require_safe
def push_history(request: UserRequest) -> HttpResponse:
    """Everything that the team sent to its PSA, the newest first."""
    page = page_of_sent(request.user, request.GET.get("before", ""))
    older = f"?{urlencode({'before': page.older})}" if page.older else ""
    context = {"rows": page.rows, "older": older}
    return render_page_or_fragment(request, "documentation/push_history.html", "documentation/_push_rows.html", context)


def _send(request: UserRequest, pk: int, number: int) -> HttpResponse:
    try:
        with locked_preview(pk, by=request.user, number=number) as preview:
            form = PushForm(request.POST, preview)
            if form.is_valid():
                push_note(preview, by=request.user, seen=form.cleaned_data["seen"], order=form.order)
    except FlowSession.DoesNotExist as gone:
        raise Http404 from gone
    except (Moved, AlreadySent) as reason:
        return _page(request, preview, _with_fresh_text(form, preview, str(reason)), 409)
    return _to_note(request, pk) if form.is_valid() else _page(request, preview, form, 422)


def _to_note(request: UserRequest, pk: int) -> HttpResponse:
    return redirect_or_hx(request, reverse("documentation:note-page", args=[pk]))


def _with_fresh_text(form: PushForm, preview: Preview, sentence: str) -> PushForm:
    """All that was decided, beside the text as it is now."""
    fresh = PushForm({**dict(form.data.items()), "seen": preview.digest}, preview)
    fresh.add_error(None, sentence)
    return fresh


def _page(request: UserRequest, preview: Preview, form: PushForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"flow_session": preview.flow_session, "preview": preview, "form": form}
    context["html"] = safe_html(render_html(preview.note.document))
    response = render_page_or_fragment(request, "documentation/push.html", "documentation/_push.html", context)
    response.status_code = status
    return response
