"""Flows as YAML: reading with line and reason for each problem, writing so that it reads well. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from apps.flows.graph import Graph, Part, Slug

MAX_CHARACTERS = 1_000_000
ODD_BREAK = re.compile("[\r\x85\u2028\u2029\ufeff]")  # readers turn these into plain line ends unless escaped
MODEL = TypeVar("MODEL", bound=BaseModel)
Location = Sequence[int | str]


class FlowHead(Part):
    """What the library shows of a flow. ``category`` is its name, created where it is missing."""

    slug: Slug
    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(max_length=500)] = ""
    category: Annotated[str, Field(max_length=80)] = ""
    tags: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")], ...] = ()
    review_days: Annotated[int, Field(ge=1, le=3650)] = 90


class FlowFile(Graph, FlowHead):
    """One file: the head, then the fields of the graph."""

    @property
    def graph(self) -> Graph:
        return Graph(kind=self.kind, start=self.start, variables=self.variables, nodes=self.nodes)

    @property
    def head(self) -> FlowHead:
        return FlowHead(**{name: getattr(self, name) for name in FlowHead.model_fields})


class DraftText(Graph):
    """The fields of the graph. The head of a whole file may stand before them and counts for nothing here."""

    @model_validator(mode="before")
    @classmethod
    def without_head(cls, data: Any) -> Any:
        return {key: data[key] for key in data if key not in FlowHead.model_fields} if isinstance(data, dict) else data


@dataclass(frozen=True)
class Problem:
    """What a file's author must change. ``line`` counts from 1."""

    line: int
    reason: str
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.file else f"Line {self.line}"
        return f"{place}: {self.reason}"


class FlowFileError(ValueError):
    """The text is no flow; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Source:
    """A YAML text with the lines of its parts."""

    def __init__(self, text: str) -> None:
        """Raise FlowFileError when the text is too long, no YAML, or uses anchors or a key twice."""
        if len(text) > MAX_CHARACTERS:
            raise FlowFileError([Problem(1, f"The file is longer than {MAX_CHARACTERS:,} characters.")])
        try:
            refuse_aliases(text)
            # Every scalar stays text, so that No, 0x80070005 and 2026-11-24 arrive as they were written.
            self.root = yaml.compose(text, Loader=yaml.CBaseLoader)
        except yaml.YAMLError as problem:
            raise FlowFileError([problem_of(problem, text)]) from None
        if found := list(flaws(self.root)):
            raise FlowFileError(found)

    @property
    def data(self) -> Any:
        return yaml.constructor.BaseConstructor().construct_document(self.root) if self.root else {}

    def line(self, location: Location) -> int:
        """The line of the innermost part that exists on the way to ``location``."""
        node, line = self.root, 1
        for part in location:
            if isinstance(node, yaml.MappingNode):
                key, value = next(((k, v) for k, v in node.value if k.value == part), (None, None))
                if key:
                    node, line = value, mark_line(key.start_mark)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = mark_line(node.start_mark)
        return line


def problem_of(error: yaml.YAMLError, text: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        return Problem(mark_line(error.problem_mark), f"No valid YAML: {error.problem}.")
    if isinstance(error, yaml.reader.ReaderError):
        line = text.encode()[: error.position].count(b"\n") + 1
        return Problem(line, f"No valid YAML: {error.reason}.")
    return Problem(1, f"No valid YAML: {error}.")


def mark_line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def refuse_aliases(text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            line = mark_line(event.start_mark)
            raise FlowFileError([Problem(line, "Anchors and aliases are not used here; write the part out.")])


def flaws(node: yaml.Node | None) -> Iterator[Problem]:
    """Keys that stand twice, and characters that no database keeps."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield Problem(mark_line(key.start_mark), "A field's name must be plain text.")
            elif key.value in seen:
                yield Problem(mark_line(key.start_mark), f"“{key.value}” stands here twice.")
            else:
                seen.add(key.value)
                yield from flaws(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from flaws(value)
    elif node and "\0" in node.value:
        yield Problem(mark_line(node.start_mark), "A text holds the character NUL, which cannot be kept.")


def read(model: type[MODEL], text: str) -> tuple[MODEL, Source]:
    """Return the model's object and its source. Raise FlowFileError with every problem found."""
    source = Source(text)
    try:
        return model.model_validate(source.data), source
    except ValidationError as problem:
        raise FlowFileError(
            [Problem(source.line(found["loc"]), reason(found["loc"], found["msg"])) for found in problem.errors()]
        ) from None


def reason(location: Location, message: str) -> str:
    place = ", ".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return f"{place}: {message}." if place else f"{message}."


def write(content: dict[str, Any]) -> str:
    """Plain data as YAML, in its own order, texts of several lines as blocks."""
    return yaml.dump(content, Dumper=Writer, sort_keys=False, allow_unicode=True, width=110)


def write_flow(head: FlowHead, graph: Graph) -> str:
    """The text of a flow's file."""
    return write({**head.model_dump(mode="json", exclude_defaults=True), **graph.content()})


class Writer(yaml.SafeDumper):
    """Lists stand indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def represent_text(writer: Writer, text: str) -> yaml.ScalarNode:
    block = "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style='"' if ODD_BREAK.search(text) else block)


Writer.add_representer(str, represent_text)
