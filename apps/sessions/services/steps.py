"""What an engineer does at a step: answer, skip, go back, jump, add, catch up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.crypto import encrypt
from apps.flows.graph import Action, Node, Question, Resolution, Step, SubFlow, VerifyCaller
from apps.flows.selectors import resolve_subflow
from apps.flows.variables import fill, fill_command, problem_with, problem_with_check
from apps.sessions import engine
from apps.sessions.engine import Place, Refused, WrongValue, place_data, place_key
from apps.sessions.graphs import GRAPHS
from apps.sessions.models import FlowSession, RecordKind, Status, StepDraft, StepOutcome, StepRecord
from apps.sessions.rows import drop_drafts
from apps.sessions.services.change import MOVED, Change, change, tell
from apps.sessions.services.telling import tell_owner_of_note
from apps.teams.models import User

KINDS = {
    Question: RecordKind.QUESTION,
    Action: RecordKind.ACTION,
    VerifyCaller: RecordKind.VERIFICATION,
    SubFlow: RecordKind.SUB_FLOW,
    Step: RecordKind.CHECK,
}
DONE, SKIPPED = "Done", "Skipped"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the step's form beside the answer.

    ``ran`` are the numbers of the commands that were run, ``fields`` values of the flow's fields by name.
    """

    note: str = ""
    outputs: Sequence[str] = ()
    ran: Collection[int] = ()
    reason: str = ""
    value: str = ""
    fields: Mapping[str, str] = dataclass_field(default_factory=dict)


def answer_step(pk: int, *, by: User, revision: int, choice: int, typed: Typed) -> FlowSession:
    """Record the answer to the step where the session stands and go on to the next one."""
    with change(pk, by=by, revision=revision) as step:
        fill_in(step, typed.fields)
        place = step.place
        node = _node(place)
        if isinstance(node, SubFlow):
            raise Refused("Open the flow that this step calls, or skip it.")
        if isinstance(node, Step) and (wrong := problem_with_check(node, step.clean(typed.value))):
            raise WrongValue(wrong)
        target = engine.choose(place, choice, GRAPHS)
        _record(step, place, node, choice, typed)
        _go_on(step, place, target)
    return step.flow_session


def skip_step(pk: int, *, by: User, revision: int, typed: Typed) -> FlowSession:
    """Go on without an answer and say so on record, with the reason."""
    with change(pk, by=by, revision=revision) as step:
        fill_in(step, typed.fields)
        place = step.place
        target = engine.skip(place, GRAPHS)
        fields = _snapshot(step, place, _node(place), typed)
        step.record(**fields | {"outcome": StepOutcome.SKIPPED, "answered": SKIPPED})
        _go_on(step, place, target)
    return step.flow_session


def enter_subflow(pk: int, *, by: User, revision: int, typed: Typed) -> FlowSession:
    """Go into the flow that the step calls, pinned to the version that is published now."""
    with change(pk, by=by, revision=revision) as step:
        fill_in(step, typed.fields)
        node = _node(step.place)
        if not isinstance(node, SubFlow):
            raise Refused("This step calls no other flow.")
        version = resolve_subflow(node.flow, step.flow_session.team_id, step.place[-1].version)
        if version is None:
            raise Refused(f"The flow “{node.flow}” is not published. Skip this step or do it by hand.")
        step.move(engine.enter(step.place, version.pk, GRAPHS))
    return step.flow_session


def leave_subflow(pk: int, *, by: User, revision: int, typed: Typed) -> FlowSession:
    """Return to the flow that called this one and record how the called one ended."""
    with change(pk, by=by, revision=revision) as step:
        fill_in(step, typed.fields)
        inner, place = _node(step.place), step.place[:-1]
        target = engine.leave(step.place, GRAPHS)
        ended = inner if isinstance(inner, Resolution) else None
        fields = _snapshot(step, place, _node(place), typed)
        said = fill(ended.summary, _values(step)) if ended else ""
        step.record(**fields | {"answered": ended.title if ended else "Left before its end", "statement": said})
        _go_on(step, place, target)
    return step.flow_session


def go_back(pk: int, *, by: User, revision: int, ordinal: int | None = None) -> FlowSession:
    """Take an answer back: it stays on record as superseded, what was typed with it is offered again."""
    with change(pk, by=by, revision=revision) as step:
        record = _to_take_back(step.flow_session, ordinal)
        if record is None:
            raise Refused("This is the first step. There is nothing to go back to.")
        record = _with_the_return(step, record)
        if record.place:
            step.move(engine.place_from(record.place))
        _offer_again(step, record)
    return step.flow_session


def jump_to(pk: int, *, by: User, revision: int, depth: int, node: str) -> FlowSession:
    """Stand at another step of the flow; those in between stay not done."""
    with change(pk, by=by, revision=revision) as step:
        step.move(engine.jump(step.place, depth, node, GRAPHS))
    return step.flow_session


