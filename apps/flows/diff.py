"""What changed from one graph to another, as data with a sentence for each change. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.flows.graph import BaseNode, Graph, Option, Variable


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RETARGETED = "retargeted"
    MOVED = "moved"


@dataclass(frozen=True)
class Difference:
    """``node_id`` is None for the start, the kind and the variables; ``before`` and ``after`` hold plain data."""

    change: Change
    node_id: str | None
    field: str
    before: Any
    after: Any
    sentence: str


FIELD_WORDS = {
    "body": "the instructions",
    "minutes": "the minutes",
    "evidence": "the evidence asked for",
    "warning": "the warning",
    "destructive": "what is said of the destruction",
    "note": "the text for the note",
    "source": "the source note",
    "unverified": "whether it is verified",
    "kind": "the kind of step",
    "flow": "the flow it calls",
    "outcome": "the outcome",
    "summary": "the summary for the client",
    "cause": "the cause",
    "have_ready": "what to have ready",
    "state_left": "the state left behind",
    "section": "the section",
    "expected": "the expected result",
    "verification": "how it is verified",
    "notes": "whether notes are taken",
    "link": "the link",
}
EXIT_FIELDS = {"id", "title", "options", "verified", "failed", "to", "commands"}


def diff(old: Graph, new: Graph) -> list[Difference]:
    """Differences in reading order: kind, start and variables, then the steps, removed ones last."""
    return [*flow_differences(old, new), *variable_differences(old, new), *node_differences(old, new)]


def flow_differences(old: Graph, new: Graph) -> Iterator[Difference]:
    if old.kind != new.kind:
        yield Difference(Change.CHANGED, None, "kind", old.kind, new.kind, f"The flow is a {new.kind} now.")
    if old.first != new.first:
        sentence = f"The flow starts at {named(new, new.first)}, no longer at {named(old, old.first)}."
        yield Difference(Change.CHANGED, None, "start", old.first, new.first, sentence)


def variable_differences(old: Graph, new: Graph) -> Iterator[Difference]:
    before, after = by_name(old), by_name(new)
    for name in [*after, *(name for name in before if name not in after)]:
        was, now = before.get(name), after.get(name)
        if was != now:
            change = Change.CHANGED if was and now else Change.ADDED if now else Change.REMOVED
            sentence = f"Variable “{name}” {change}."
            yield Difference(change, None, f"variables.{name}", plain(was), plain(now), sentence)


def by_name(graph: Graph) -> dict[str, Variable]:
    return {variable.name: variable for variable in graph.variables}


def node_differences(old: Graph, new: Graph) -> Iterator[Difference]:
    moved = moved_steps(old, new)
    for node in new.by_id.values():
        if node.id not in old.by_id:
            yield Difference(Change.ADDED, node.id, "", None, plain(node), f"Added: “{node.title}”.")
            continue
        yield from changes_of(old, new, node)
        if node.id in moved:
            yield Difference(Change.MOVED, node.id, "", None, None, f"“{node.title}” stands at another place.")
    for node in old.by_id.values():
        if node.id not in new.by_id:
            yield Difference(Change.REMOVED, node.id, "", plain(node), None, f"Removed: “{node.title}”.")


def moved_steps(old: Graph, new: Graph) -> set[str]:
    """Steps of a procedure whose order among those that stayed is another one."""
    if new.branching:
        return set()
    before = [id_ for id_ in old.by_id if id_ in new.by_id]
    after = [id_ for id_ in new.by_id if id_ in old.by_id]
    return {now for was, now in zip(before, after, strict=True) if was != now}


def changes_of(old: Graph, new: Graph, node: BaseNode) -> Iterator[Difference]:
    was = old.by_id[node.id]
    if was.title != node.title:
        sentence = f"“{was.title}” reads “{node.title}” now."
        yield Difference(Change.CHANGED, node.id, "title", was.title, node.title, sentence)
    yield from command_differences(was, node)
    before, after = plain(was) or {}, plain(node) or {}
    for name in dict.fromkeys([*after, *before]):
        if name not in EXIT_FIELDS and before.get(name) != after.get(name):
            sentence = f"“{node.title}”: {FIELD_WORDS[name]} changed."
            yield Difference(Change.CHANGED, node.id, name, before.get(name), after.get(name), sentence)
    yield from exit_differences(old, new, was, node)


def command_differences(was: BaseNode, node: BaseNode) -> Iterator[Difference]:
    if was.commands != node.commands:
        before, after = [plain(one) for one in was.commands], [plain(one) for one in node.commands]
        sentence = f"“{node.title}”: the commands changed."
        yield Difference(Change.CHANGED, node.id, "commands", before, after, sentence)


def exit_differences(old: Graph, new: Graph, was: BaseNode, node: BaseNode) -> Iterator[Difference]:
    before, after = by_label(was), by_label(node)
    for label, option in after.items():
        earlier = before.get(label)
        place = f"options.{label}"
        if earlier is None:
            sentence = f"“{node.title}”: “{label}” added, leads to {named(new, option.to)}."
            yield Difference(Change.ADDED, node.id, place, None, plain(option), sentence)
        elif earlier.to != option.to:
            sentence = f"“{node.title}”: “{label}” leads to {named(new, option.to)}, not to {named(old, earlier.to)}."
            yield Difference(Change.RETARGETED, node.id, place, earlier.to, option.to, sentence)
        if earlier and earlier.model_copy(update={"to": option.to}) != option:
            sentence = f"“{node.title}”: what “{label}” says beside its words changed."
            yield Difference(Change.CHANGED, node.id, place, plain(earlier), plain(option), sentence)
    yield from removed_exits(node, before, after)
    if list(before) != list(after) and set(before) == set(after):
        sentence = f"“{node.title}”: the order of its answers changed."
        yield Difference(Change.MOVED, node.id, "options", list(before), list(after), sentence)


def removed_exits(node: BaseNode, before: Mapping[str, Option], after: Mapping[str, Option]) -> Iterator[Difference]:
    for label, option in before.items():
        if label not in after:
            sentence = f"“{node.title}”: “{label}” removed."
            yield Difference(Change.REMOVED, node.id, f"options.{label}", plain(option), None, sentence)


def by_label(node: BaseNode) -> dict[str, Option]:
    """Answers by their words; one that says the same as an earlier one gets its number behind."""
    named_so_far: dict[str, Option] = {}
    for number, option in enumerate(node.exits, start=1):
        label = option.label if option.label not in named_so_far else f"{option.label} ({number})"
        named_so_far[label] = option
    return named_so_far


def named(graph: Graph, id_: str | None) -> str:
    node = graph.by_id.get(id_ or "")
    return f"“{node.title}”" if node else "nothing"


def plain(part: Any) -> dict[str, Any] | None:
    """A part of a graph as plain data without what equals a default."""
    if part is None:
        return None
    content: dict[str, Any] = part.model_dump(mode="json", exclude_defaults=True)
    return content | {"kind": part.kind} if isinstance(part, BaseNode) and hasattr(part, "kind") else content
