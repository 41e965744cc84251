"""What is wrong with a graph: the one validator for import, admin and, later, editor and proposals. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

from apps.flows.graph import ASSUMED_MINUTES, BaseNode, Graph, SubFlow

MAX_NODES = 150
AUDIENCE = {"private": 0, "team": 1, "public": 2}
IDENTITY = re.compile(
    r"\b(pass(word|code|phrase)s?|mfa|multi-?factor|authenticator|temporary access pass|recovery keys?|"
    r"bitlocker key|(mailbox|inbox) rules?|(mail|mailbox) (forwarding|permissions?|access)|"
    r"Set-ADAccountPassword|\w*InboxRule|\w*MailboxPermission|Unlock-ADAccount)\b",
    re.IGNORECASE,
)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    NO_START = "no-start"
    UNREACHABLE = "unreachable"
    DEAD_END = "dead-end"
    NO_TARGET = "no-target"
    NO_EXIT = "no-exit"
    NO_END = "no-end"
    EMPTY_TITLE = "empty-title"
    DUPLICATE_ID = "duplicate-id"
    UNKNOWN_VARIABLE = "unknown-variable"
    NO_CHOICES = "no-choices"
    UNKNOWN_SUB_FLOW = "unknown-sub-flow"
    LOOPING_SUB_FLOW = "looping-sub-flow"
    HIDDEN_SUB_FLOW = "hidden-sub-flow"
    WRONG_KIND = "wrong-kind"
    NO_ESCALATION = "no-escalation"
    NO_MINUTES = "no-minutes"
    RISKY = "risky"
    NO_CALLER_CHECK = "no-caller-check"
    TOO_LARGE = "too-large"


@dataclass(frozen=True)
class Finding:
    """``node_id`` is None when the finding concerns the flow as a whole."""

    severity: Severity
    code: Code
    node_id: str | None
    message: str


@dataclass(frozen=True)
class SubFlowFacts:
    """What the lint needs to know of a published flow that may be called."""

    visibility: str
    calls: tuple[str, ...] = ()
    verifies_caller: bool = False

    @classmethod
    def of(cls, graph: Graph, visibility: str) -> "SubFlowFacts":
        verifies = any(node.kind == "verify_caller" for node in graph.nodes)
        return cls(visibility, graph.calls(), verifies)


@dataclass(frozen=True)
class Subject:
    """The graph under examination with what several rules ask of it."""

    graph: Graph
    slug: str
    visibility: str
    subflows: Mapping[str, SubFlowFacts] = field(default_factory=dict)

    @cached_property
    def targets(self) -> dict[str, tuple[str, ...]]:
        known = self.graph.by_id
        return {id_: tuple(to for to in self.graph.targets(node) if to in known) for id_, node in known.items()}

    @cached_property
    def reachable(self) -> set[str]:
        first = self.graph.first
        return walk([first], self.targets) if first in self.targets else set()

    @cached_property
    def called(self) -> set[str]:
        """Slugs of every flow this one calls, directly or through others."""
        return walk(self.graph.calls(), {slug: facts.calls for slug, facts in self.subflows.items()})


Rule = Callable[[Subject], Iterator[Finding]]


def lint(
    graph: Graph,
    *,
    subflows: Mapping[str, SubFlowFacts],
    slug: str = "",
    visibility: Literal["private", "team", "public"] | str = "team",
) -> list[Finding]:
    """Return the findings, errors first, each group in reading order.

    ``subflows`` holds the published flows reachable by slug, callees of callees included; ``slug`` and
    ``visibility`` are those of the flow itself.
    """
    subject = Subject(graph, slug, visibility, subflows)
    rules = COMMON_RULES + (BRANCHING_RULES if graph.branching else ())
    position = {node.id: number for number, node in enumerate(graph.nodes)}
    found = [finding for rule in rules for finding in rule(subject)]
    return sorted(found, key=lambda f: (f.severity != Severity.ERROR, position.get(f.node_id or "", -1)))


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == Severity.ERROR]


def walk(begin: Iterable[str | None], targets: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached, the beginning included."""
    seen: set[str] = set()
    waiting = [one for one in begin if one]
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting.extend(targets.get(one, ()))
    return seen