def add_own_step(pk: int, *, by: User, revision: int, did: str, outcome: str, typed: Typed) -> FlowSession:
    """Record something the flow does not have; the session stays where it stands."""
    if not did.strip():
        raise Refused("Say in a line what you did.")
    with change(pk, by=by, revision=revision) as step:
        step.record(
            kind=RecordKind.CUSTOM_STEP, asked=step.clean(did), outcome=outcome, note=step.clean(typed.note),
            commands=[bare_output(step, output) for output in typed.outputs if output.strip()],
        )  # fmt: skip
        drafts = StepDraft.objects.filter(flow_session=step.flow_session, author=by, step="session")
        drafts.filter(field__in=("did", "own_note")).delete()
    return step.flow_session


def add_note(pk: int, *, by: User, text: str, step: str = "") -> FlowSession:
    """Add a note without moving on, typed at a step; teammates may, and their notes cost the owner no time."""
    if not text.strip():
        raise Refused("The note is empty. Write something first.")
    with transaction.atomic():
        rows = FlowSession.objects.visible_to(by).select_related("owner", "team")
        flow_session = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
        if flow_session.is_ended:
            raise Refused("This session has ended. Start a new one to add to it.")
        adding = Change(flow_session, by, timezone.now())
        record = adding.record_aside(kind=RecordKind.NOTE, note=adding.clean(text))
        flow_session.save(update_fields=["last_ordinal"])
        StepDraft.objects.filter(flow_session=flow_session, author=by, step=step, field="note").delete()
        tell_owner_of_note(flow_session, record)
        tell(flow_session, MOVED)
    return flow_session


def record_done_before(pk: int, *, by: User, revision: int, answers: Mapping[str, int]) -> FlowSession:
    """Record work done before the tool was opened, by node id, and go on behind the answered way."""
    with change(pk, by=by, revision=revision) as step:
        _node(step.place)
        taken, target = engine.walk(step.place, answers, GRAPHS)
        beside = _beside(step.place, answers, {place[-1].node for place, _ in taken})
        for place, choice in [*taken, *beside]:
            engine.choose(place, choice, GRAPHS)
            _record(step, place, _node(place), choice, Typed(), entered_afterwards=True, active_seconds=0)
        if not taken and not beside:
            raise Refused("Choose an answer for at least one step that is already done.")
        _go_on(step, step.place, target, entered_afterwards=True)
    return step.flow_session


def _beside(place: Place, answers: Mapping[str, int], on_way: Collection[str]) -> list[tuple[Place, int]]:
    """Answered steps of the same flow that the way from here does not meet."""
    frame = engine.Frame
    return [((*place[:-1], frame(place[-1].version, node)), n) for node, n in answers.items() if node not in on_way]


def set_variables(pk: int, *, by: User, values: Mapping[str, str]) -> FlowSession:
    """Store values of the flow's fields; secrets are encrypted. Raise WrongValue."""
    with change(pk, by=by, states=(Status.ACTIVE, Status.PREPARED, Status.PAUSED)) as step:
        fill_in(step, values)
        drafts = StepDraft.objects.filter(flow_session=step.flow_session, author=by)
        drafts.filter(field__in=[f"var-{name}" for name in values]).delete()
    return step.flow_session


def fill_in(step: Change, fields: Mapping[str, str]) -> None:
    """Store values of the fields of the flows one is in. Raises WrongValue."""
    if not fields:
        return
    known = dict(step.flow_session.secrets)
    store_variables(step.flow_session, fields, _versions(step))
    if step.flow_session.secrets != known:
        _mask_drafts(step)


def _mask_drafts(step: Change) -> None:
    """A secret may have been typed into a note before it was known as one."""
    drafts = list(StepDraft.objects.filter(flow_session=step.flow_session).order_by("pk"))
    for draft in drafts:
        draft.text = step.mask(draft.text)
    StepDraft.objects.bulk_update(drafts, ["text"])


def _versions(step: Change) -> list[int]:
    own = step.flow_session.version_id
    return [*([own] if own else []), *(frame.version for frame in step.place)]


def store_variables(flow_session: FlowSession, values: Mapping[str, str], versions: Sequence[int]) -> None:
    declared = {variable.name: variable for version in versions for variable in GRAPHS[version].variables}
    for name, typed in values.items():
        value = typed.replace("\x00", "").strip()
        if name not in declared:
            continue
        if wrong := problem_with(declared[name], value):
            raise WrongValue(wrong, f"var-{name}")
        if declared[name].kind == "secret":
            flow_session.secrets |= {name: encrypt(value)} if value else {}
        else:
            flow_session.variables |= {name: value}


def _node(place: Place) -> Node:
    node = engine.node_at(place, GRAPHS)
    if node is None:
        raise Refused("No step is open here.")
    return node


