"""Changes at a step: each is a POST that answers with the fresh stage, or redirects without HTMX."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.core.http import redirect_or_hx, wants_fragment
from apps.core.permissions import Permission, allow
from apps.flows.models import Flow
from apps.sessions.engine import Refused, WrongValue, place_from, place_key
from apps.sessions.forms import (
    AnswerForm,
    BackForm,
    ClosingTextForm,
    DoneBeforeForm,
    FieldsForm,
    JumpForm,
    MoveForm,
    NoteForm,
    OwnStepForm,
    SkipForm,
)
from apps.sessions.models import FlowSession, RecordKind, StepRecord
from apps.sessions.selectors import Desk, desk_of
from apps.sessions.services import steps
from apps.sessions.services.change import Stale
from apps.sessions.services.drafts import save_draft
from apps.sessions.services.lifecycle import not_on_record
from apps.sessions.services.start import choose_flow
from apps.sessions.views.desk import desk_or_404, panel, show
from apps.teams.requests import UserRequest

TYPED = re.compile(r"note|value|did|own_note|closing_note|next_steps|reason|output-\d+")


def moved(
    request: UserRequest, pk: int, form: Any, service: Callable[..., FlowSession], said: str = "", inside: str = ""
) -> HttpResponse:
    """Carry out a change and show where the session stands now, whatever came of it.

    ``inside`` is the panel that holds the form; it is shown again with all that was typed when nothing was changed.
    """
    if not form.is_valid():
        told = [*form.non_field_errors(), *form.errors.get("note", []), *form.errors.get("value", [])]
        sentence = " ".join(told) or "That form was incomplete. Here is where the session stands."
        return not_moved(request, pk, form, sentence, 422, inside)
    try:
        flow_session = service(pk, by=request.user, **form.arguments)
    except FlowSession.DoesNotExist as unknown:
        raise Http404 from unknown
    except Stale as stale:
        return repeated_or_stale(request, pk, form, str(stale), inside)
    except WrongValue as wrong:
        return not_moved(request, pk, form, "", 422, inside, {wrong.field: str(wrong)})
    except Refused as refused:
        return not_moved(request, pk, form, str(refused), 422, inside)
    if not wants_fragment(request):
        return redirect("sessions:session", pk)
    filled = any(name.startswith("var-") for name in form.data)
    return show(request, desk_of(request.user, flow_session), said=said, filled=filled)


def repeated_or_stale(request: UserRequest, pk: int, form: forms.Form, sentence: str, inside: str) -> HttpResponse:
    """A double click is no conflict: the same answer by the same person counts once."""
    desk = desk_or_404(request, pk)
    if is_repeat(desk, form):
        return show(request, desk) if wants_fragment(request) else redirect("sessions:session", pk)
    return not_moved(request, pk, form, sentence, 409, inside)


def is_repeat(desk: Desk, form: forms.Form) -> bool:
    """True when the newest change is what this very form asked for; a called flow's return goes with its last step."""
    data, done = form.cleaned_data, desk.done_shown
    if not done or done[-1].actor_id != desk.user.pk or desk.flow_session.revision != data.get("revision", -2) + 1:
        return False
    return any(_is_made_of(row, form) for row in done if row.left_at == done[-1].left_at)


def _is_made_of(row: StepRecord, form: forms.Form) -> bool:
    data = form.cleaned_data
    if isinstance(form, OwnStepForm):
        return row.kind == RecordKind.CUSTOM_STEP and row.asked == data["did"].strip()
    same = isinstance(form, SkipForm) and row.choice == data.get("choice") and row.note == data["note"].strip()
    return same and place_key(place_from(row.place)) == data["step"]


