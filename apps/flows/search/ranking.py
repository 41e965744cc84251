"""Search for flows by words: the BM25 ranking over postings.

The rarest terms of the text find the candidates and rank them; the best of those are ranked again by all terms. Cost
follows the budget of postings, not the length of the text or the number of flows.

Postings lie in one B-tree that covers all that ranking reads. A GIN index over the terms of a flow finds it as well
but holds no counts: it has to read the row of every candidate, which takes three times as long.
"""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.flows.models import Flow
from apps.flows.search.index import ALL_TERMS, POSTINGS, TERMS
from apps.flows.search.terms import search_codes, search_terms

K1, B = 1.5, 0.75
CODE_WEIGHT = 3.0
LONGEST_QUERY = 20_000
MOST_TERMS = 32
MOST_POSTINGS = 30_000
SHORTLIST = 200
TYPO_LENGTH, MOST_TYPOS = 4, 3

COUNTS = f"""
SELECT term, array_agg(id), sum(flows), sum(occurrences) FROM {TERMS}
WHERE term = ANY(%s) AND (team_id IS NULL OR team_id = %s) AND flows > 0 GROUP BY term
"""  # noqa: S608 - table names of our own

NEAREST = f"""
WITH near AS (
    SELECT DISTINCT ON (typo) typo, term, similarity(term, typo) AS likeness
    FROM unnest(%s::text[]) typo JOIN {TERMS} ON term %% typo
    WHERE titles > 0 AND (team_id IS NULL OR team_id = %s) ORDER BY typo, likeness DESC, flows DESC, term
)
SELECT typo, likeness, term, array_agg(id), sum(flows) FROM near JOIN {TERMS} USING (term)
WHERE (team_id IS NULL OR team_id = %s) AND flows > 0 GROUP BY typo, likeness, term ORDER BY typo
"""  # noqa: S608

SCORE = f"""
sum(weight * count * {K1 + 1}::float8 / (count + {K1}::float8 * ({1 - B}::float8 + {B}::float8 * length / mean)))
"""

# OFFSET 0 keeps the order of work: postings term by term, and permission looked up from the best candidate down.
RANK = f"""
WITH asked AS (
    SELECT *, %s::float8 AS mean
    FROM unnest(%s::bigint[], %s::float8[]) WITH ORDINALITY asked(id, weight, place)
), found AS (
    SELECT flow_id, {SCORE} AS score
    FROM asked CROSS JOIN LATERAL (SELECT * FROM {POSTINGS} WHERE term_id = id LIMIT {MOST_POSTINGS}) posting
    WHERE place <= %s GROUP BY flow_id
), shortlist AS (
    SELECT flow_id FROM (SELECT flow_id FROM found ORDER BY score DESC, flow_id OFFSET 0) best
    WHERE EXISTS (SELECT FROM ({{visible}}) visible(id) WHERE id = flow_id OFFSET 0) LIMIT {SHORTLIST}
)
SELECT flow_id, array_agg(asked.id), {SCORE} AS score
FROM shortlist CROSS JOIN asked
CROSS JOIN LATERAL (
    SELECT count, length FROM {POSTINGS} posting
    WHERE posting.flow_id = shortlist.flow_id AND term_id = asked.id OFFSET 0
) posting
GROUP BY flow_id ORDER BY score DESC, flow_id LIMIT %s
"""  # noqa: S608


