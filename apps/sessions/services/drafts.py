"""Texts being typed, saved within a second so that nothing is lost."""

import re
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.sessions.engine import LONGEST_KEY, Refused, WrongValue
from apps.sessions.models import FlowSession, RecordKind, Status, StepDraft
from apps.sessions.services.change import CLOCK, Change, locked_rows, stop_clocks, tick
from apps.sessions.services.steps import bare_output, fill_in
from apps.teams.models import User

LONGEST = 200_000
ENDING = ("closing_note", "next_steps")
FIELD = re.compile(r"note|value|output-\d{1,2}|ran-\d{1,2}|var-[a-z][a-z0-9_]{0,47}|did|own_note|" + "|".join(ENDING))


def save_draft(pk: int, *, by: User, step: str, field: str, text: str) -> StepDraft | None:
    """Keep a text, or a tick, as it stands, masked of the session's secrets; an empty one is let go. It counts as work.

    Raises FlowSession.DoesNotExist, or Refused for an ended session, an unknown field or more than 200,000 signs.
    """
    if not FIELD.fullmatch(field) or "\x00" in step or len(step) > LONGEST_KEY or len(text) > LONGEST:
        raise Refused("This text is too long to be kept. Attach it to the ticket as a file instead.")
    with transaction.atomic():
        rows = {row.pk: row for row in locked_rows(pk, by)}
        flow_session = rows.get(pk)
        if flow_session is None:
            raise FlowSession.DoesNotExist
        if flow_session.is_ended:
            raise Refused("This session has ended; the text is kept on this device only.")
        _count_as_work(flow_session, list(rows.values()), by)
        return _store(Change(flow_session, by, timezone.now()), step, field, text)


def keep_drafts(changing: Change, but: Collection[str] = ()) -> None:
    """Put on record what the owner typed and did not save, since nobody else sees a draft and none outlives its
    session: notes, each with what was pasted at its step, and values of fields; ``but`` are fields that are on record.
    """
    flow_session = changing.flow_session
    drafts = StepDraft.objects.filter(flow_session=flow_session, author=flow_session.owner).order_by("typed_at", "pk")
    steps: dict[str, list[StepDraft]] = {}
    for draft in drafts.exclude(field__startswith="ran-").exclude(field__in=but):
        steps.setdefault(draft.step, []).append(draft)
    for typed in steps.values():
        pasted = [draft for draft in typed if draft.field.startswith("output-") and changing.clean(draft.text)]
        outputs = [bare_output(changing, draft.text) for draft in pasted]
        notes = [(draft, note) for draft in typed if draft not in pasted and (note := _told(changing, draft))]
        for draft, note in notes or [(draft, "Pasted at a step that was not answered.") for draft in pasted[:1]]:
            times = {"entered_at": draft.typed_at, "left_at": draft.typed_at}
            changing.record_aside(kind=RecordKind.NOTE, note=note, commands=outputs, actor=flow_session.owner, **times)
            outputs = []
    drafts.delete()


def _told(changing: Change, draft: StepDraft) -> str:
    """A draft in words; none of a value that its field takes, or that was filled in since."""
    text, name = changing.clean(draft.text), draft.field.removeprefix("var-")
    if not text or name == draft.field:
        return text
    with suppress(WrongValue):
        fill_in(changing, {} if changing.flow_session.variables.get(name) else {name: text})
    return "" if changing.flow_session.variables.get(name) else changing.clean(f"{name}: {text}")


def _count_as_work(flow_session: FlowSession, rows: list[FlowSession], by: User) -> None:
    if flow_session.owner_id != by.pk or flow_session.status != Status.ACTIVE:
        return
    now = timezone.now()
    stop_clocks([row for row in rows if row.pk != flow_session.pk], now)
    tick(flow_session, now)
    flow_session.save(update_fields=CLOCK)


def _store(saving: Change, step: str, field: str, text: str) -> StepDraft | None:
    flow_session = saving.flow_session
    key: dict[str, Any] = {"flow_session": flow_session, "author": saving.by, "step": step, "field": field}
    if not text:
        StepDraft.objects.filter(**key).delete()
        return None
    fields = {"team_id": flow_session.team_id, "text": saving.mask(text), "typed_at": saving.now}
    return StepDraft.objects.update_or_create(**key, defaults=fields)[0]