def not_moved(
    request: UserRequest,
    pk: int,
    form: forms.Form,
    sentence: str,
    status: int,
    inside: str = "",
    wrong: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse:
    """Show the fresh stage with a sentence, or what is ``wrong`` beside its field; all that was typed is there to be
    saved."""
    desk = desk_or_404(request, pk)
    desk.wrong = wrong
    if desk.flow_session.is_ended:
        return ended(request, desk, form)
    keep_typed(desk, form)
    if inside and desk.is_mine and form.is_valid():
        if sentence:
            form.add_error(None, sentence)
        return panel(request, desk, inside, form, status)
    return show(request, desk, status=status, sentence=sentence)


def ended(request: UserRequest, desk: Desk, form: forms.Form) -> HttpResponse:
    """Another window ended the session: its note, or what was typed here, to copy, since no step can take it."""
    flow_session = desk.flow_session
    how = flow_session.get_outcome_display() or flow_session.get_status_display().capitalize()
    sentence = f"This session has ended in another window as “{how}”."
    unsaved = "\n".join(not_on_record(flow_session, by=request.user, texts=typed_texts(form)))
    if unsaved:
        left = ClosingTextForm({"text": unsaved})
        left.add_error(None, f"{sentence} What you typed here is not in its note yet.")
        return panel(request, desk, "closing_text", left, 409)
    if form.data.get("outcome", flow_session.outcome) != flow_session.outcome:
        messages.warning(request, sentence)
    return redirect_or_hx(request, flow_session.get_absolute_url())


def keep_typed(desk: Desk, form: forms.Form) -> None:
    """Join what was typed for another step to the draft of the note, so that no keystroke is lost."""
    same_step = form.data.get("step") == desk.step
    for name, text in form.data.items():
        if same_step and (name in ("note", "value") or name.startswith(("output-", "ran-"))):
            desk.drafts[name] = str(text)
    secret = {variable.name for variable in desk.declared if variable.kind == "secret"}
    fields = {name[4:]: str(text) for name, text in form.data.items() if name.startswith("var-")}
    desk.typed = {name: text for name, text in fields.items() if name not in secret}
    if not same_step:
        kept = [desk.drafts.get("note", ""), *typed_texts(form)]
        desk.drafts["note"] = "\n".join(dict.fromkeys(piece.strip() for piece in kept if piece.strip()))


def typed_texts(form: forms.Form) -> list[str]:
    return [str(text) for name, text in form.data.items() if TYPED.fullmatch(name)]


@require_POST
@allow(Permission.RUN_SESSIONS)
def answer(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, AnswerForm(request.POST), steps.answer_step, said="Answered")


@require_POST
@allow(Permission.RUN_SESSIONS)
def skip(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, SkipForm(request.POST), steps.skip_step, said="Skipped")


@require_POST
@allow(Permission.RUN_SESSIONS)
def enter(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, SkipForm(request.POST), steps.enter_subflow)


@require_POST
@allow(Permission.RUN_SESSIONS)
def leave(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, SkipForm(request.POST), steps.leave_subflow)


@require_POST
@allow(Permission.RUN_SESSIONS)
def back(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, BackForm(request.POST), steps.go_back)


@require_POST
@allow(Permission.RUN_SESSIONS)
def jump(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, JumpForm(request.POST), steps.jump_to)


@require_POST
@allow(Permission.RUN_SESSIONS)
def done_before(request: UserRequest, pk: int) -> HttpResponse:
    """Answers chosen in the outline, for work done before the session began."""
    return moved(request, pk, DoneBeforeForm(request.POST), steps.record_done_before)


@require_POST
@allow(Permission.RUN_SESSIONS)
def note(request: UserRequest, pk: int) -> HttpResponse:
    return moved(request, pk, NoteForm(request.POST), steps.add_note, said="Noted")


@require_POST
@allow(Permission.RUN_SESSIONS)
def fields(request: UserRequest, pk: int) -> HttpResponse:
    """Values of the flow's fields."""
    return moved(request, pk, FieldsForm(request.POST), steps.set_variables, inside="fields")


@require_POST
@allow(Permission.RUN_SESSIONS)
def own_step(request: UserRequest, pk: int) -> HttpResponse:
    form = OwnStepForm(request.POST)
    if not form.is_valid():
        return panel(request, desk_or_404(request, pk), "own_step", form, 422)
    return moved(request, pk, form, steps.add_own_step, said="Added", inside="own_step")


@require_POST
@allow(Permission.RUN_SESSIONS)
def flow(request: UserRequest, pk: int, flow_pk: int) -> HttpResponse:
    """Choose the flow to follow."""
    chosen = get_object_or_404(Flow.objects.visible_to(request.user).startable(), pk=flow_pk)
    return moved(request, pk, MoveForm(request.POST), partial(choose_flow, flow=chosen))


@require_POST
@allow(Permission.RUN_SESSIONS)
def draft(request: UserRequest, pk: int, field: str) -> HttpResponse:
    """Keep a text that is being typed; 204 says that it is kept."""
    text = next((str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"), "")
    try:
        save_draft(pk, by=request.user, step=request.GET.get("step", "session"), field=field, text=text)
    except FlowSession.DoesNotExist as unknown:
        raise Http404 from unknown
    except Refused as refused:
        return HttpResponse(str(refused), status=422, content_type="text/plain")
    return HttpResponse(status=204)