def _values(step: Change) -> dict[str, str]:
    return dict(step.flow_session.variables)


def _record(step: Change, place: Place, node: Node, choice: int, typed: Typed, **fields: Any) -> StepRecord:
    """Append the record of an answered node as it read at this moment, and let go of its drafts."""
    return step.record(**_snapshot(step, place, node, typed) | _answer(step, node, choice, typed) | fields)


def _go_on(step: Change, place: Place, target: Place, **fields: Any) -> None:
    """Move on; each called flow that came to its end with this step goes on record at the node that called it."""
    for depth in range(len(place) - 1, max(len(target), 1) - 1, -1):
        node = _node(place[:depth])
        said = {"answered": "Gone through to its end", "statement": step.clean(fill(node.note, _values(step)))}
        step.record(**_snapshot(step, place[:depth], node, Typed()) | said | fields)
    step.move(target)


def _snapshot(step: Change, place: Place, node: Node, typed: Typed) -> dict[str, Any]:
    values = _values(step)
    drop_drafts(step.by, step.flow_session.pk, place_key(place))
    outputs = [*typed.outputs, *[""] * len(node.commands)]
    return {
        "kind": KINDS[type(node)],
        "version_id": place[-1].version,
        "node_id": node.id,
        "place": place_data(place),
        "asked": step.clean(fill(node.title, values)),
        "note": step.clean(typed.note),
        "reason": step.clean(typed.reason)[:200],
        "commands": [
            {
                "text": step.mask(fill_command(command.text, values, command.shell)),
                "where": step.clean(fill(command.where, values)),
                "run_as": step.clean(fill(command.run_as, values)),
                "effect": command.effect,
                "output": (pasted := step.clean(output)),
                "ran": number in typed.ran or bool(pasted),
            }
            for number, (command, output) in enumerate(zip(node.commands, outputs, strict=False))
        ]
        + [bare_output(step, output) for output in typed.outputs[len(node.commands) :] if output.strip()],
    }


def _answer(step: Change, node: Node, choice: int, typed: Typed) -> dict[str, Any]:
    """How the answer reads on record: its label, its effect and the sentence it stands for."""
    values, value = _values(step), step.clean(typed.value)
    if isinstance(node, Step):
        return {"answered": value or DONE, "choice": choice, "statement": step.clean(fill(node.note, values))}
    option = node.exits[choice]
    answered = f"{option.label}: {value}" if isinstance(node, VerifyCaller) and value else option.label
    statement = step.clean(fill(option.note or node.note, values))
    told = {"answered": step.clean(fill(answered, values)), "statement": statement}
    return told | {"choice": choice, "outcome": option.outcome}


def bare_output(step: Change, output: str) -> dict[str, str]:
    """An output without its command, as a record holds it."""
    return {"text": "", "where": "", "run_as": "", "effect": "read", "output": step.clean(output)}


def _to_take_back(flow_session: FlowSession, ordinal: int | None) -> StepRecord | None:
    live = flow_session.records.filter(superseded_at=None).exclude(kind__in=(RecordKind.END, RecordKind.HANDOFF))
    return live.filter(ordinal=ordinal).first() if ordinal else live.exclude(kind=RecordKind.NOTE).last()


def _with_the_return(step: Change, record: StepRecord) -> StepRecord:
    """Take a record back; the last step of a called flow and the returns that came with it go together."""
    live = step.flow_session.records.filter(superseded_at=None)
    at_once = list(live.filter(left_at=record.left_at, ordinal__gte=record.ordinal - engine.DEEPEST))
    returns = [row for row in at_once if row.kind == RecordKind.SUB_FLOW]
    last = next((row for row in reversed(at_once) if row.kind != RecordKind.SUB_FLOW), record)
    taken = [last, *returns] if record in (last, *returns) else [record]
    live.filter(pk__in=[row.pk for row in taken]).update(superseded_at=step.now)
    return taken[0]


def _offer_again(step: Change, record: StepRecord) -> None:
    texts = {"note": record.note} | {f"output-{n}": command["output"] for n, command in enumerate(record.commands)}
    texts |= {f"ran-{n}": "yes" for n, command in enumerate(record.commands) if command.get("ran")}
    if record.kind == RecordKind.CHECK and record.answered not in (DONE, SKIPPED):
        texts["value"] = record.answered
    key = place_key(step.place)
    if record.kind == RecordKind.CUSTOM_STEP:
        texts, key = {"did": record.asked, "own_note": record.note}, "session"
    StepDraft.objects.bulk_create(
        [
            StepDraft(
                team_id=record.team_id, flow_session=step.flow_session, author=step.by, step=key,
                field=field, text=text, typed_at=step.now,
            )
            for field, text in texts.items() if text
        ],
        update_conflicts=True, unique_fields=["flow_session", "author", "step", "field"],
        update_fields=["text", "typed_at"],
    )  # fmt: skip