def error(code: Code, node: BaseNode | None, message: str) -> Finding:
    return Finding(Severity.ERROR, code, node.id if node else None, message)


def warning(code: Code, node: BaseNode | None, message: str) -> Finding:
    return Finding(Severity.WARNING, code, node.id if node else None, message)


def no_start(subject: Subject) -> Iterator[Finding]:
    graph = subject.graph
    if not graph.nodes:
        yield error(Code.NO_START, None, "The flow has no steps.")
    elif graph.first is None:
        yield error(Code.NO_START, None, "The flow does not say at which step it starts.")
    elif graph.first not in graph.by_id:
        yield error(Code.NO_START, None, f"The flow starts at “{graph.first}”, which is no step.")


def unreachable(subject: Subject) -> Iterator[Finding]:
    if subject.reachable:
        for node in subject.graph.nodes:
            if node.id not in subject.reachable:
                yield error(Code.UNREACHABLE, node, f"“{node.title}” cannot be reached from the start.")


def dead_end(subject: Subject) -> Iterator[Finding]:
    for node in subject.graph.nodes:
        if not node.terminal and not node.exits:
            yield error(Code.DEAD_END, node, f"“{node.title}” leads nowhere and is no end.")


def no_target(subject: Subject) -> Iterator[Finding]:
    for node in subject.graph.nodes:
        for option in node.exits:
            if option.to not in subject.graph.by_id:
                yield error(Code.NO_TARGET, node, f"“{option.label}” leads to “{option.to}”, which is no step.")


def no_end(subject: Subject) -> Iterator[Finding]:
    if subject.graph.nodes and not any(node.terminal for node in subject.graph.nodes):
        yield error(Code.NO_END, None, "The flow has no end: neither a resolution nor an escalation.")


def no_exit(subject: Subject) -> Iterator[Finding]:
    """Tell once for each group of steps that go round for ever."""
    nodes = subject.graph.nodes
    leaves = {node.id for node in nodes if not node.exits or any(o.to not in subject.targets for o in node.exits)}
    backwards: dict[str, list[str]] = {}
    for id_, targets in subject.targets.items():
        for target in targets:
            backwards.setdefault(target, []).append(id_)
    told = walk(leaves, backwards)
    for node in nodes:
        if node.id not in told:
            told |= walk([node.id], subject.targets)
            yield error(Code.NO_EXIT, node, f"From “{node.title}” on the flow goes round and reaches no end.")


def empty_title(subject: Subject) -> Iterator[Finding]:
    for node in subject.graph.nodes:
        if not node.title.strip():
            yield error(Code.EMPTY_TITLE, node, f"Step “{node.id}” has no title.")


def duplicate_id(subject: Subject) -> Iterator[Finding]:
    for id_, count in Counter(node.id for node in subject.graph.nodes).items():
        if count > 1:
            yield error(Code.DUPLICATE_ID, subject.graph.by_id[id_], f"{count} steps have the id “{id_}”.")
    for name, count in Counter(variable.name for variable in subject.graph.variables).items():
        if count > 1:
            yield error(Code.DUPLICATE_ID, None, f"{count} variables have the name “{name}”.")


def unknown_variable(subject: Subject) -> Iterator[Finding]:
    known = {variable.name for variable in subject.graph.variables}
    for node in subject.graph.nodes:
        for name in sorted(node.mentioned - known):
            yield error(Code.UNKNOWN_VARIABLE, node, f"“{node.title}” uses “{name}”, which is no variable of the flow.")


def no_choices(subject: Subject) -> Iterator[Finding]:
    for variable in subject.graph.variables:
        if variable.kind == "choice" and not variable.choices:
            yield error(Code.NO_CHOICES, None, f"The variable “{variable.name}” is a choice without choices.")


