"""Search for flows by words: the BM25 ranking over a GIN index.

The rarest terms of the text find the candidates and rank them roughly by what the index holds; the best of those are
ranked exactly by all terms. Cost follows the budget of postings, not the length of the text or the number of flows.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.flows.models import Flow, SearchRow, SearchTerm
from apps.flows.search_index import ALL_TERMS, search_key
from apps.flows.search_terms import matching_words, search_codes, search_terms

K1, B = 1.5, 0.75
CODE_WEIGHT = 3.0
LONGEST_QUERY = 20_000
MOST_TERMS = 32
MOST_POSTINGS = 15_000
SHORTLIST = 200
TYPO_LENGTH, MOST_TYPOS = 4, 3

COUNTS = f"""
SELECT term, sum(flows), sum(occurrences) FROM {SearchTerm._meta.db_table}
WHERE term = ANY(%s) AND (team_id IS NULL OR team_id = %s) GROUP BY term
"""  # noqa: S608 - table names of our own

NEAREST = f"""
SELECT DISTINCT ON (typo) typo, term, similarity(term, typo), flows
FROM unnest(%s::text[]) typo JOIN {SearchTerm._meta.db_table} ON term %% typo
WHERE titles > 0 AND (team_id IS NULL OR team_id = %s) ORDER BY typo, similarity(term, typo) DESC, flows DESC, term
"""  # noqa: S608

RANK = """
WITH found AS (
    SELECT flow_id, sum(weight) / (%s + length) AS rough
    FROM unnest(%s::text[], %s::float8[]) asked(key, weight)
    CROSS JOIN LATERAL (SELECT flow_id, length FROM {table} WHERE keys @> ARRAY[key] OFFSET 0) posting
    GROUP BY flow_id, length
), shortlist AS (
    SELECT flow_id FROM found WHERE flow_id IN ({visible}) ORDER BY rough DESC, flow_id LIMIT %s
)
SELECT flow_id, title, array_agg(held.key),
       sum(weight * count * (%s + 1) / (count + %s * (1 - %s + %s * length / %s))) AS score
FROM shortlist JOIN {table} USING (flow_id)
CROSS JOIN LATERAL unnest(keys, counts) held(key, count)
JOIN unnest(%s::text[], %s::float8[]) asked(key, weight) ON asked.key = held.key
GROUP BY flow_id, title ORDER BY score DESC, flow_id LIMIT %s
"""


@dataclass(frozen=True)
class Hit:
    """A flow found. ``share`` is its score as part of what the text itself would score, 0 to 1."""

    flow_id: int
    score: float
    share: float
    codes: tuple[str, ...]
    title_words: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A text weighed against what a team can see: weight of each term it holds, rarest first, and its own score."""

    weights: dict[str, float]
    flows: dict[str, int]
    codes: frozenset[str]
    mean_length: float
    own_score: float

    def candidates(self) -> list[str]:
        """The rarest terms, as many as stay in the budget of postings; at least one."""
        chosen: list[str] = []
        postings = 0
        for term in sorted(self.weights, key=lambda term: (self.flows[term], term)):
            postings += self.flows[term]
            if chosen and postings > MOST_POSTINGS:
                break
            chosen.append(term)
        return chosen


def search_flows(rows: QuerySet[Flow], text: str, limit: int, *, team_id: int | None) -> list[Hit]:
    """The best of the given flows for a text of any length, best first; empty when it says nothing.

    ``team_id`` is the searcher's team: search looks into its rows and the platform's (None: the platform's alone).
    """
    query = weigh(text, team_id)
    if not query.weights or limit < 1:
        return []
    try:
        return [_hit(query, *row) for row in _ranked(rows, query, limit, team_id)]
    except EmptyResultSet:
        return []


def weigh(text: str, team_id: int | None) -> Query:
    """Look up how rare the text's terms are, and put right those that no flow holds but a title nearly does."""
    text = text[:LONGEST_QUERY]
    asked, codes = Counter(search_terms(text)), search_codes(text)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [[ALL_TERMS, *asked], team_id])
        held = {term: (int(flows), int(length)) for term, flows, length in cursor.fetchall() if flows > 0}
    total, length = held.pop(ALL_TERMS, (0, 0))
    mean = length / total if total else 1.0
    flows = {term: held[term][0] for term in asked if term in held}
    weights = {term: _weight(term, times, flows.get(term, 0), total, codes) for term, times in asked.items()}
    size = asked.total()
    own = sum(weights[term] * _saturation(times, size, mean) for term, times in asked.items())
    known = {term: weights[term] for term in flows}
    for typo, term, likeness, count in _nearest([term for term in asked if term not in held], team_id):
        flows.setdefault(term, count)
        known.setdefault(term, likeness * _weight(term, asked[typo], count, total, codes))
    best = sorted(known, key=lambda term: (-known[term], term))[:MOST_TERMS]
    return Query({term: known[term] for term in best}, flows, codes, mean, own)


def _weight(term: str, times: int, flows: int, total: int, codes: frozenset[str]) -> float:
    rarity = math.log((max(total, flows) + 1) / (flows + 0.5))
    return rarity * times * (CODE_WEIGHT if term in codes else 1.0)


def _saturation(times: int, length: int, mean: float) -> float:
    return times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))


def _nearest(unknown: list[str], team_id: int | None) -> list[tuple[str, str, float, int]]:
    """For each of a few unknown words (typo, term of a title, likeness 0 to 1, flows that hold it)."""
    typos = [term for term in unknown if len(term) >= TYPO_LENGTH and term.isalpha()][:MOST_TYPOS]
    if not typos:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [typos, team_id])
        return list(cursor.fetchall())


def _ranked(
    rows: QuerySet[Flow], query: Query, limit: int, team_id: int | None
) -> list[tuple[int, str, list[str], float]]:
    """Rows of (flow id, title, keys it holds, score), best first."""
    visible, visible_params = rows.order_by().values("pk").query.sql_with_params()
    scopes = {None, team_id}
    sql = RANK.format(table=SearchRow._meta.db_table, visible=visible)
    mean = query.mean_length
    # With one occurrence BM25 is weight / (level + length), but for a factor that is the same for all.
    level = mean * (1 + K1 * (1 - B)) / (K1 * B)
    params = [level, *_keyed(query.candidates(), query, scopes), *visible_params, SHORTLIST]
    params += [K1, K1, B, B, mean, *_keyed(query.weights, query, scopes), limit]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _keyed(terms: Iterable[str], query: Query, scopes: set[int | None]) -> tuple[list[str], list[float]]:
    pairs = [(search_key(scope, term), query.weights[term]) for term in terms for scope in scopes]
    return [key for key, _ in pairs], [weight for _, weight in pairs]


def _hit(query: Query, flow_id: int, title: str, keys: list[str], score: float) -> Hit:
    terms = {key.partition(":")[2] for key in keys}
    return Hit(
        flow_id=flow_id,
        score=score,
        share=min(1.0, score / query.own_score),
        codes=tuple(sorted(terms & query.codes)),
        title_words=matching_words(title, terms),
    )
