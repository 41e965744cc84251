"""Keeps the index of search beside the flows: a row for each flow, and the counts of its terms in its team."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from django.db import connection, transaction

from apps.flows.graph import BaseNode, Graph
from apps.flows.models import Flow, SearchRow, SearchTerm
from apps.flows.search_terms import search_terms

Text = tuple[int, str, str]
"""Flow id, title and body."""

TITLE_WEIGHT = 3
ALL_TERMS = ""
LOCK_SPACE = 7301

ADD_COUNTS = f"""
INSERT INTO {SearchTerm._meta.db_table} (team_id, term, flows, titles, occurrences)
SELECT %s, * FROM unnest(%s::text[], %s::int[], %s::int[], %s::bigint[])
ON CONFLICT (term, team_id) DO UPDATE SET
    flows = {SearchTerm._meta.db_table}.flows + excluded.flows,
    titles = {SearchTerm._meta.db_table}.titles + excluded.titles,
    occurrences = {SearchTerm._meta.db_table}.occurrences + excluded.occurrences
"""  # noqa: S608 - table names of our own


def index_flow(flow: Flow) -> None:
    """Make search know the flow as it stands now: head, category, tags and published graph. Safe to repeat."""
    graph = flow.published.graph if flow.published else Graph()
    head = [flow.summary, flow.category.name if flow.category else "", *flow.tags.values_list("name", flat=True)]
    nodes = [text for node in graph.nodes for text in node_texts(node)]
    index_text(flow.pk, flow.team_id, flow.title, "\n".join(head + nodes))


def index_text(flow_id: int, team_id: int | None, title: str, body: str) -> None:
    index_texts(team_id, [(flow_id, title, body)])


@transaction.atomic
def index_texts(team_id: int | None, texts: Sequence[Text]) -> None:
    """Replace the rows of different flows of one team and carry the difference over to the counts of the team."""
    new = [search_row(flow_id, team_id, title, body) for flow_id, title, body in texts]
    with connection.cursor() as cursor:
        # Rows of counts are shared by a team's flows: one writer at a time, so that none waits for another in a ring.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, team_id or 0])
        old = list(SearchRow.objects.filter(pk__in=[row.pk for row in new]))
        SearchRow.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["flow"], update_fields=["title", "keys", "counts", "length"]
        )
        cursor.execute(ADD_COUNTS, [team_id, *_difference(old, new)])


def search_row(flow_id: int, team_id: int | None, title: str, body: str) -> SearchRow:
    counts = Counter(search_terms(title) * TITLE_WEIGHT + search_terms(body))
    return SearchRow(
        flow_id=flow_id,
        team_id=team_id,
        title=title,
        keys=[search_key(team_id, term) for term in counts],
        counts=list(counts.values()),
        length=counts.total(),
    )


def search_key(team_id: int | None, term: str) -> str:
    """A term as the index holds it: ``7:outlook`` for team 7, ``0:outlook`` for the platform."""
    return f"{team_id or 0}:{term}"


def node_texts(node: BaseNode) -> Iterator[str]:
    """What an engineer may search a step by: its words, its commands with their output, its answers and ends."""
    yield from (node.title, node.body, node.warning)
    for command in node.commands:
        yield from (command.text, command.good, command.bad)
    for option in node.exits:
        yield from (option.label, option.detail)
    for name in ("summary", "cause", "expected", "section"):
        yield getattr(node, name, "")


def _difference(old: list[SearchRow], new: list[SearchRow]) -> tuple[list[str], list[int], list[int], list[int]]:
    """Columns of the counts to add: terms in order, flows, titles, occurrences."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for rows, sign in ((old, -1), (new, 1)):
        for term, *numbers in chain.from_iterable(map(_numbers, rows)):
            sums[term] = [total + sign * number for total, number in zip(sums[term], numbers, strict=True)]
    changed = sorted((term, numbers) for term, numbers in sums.items() if any(numbers))
    terms = [term for term, _ in changed]
    flows, titles, occurrences = ([numbers[at] for _, numbers in changed] for at in range(3))
    return terms, flows, titles, occurrences


def _numbers(row: SearchRow) -> Iterator[tuple[str, int, int, int]]:
    in_title = set(search_terms(row.title))
    yield ALL_TERMS, 1, 1, row.length
    for key, count in zip(row.keys, row.counts, strict=True):
        term = key.partition(":")[2]
        yield term, 1, int(term in in_title), count