def sub_flows(subject: Subject) -> Iterator[Finding]:
    calls = {slug: facts.calls for slug, facts in subject.subflows.items()}
    for node in subject.graph.nodes:
        if isinstance(node, SubFlow):
            yield from sub_flow(subject, node, calls)


def sub_flow(subject: Subject, node: SubFlow, calls: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    facts = subject.subflows.get(node.flow)
    if node.flow == subject.slug or subject.slug in walk([node.flow], calls):
        yield error(Code.LOOPING_SUB_FLOW, node, f"“{node.title}” calls “{node.flow}”, which leads back to this flow.")
    elif facts is None:
        yield error(Code.UNKNOWN_SUB_FLOW, node, f"“{node.title}” calls “{node.flow}”, which is no published flow.")
    elif AUDIENCE[facts.visibility] < AUDIENCE[subject.visibility]:
        yield error(
            Code.HIDDEN_SUB_FLOW,
            node,
            f"“{node.title}” calls “{node.flow}”, which fewer people may see.",
        )


def wrong_kind(subject: Subject) -> Iterator[Finding]:
    branching = subject.graph.branching
    for node in subject.graph.nodes:
        if branching and node.kind == "step":
            yield error(Code.WRONG_KIND, node, f"“{node.title}” is a step of a procedure, not of a branching flow.")
        elif not branching and node.kind != "step":
            yield error(
                Code.WRONG_KIND, node, f"“{node.title}” is a {node.kind}; a {subject.graph.kind} has steps only."
            )


def no_escalation(subject: Subject) -> Iterator[Finding]:
    if not any(node.kind == "escalation" for node in subject.graph.nodes):
        yield warning(Code.NO_ESCALATION, None, "The flow has no step that hands over.")


def no_minutes(subject: Subject) -> Iterator[Finding]:
    for node in subject.graph.nodes:
        if node.minutes is None and not node.terminal:
            yield warning(Code.NO_MINUTES, node, f"“{node.title}” has no minutes; {ASSUMED_MINUTES} are assumed.")


def risky(subject: Subject) -> Iterator[Finding]:
    for node in subject.graph.nodes:
        changes = any(command.effect == "change" for command in node.commands)
        if changes and not node.warning.strip() and node.destructive is None:
            yield warning(Code.RISKY, node, f"“{node.title}” runs a command that changes something, without a warning.")


def no_caller_check(subject: Subject) -> Iterator[Finding]:
    verified = any(node.kind == "verify_caller" for node in subject.graph.nodes) or any(
        subject.subflows[slug].verifies_caller for slug in subject.called if slug in subject.subflows
    )
    touched = next((node for node in subject.graph.nodes if touches_identity(node)), None)
    if touched and not verified:
        yield warning(
            Code.NO_CALLER_CHECK, touched, f"“{touched.title}” touches an identity; nobody verifies the caller."
        )


def touches_identity(node: BaseNode) -> bool:
    """True for work, not for a question, on passwords, second factors, keys or mail rules."""
    changes = [command.text for command in node.commands if command.effect == "change"]
    works = getattr(node, "kind", "") in ("action", "step")
    return bool(works and IDENTITY.search("\n".join([node.title, *changes])))


def too_large(subject: Subject) -> Iterator[Finding]:
    if (count := len(subject.graph.nodes)) > MAX_NODES:
        yield warning(Code.TOO_LARGE, None, f"The flow has {count} steps; more than {MAX_NODES} are hard to follow.")


COMMON_RULES: tuple[Rule, ...] = (
    no_start, empty_title, duplicate_id, unknown_variable, no_choices, wrong_kind,
    no_minutes, risky, no_caller_check, too_large,
)  # fmt: skip
BRANCHING_RULES: tuple[Rule, ...] = (
    unreachable, dead_end, no_target, no_end, no_exit, sub_flows, no_escalation,
)  # fmt: skip
