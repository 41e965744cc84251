"""Search by words beside bm25s on the development sample, which lies beside the project folder."""

from pathlib import Path

from django.conf import settings

from apps.flows.management.commands.evaluate_search import (
    bm25s_search,
    read_records,
    scratch_index,
    search_by_words,
)
from apps.flows.management.commands.evaluate_search import (
    measure as rank,
)
from apps.teams.models import User
from bench.measure import Table

SAMPLE = Path(settings.BASE_DIR).parent / "shared" / "search-dev"
MOST_MS = 50


def measure(table: Table, _by: User) -> None:
    table.head("Search by words, nDCG@10 beside bm25s")
    if not SAMPLE.exists():
        print(f"Not measured: there is no sample at {SAMPLE}.")
        return
    docs, queries = read_records(SAMPLE / "docs.jsonl.gz"), read_records(SAMPLE / "queries.jsonl.gz")
    with scratch_index(docs):
        for form in ("short", "long"):
            ours = rank(docs, queries, form, search_by_words)
            theirs = rank(docs, queries, form, bm25s_search(docs))
            table.row(f"search, {form} questions, nDCG", ours["ndcg"], theirs["ndcg"], least=True)
            table.row(f"search, {form} questions, p95", ours["p95"], MOST_MS, unit="ms")
