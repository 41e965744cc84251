"""Hypothesis strategies: graphs that the schema accepts, and ones that hang together."""

from typing import Any

from hypothesis import strategies as st

from apps.flows.flow_file import FlowHead
from apps.flows.graph import Graph

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40) | st.sampled_from(
    [
        "No",
        "0x80070005",
        "2026-11-24",
        "a: b",
        "# x",
        "- x",
        "one\ntwo\n",
        "  in\n\tout ",
        "\n\n",
        "{{host}}",
        "~",
        "1e3",
    ]
)
ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
command = st.fixed_dictionaries(
    {"text": text, "where": text, "effect": st.sampled_from(["read", "change"])}, optional={"good": text, "shell": text}
)
common = {"title": text, "body": text, "commands": st.lists(command, max_size=2), "minutes": st.integers(0, 1440)}


def node(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"id": ids, **fields}, optional=common | {"title": text}).map(
        lambda drawn: {"title": "", **drawn}
    )


option = st.fixed_dictionaries(
    {"label": text, "to": ids}, optional={"note": text, "outcome": st.sampled_from(["fixed", "not_fixed"])}
)
nodes = st.one_of(
    node(kind=st.just("question"), options=st.lists(option, max_size=3)),
    node(kind=st.just("action"), options=st.lists(option, max_size=3)),
    node(kind=st.just("verify_caller"), verified=ids, failed=ids),
    node(kind=st.just("sub_flow"), flow=ids, to=ids),
    node(kind=st.just("resolution"), summary=text),
    node(kind=st.just("escalation"), have_ready=st.lists(text, max_size=2)),
    node(kind=st.just("step"), section=text, notes=st.booleans()),
)
variables = st.fixed_dictionaries(
    {"name": st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True), "label": text},
    optional={"required": st.booleans(), "choices": st.lists(text, max_size=2)},
)
graphs = st.fixed_dictionaries(
    {"kind": st.sampled_from(["troubleshooting", "procedure"]), "nodes": st.lists(nodes, max_size=5)},
    optional={"start": ids, "variables": st.lists(variables, max_size=2)},
).map(Graph.model_validate)
heads = st.builds(
    FlowHead,
    slug=ids,
    title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
    summary=text,
    tags=st.lists(ids, max_size=2).map(tuple),
    review_days=st.integers(1, 3650),
)


@st.composite
def connected(draw: st.DrawFn) -> Graph:
    """A graph of up to 30 nodes, each reached from the start; its edges go anywhere, back as well."""
    count = draw(st.integers(1, 30))
    targets: list[list[int]] = [[] for _ in range(count)]
    for number in range(1, count):
        targets[draw(st.integers(0, number - 1))].append(number)
    for _ in range(draw(st.integers(0, 15))):
        targets[draw(st.integers(0, count - 1))].append(draw(st.integers(0, count - 1)))
    return Graph.model_validate({"start": "n0", "nodes": [question(n, to) for n, to in enumerate(targets)]})


def question(number: int, targets: list[int]) -> dict[str, Any]:
    options = [{"label": f"to {target}", "to": f"n{target}"} for target in targets]
    return {"id": f"n{number}", "kind": "question", "title": f"Is it {number}?", "options": options}
