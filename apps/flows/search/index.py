"""Keeps the index of search beside the flows: a posting for each term of a flow, and the counts of its team's terms."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.flows.graph import BaseNode, Graph
from apps.flows.models import Flow, SearchPosting, SearchTerm
from apps.flows.search.terms import search_terms

Text = tuple[int, str, str]
"""Flow id, title and body."""

TITLE_WEIGHT = 3
ALL_TERMS = ""
LOCK_SPACE = 7301
TERMS, POSTINGS = SearchTerm._meta.db_table, SearchPosting._meta.db_table

FORGET = f"""
WITH gone AS (
    DELETE FROM {POSTINGS} WHERE flow_id = ANY(%s) RETURNING term_id, count, in_title
), sums AS (
    SELECT term_id, count(*) AS flows, count(*) FILTER (WHERE in_title) AS titles, sum(count) AS occurrences
    FROM gone GROUP BY term_id
)
UPDATE {TERMS} term SET
    flows = term.flows - sums.flows,
    titles = term.titles - sums.titles,
    occurrences = term.occurrences - sums.occurrences
FROM sums WHERE term.id = sums.term_id
"""  # noqa: S608 - table names of our own

ADD_COUNTS = f"""
INSERT INTO {TERMS} AS term (team_id, term, flows, titles, occurrences)
SELECT %s, * FROM unnest(%s::text[], %s::int[], %s::int[], %s::bigint[])
ON CONFLICT (term, team_id) DO UPDATE SET
    flows = term.flows + excluded.flows,
    titles = term.titles + excluded.titles,
    occurrences = term.occurrences + excluded.occurrences
RETURNING term, id
"""  # noqa: S608

ADD_POSTINGS = f"""
INSERT INTO {POSTINGS} (team_id, flow_id, term_id, count, length, in_title)
SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::bool[])
"""  # noqa: S608


@dataclass(frozen=True)
class Posting:
    flow_id: int
    term: str
    count: int
    length: int
    in_title: bool


def index_flow(flow: Flow) -> None:
    """Make search know the flow as it stands now: head, category, tags and published graph. Safe to repeat."""
    index_texts(flow.team_id, [flow_text(flow)])


def index_flows(flows: QuerySet[Flow]) -> None:
    """The same for many flows, of whatever teams; teams in id order, so that two writers never wait in a ring."""
    rows = flows.select_related("category", "published").prefetch_related("tags").order_by("team_id", "pk")
    for team_id, of_team in groupby(rows, key=attrgetter("team_id")):
        index_texts(team_id, [flow_text(flow) for flow in of_team])


def flow_text(flow: Flow) -> Text:
    graph = flow.published.graph if flow.published else Graph()
    head = [flow.summary, flow.category.name if flow.category else "", *(tag.name for tag in flow.tags.all())]
    nodes = [text for node in graph.nodes for text in node_texts(node)]
    return flow.pk, flow.title, "\n".join(head + nodes)


def index_text(flow_id: int, team_id: int | None, title: str, body: str) -> None:
    index_texts(team_id, [(flow_id, title, body)])


@transaction.atomic
def index_texts(team_id: int | None, texts: Sequence[Text]) -> None:
    """Replace the postings of different flows of one team, and keep the counts of the team's terms equal to them."""
    if not texts:
        return
    postings = [posting for text in texts for posting in text_postings(*text)]
    with connection.cursor() as cursor:
        # Rows of counts are shared by a team's flows: one writer at a time, so that none waits for another in a ring.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, team_id or 0])
        cursor.execute(FORGET, [[flow_id for flow_id, _, _ in texts]])
        cursor.execute(ADD_COUNTS, [team_id, *_sums(postings)])
        ids = dict(cursor.fetchall())
        columns = zip(*((p.flow_id, ids[p.term], p.count, p.length, p.in_title) for p in postings), strict=True)
        cursor.execute(ADD_POSTINGS, [team_id, *map(list, columns)])


def text_postings(flow_id: int, title: str, body: str) -> Iterator[Posting]:
    """A posting for each term of a flow, and one of the empty term, which so counts flows and their lengths."""
    title_terms = search_terms(title)
    counts = Counter(title_terms * TITLE_WEIGHT + search_terms(body))
    length, in_title = counts.total(), {ALL_TERMS, *title_terms}
    counts[ALL_TERMS] = length
    return (Posting(flow_id, term, count, length, term in in_title) for term, count in counts.items())


def node_texts(node: BaseNode) -> Iterator[str]:
    """What an engineer may search a step by: its words, its commands with their output, its answers and ends."""
    yield from (node.title, node.body, node.warning)
    for command in node.commands:
        yield from (command.text, command.good, command.bad)
    for option in node.exits:
        yield from (option.label, option.detail)
    for name in ("summary", "cause", "expected", "section"):
        yield getattr(node, name, "")


def _sums(postings: list[Posting]) -> tuple[list[str], list[int], list[int], list[int]]:
    """Columns of the counts to add: terms, flows, titles, occurrences."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for posting in postings:
        numbers = sums[posting.term]
        numbers[0] += 1
        numbers[1] += posting.in_title
        numbers[2] += posting.count
    flows, titles, occurrences = ([numbers[at] for numbers in sums.values()] for at in range(3))
    return list(sums), flows, titles, occurrences
