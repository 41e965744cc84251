"""The schema of a flow's graph: what a version stores, a YAML file says and an editor edits. Pure: no database."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NodeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
VariableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Line = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=20_000)]
Minutes = Annotated[int, Field(ge=0, le=1440)]

FROM_THE_SESSION = frozenset({"contact", "device"})  # variables of these names take what the session says
PLACEHOLDER = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
ASSUMED_MINUTES = 3


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(Part):
    """A command to copy: where and as whom it runs, whether it changes anything, what its output tells."""

    text: Text
    where: Line
    run_as: Line = ""
    effect: Literal["read", "change"]
    shell: Line = "Windows PowerShell 5.1"
    good: Text = ""
    bad: Text = ""


class Option(Part):
    """An answer: a fact that was seen, and where it leads. ``outcome`` tells what an action brought."""

    label: Line
    to: NodeId
    detail: Line = ""
    note: Text = ""
    outcome: Literal["", "fixed", "not_fixed", "not_applicable"] = ""


class Destructive(Part):
    """What a destructive step must say before anybody runs it."""

    lost: Text
    backup: Text
    undo: Text
    second_person: bool = True


class Variable(Part):
    """A field of the intake form, shown wherever ``{{name}}`` stands."""

    name: VariableName
    label: Line
    kind: Literal["text", "long_text", "number", "choice", "yes_no", "date", "ip", "host", "secret"] = "text"
    required: bool = False
    choices: tuple[Line, ...] = ()
    help: Line = ""


class BaseNode(Part):
    id: NodeId
    title: Line
    body: Text = ""
    commands: tuple[Command, ...] = ()
    minutes: Minutes | None = None
    evidence: Line = ""
    warning: Text = ""
    destructive: Destructive | None = None
    note: Text = ""
    source: Text = ""  # for editors: what the step rests on, or why it could not be verified
    unverified: bool = False

    @property
    def terminal(self) -> bool:
        """True for a node that ends the flow wherever it stands."""
        return False

    @property
    def exits(self) -> tuple[Option, ...]:
        """Where the node leads, in the order of its keys; empty for a terminal node and a procedure's step."""
        return ()

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Names of the variables in its texts: what it shows, and what it writes into the note."""
        return frozenset(name for text in _texts(self.model_dump()) for name in placeholders(text))


class Question(BaseNode):
    kind: Literal["question"] = "question"
    options: tuple[Option, ...]

    @property
    def exits(self) -> tuple[Option, ...]:
        return self.options


class Action(BaseNode):
    kind: Literal["action"] = "action"
    options: tuple[Option, ...]

    @property
    def exits(self) -> tuple[Option, ...]:
        return self.options


class VerifyCaller(BaseNode):
    """Confirm who is calling. Method and result go on record, never the answer."""

    kind: Literal["verify_caller"] = "verify_caller"
    verified: NodeId
    failed: NodeId

    @property
    def exits(self) -> tuple[Option, ...]:
        return Option(label="Caller verified", to=self.verified), Option(label="Not verified", to=self.failed)


class SubFlow(BaseNode):
    """Calls another flow by slug and goes on at ``to`` once that one has come to its end."""

    kind: Literal["sub_flow"] = "sub_flow"
    flow: Slug
    to: NodeId

    @property
    def exits(self) -> tuple[Option, ...]:
        return (Option(label="Done", to=self.to),)


class Resolution(BaseNode):
    """A good end. ``summary`` is for the client to read, ``cause`` the technical line."""

    kind: Literal["resolution"] = "resolution"
    outcome: Literal["resolved", "workaround"] = "resolved"
    summary: Text
    cause: Text = ""

    @property
    def terminal(self) -> bool:
        return True


class Escalation(BaseNode):
    """Hand over here; ``have_ready`` says with what."""

    kind: Literal["escalation"] = "escalation"
    have_ready: tuple[Line, ...]
    state_left: Text = ""

    @property
    def terminal(self) -> bool:
        return True


class Step(BaseNode):
    """A step of a procedure or maintenance flow; the next one in the list follows."""

    kind: Literal["step"] = "step"
    section: Line = ""
    expected: Text = ""
    verification: Literal["tick", "text", "number", "screenshot", "caller"] = "tick"
    notes: bool = True
    link: Line = ""


Node = Annotated[
    Question | Action | VerifyCaller | SubFlow | Resolution | Escalation | Step, Field(discriminator="kind")
]
Kind = Literal["troubleshooting", "passage", "procedure", "maintenance"]


class Graph(Part):
    """Nodes in reading order. A branching flow begins at ``start``; the other kinds at their first step."""

    kind: Kind = "troubleshooting"
    start: NodeId | None = None
    variables: tuple[Variable, ...] = ()
    nodes: tuple[Node, ...] = ()

    @property
    def branching(self) -> bool:
        return self.kind in ("troubleshooting", "passage")

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def first(self) -> str | None:
        return self.start if self.branching else (self.nodes[0].id if self.nodes else None)

    @cached_property
    def following(self) -> dict[str, str]:
        """A procedure's order: step id -> id of the next step; the last one has none."""
        ids = [node.id for node in self.nodes]
        return {} if self.branching else dict(pairwise(ids))

    def targets(self, node: BaseNode) -> tuple[str, ...]:
        """Ids of the nodes that may come next, in order, without repeats."""
        if not self.branching:
            return (self.following[node.id],) if node.id in self.following else ()
        return tuple(dict.fromkeys(option.to for option in node.exits))

    @cached_property
    def towards_end(self) -> dict[str, str]:
        """Node id -> id of the next one on the shortest way to a good end, the first of equals; ends have none."""
        callers: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            for target in self.targets(node):
                callers[target].append(node.id)
        ends = (
            node for node in self.nodes if isinstance(node, Resolution) or not (self.branching or self.targets(node))
        )
        distance = {node.id: 0 for node in ends}
        found = list(distance)
        for node_id in found:
            new = [caller for caller in callers[node_id] if caller not in distance]
            distance |= dict.fromkeys(new, distance[node_id] + 1)
            found += new
        return {
            node.id: min(filter(distance.__contains__, self.targets(node)), key=distance.__getitem__)
            for node in self.nodes
            if distance.get(node.id)
        }

    @property
    def asked(self) -> tuple[Variable, ...]:
        """The variables that a start asks for, beside what it asks for every flow."""
        return tuple(variable for variable in self.variables if variable.name not in FROM_THE_SESSION)

    def named(self, text: str) -> str:
        """The text with its variables as people call them, for a reader who has no values yet."""
        labels = {variable.name: variable.label for variable in self.variables}
        return PLACEHOLDER.sub(lambda gap: f"[{labels.get(gap[1], gap[1])}]", text)

    @property
    def unverified(self) -> tuple[Node, ...]:
        """Nodes that rest on no public documentation."""
        return tuple(node for node in self.nodes if node.unverified)

    def calls(self) -> tuple[str, ...]:
        """Slugs of the flows that sub-flow nodes call, in order, without repeats."""
        return tuple(dict.fromkeys(node.flow for node in self.nodes if isinstance(node, SubFlow)))

    def content(self) -> dict[str, Any]:
        """As stored and exported: plain data without what equals a default; validates to the same graph."""
        nodes = [
            {"id": node.id, "kind": node.kind, **node.model_dump(mode="json", exclude_defaults=True)}
            for node in self.nodes
        ]
        head = self.model_dump(mode="json", include={"start", "variables"}, exclude_defaults=True)
        return {"kind": self.kind, **head, "nodes": nodes}


def placeholders(text: str) -> list[str]:
    """Names of the variables in a text, in order of appearance."""
    return PLACEHOLDER.findall(text)


def _texts(value: object) -> Iterator[str]:
    """Every text inside nested data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