@dataclass(frozen=True)
class Hit:
    """A flow found. ``share`` is its score as part of what the text itself would score, 0 to 1."""

    flow_id: int
    score: float
    share: float
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A text weighed against what a team can see: the terms found, with weights, and the score of the text itself.

    ``ids`` are those of a term's counts: one of the platform, one of the team.
    """

    weights: dict[str, float]
    ids: dict[str, list[int]]
    flows: dict[str, int]
    codes: frozenset[str]
    mean_length: float
    own_score: float

    def rarest_first(self) -> list[str]:
        return sorted(self.weights, key=lambda term: (self.flows[term], term))

    def candidates(self) -> list[str]:
        """The rarest terms, as many as stay in the budget of postings; at least one."""
        terms = self.rarest_first()
        sums = accumulate(self.flows[term] for term in terms)
        return terms[: max(1, sum(postings <= MOST_POSTINGS for postings in sums))]


def search_flows(rows: QuerySet[Flow], text: str, limit: int, *, team_id: int | None) -> list[Hit]:
    """The best of the given flows for a text of any length, best first; empty when it says nothing.

    ``rows`` are filtered, not sliced. ``team_id`` is the searcher's team: search looks into its rows and the
    platform's (None: the platform's alone).
    """
    query = weigh(text, team_id)
    if not query.weights or limit < 1:
        return []
    try:
        return [_hit(query, *row) for row in _ranked(rows, query, limit)]
    except EmptyResultSet:
        return []


def weigh(text: str, team_id: int | None) -> Query:
    """Look up how rare the text's terms are, and put right those that no flow holds but a title nearly does."""
    text = text[:LONGEST_QUERY]
    asked, codes = Counter(search_terms(text)), search_codes(text)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [[ALL_TERMS, *asked], team_id])
        held = {term: (ids, int(flows), int(occurrences)) for term, ids, flows, occurrences in cursor.fetchall()}
    _, total, length = held.pop(ALL_TERMS, ([], 0, 0))
    mean = length / total if length else 1.0
    ids = {term: held[term][0] for term in asked if term in held}
    flows = {term: held[term][1] for term in ids}
    weights = {term: _weight(term, times, flows.get(term, 0), total, codes) for term, times in asked.items()}
    size = asked.total()
    own = sum(weights[term] * _saturation(times, size, mean) for term, times in asked.items())
    known = {term: weights[term] for term in flows}
    for typo, likeness, term, its_ids, count in _nearest([term for term in asked if term not in held], team_id):
        ids[term], flows[term] = its_ids, int(count)
        known.setdefault(term, likeness * _weight(term, asked[typo], flows[term], total, codes))
    best = sorted(known, key=lambda term: (-known[term], term))[:MOST_TERMS]
    return Query({term: known[term] for term in best}, ids, flows, codes, mean, own)


def _weight(term: str, times: int, flows: int, total: int, codes: frozenset[str]) -> float:
    rarity = math.log((max(total, flows) + 1) / (flows + 0.5))
    return rarity * times * (CODE_WEIGHT if term in codes else 1.0)


def _saturation(times: int, length: int, mean: float) -> float:
    return times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))


def _nearest(unknown: list[str], team_id: int | None) -> list[tuple[str, float, str, list[int], int]]:
    """For each of a few unknown words (typo, likeness 0 to 1, term of a title, its ids, flows that hold it)."""
    typos = [term for term in unknown if len(term) >= TYPO_LENGTH and term.isalpha()][:MOST_TYPOS]
    if not typos:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [typos, team_id, team_id])
        return list(cursor.fetchall())


def _ranked(rows: QuerySet[Flow], query: Query, limit: int) -> list[tuple[int, list[int], float]]:
    """Rows of (flow id, ids of the terms it holds, score), best first."""
    visible, visible_params = rows.order_by().values("pk").query.sql_with_params()
    asked = [(term_id, query.weights[term]) for term in query.rarest_first() for term_id in query.ids[term]]
    candidates = sum(len(query.ids[term]) for term in query.candidates())
    ids, weights = map(list, zip(*asked, strict=True))
    params = [query.mean_length, ids, weights, candidates, *visible_params, limit]
    with connection.cursor() as cursor:
        cursor.execute(RANK.format(visible=visible), params)
        return list(cursor.fetchall())


def _hit(query: Query, flow_id: int, ids: list[int], score: float) -> Hit:
    terms = {term for term in query.weights if not set(query.ids[term]).isdisjoint(ids)}
    return Hit(
        flow_id=flow_id,
        score=score,
        share=min(1.0, score / query.own_score),
        codes=tuple(sorted(terms & query.codes)),
    )
