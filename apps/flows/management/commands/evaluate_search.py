"""Measure the product's search on labelled questions, beside bm25s if asked to."""

import gzip
import json
import math
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.flows.models import Flow, SearchPosting, SearchTerm
from apps.flows.search.index import index_texts
from apps.flows.search.ranking import search_flows

try:
    import bm25s
    import Stemmer
except ImportError:
    bm25s = None

DEPTH = 10
LONG_FORM = 600
BATCH = 1000
BUFFERS = "1GB"

Record = dict[str, Any]
Search = Callable[[str], list[int]]


class Command(BaseCommand):
    help = "Load documents into a scratch index and print how well search finds the relevant ones, and how fast."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--docs", required=True, type=Path, help="JSON lines (also .gz): id, title, body")
        parser.add_argument(
            "--queries", required=True, type=Path, help="JSON lines (also .gz): id, title, body, doc_id, relevant"
        )
        parser.add_argument("--form", choices=["short", "long"], default="short", help="title, or title and body")
        parser.add_argument("--against", choices=["bm25s"], help="measure this ranking in the same run")

    def handle(self, **options: Any) -> None:
        if options["against"] and bm25s is None:
            raise CommandError("bm25s is not installed. Install requirements-dev.txt, or leave out --against.")
        docs, queries = read_records(options["docs"]), read_records(options["queries"])
        self.stdout.write(f"{len(docs)} documents, {len(queries)} queries, {options['form']} form")
        self.stdout.write(f"{'':<10}{'nDCG@10':>9}{'MRR@10':>9}{'Recall@10':>11}{'ms p50':>9}{'ms p95':>9}")
        with scratch_index(docs):
            self.print_figures("words", measure(docs, queries, options["form"], search_by_words))
        if options["against"]:
            self.print_figures("bm25s", measure(docs, queries, options["form"], bm25s_search(docs)))

    def print_figures(self, name: str, figures: dict[str, float]) -> None:
        quality = f"{figures['ndcg']:>9.4f}{figures['mrr']:>9.4f}{figures['recall']:>11.4f}"
        self.stdout.write(f"{name:<10}{quality}{figures['p50']:>9.1f}{figures['p95']:>9.1f}")


def read_records(path: Path) -> list[Record]:
    """Read JSON lines; raise CommandError naming the file and line that is none."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            return [read_record(path, number, line) for number, line in enumerate(file, 1)]
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def read_record(path: Path, number: int, line: str) -> Record:
    try:
        record: Record = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{path}, line {number} is not JSON: {error}") from error
    return record


@contextmanager
def scratch_index(docs: list[Record]) -> Iterator[None]:
    """Let the product's code work on temporary tables, which hide the real ones of the same names."""
    tables = [model._meta.db_table for model in (Flow, SearchTerm, SearchPosting)]
    with connection.cursor() as cursor:
        # As the real tables have: memory for them, and a vacuum, without which each posting is read from its row too.
        cursor.execute(f"SET temp_buffers = '{BUFFERS}'")
        for table in tables:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {table} INCLUDING ALL)")
        try:
            load(docs)
            for table in tables:
                cursor.execute(f"VACUUM ANALYZE {table}")
            yield
        finally:
            for table in tables:
                cursor.execute(f"DROP TABLE pg_temp.{table}")


def load(docs: list[Record]) -> None:
    """Index each document as a flow of the platform; its place in the list is its id."""
    titles = [doc["title"][:200] for doc in docs]
    flows = [Flow(pk=at, slug=f"doc-{at}", title=title, visibility="public") for at, title in enumerate(titles)]
    Flow.objects.bulk_create(flows, batch_size=BATCH)
    texts = [(flow.pk, flow.title, doc["body"]) for flow, doc in zip(flows, docs, strict=True)]
    for start in range(0, len(texts), BATCH):
        index_texts(None, texts[start : start + BATCH])


def search_by_words(text: str) -> list[int]:
    return [hit.flow_id for hit in search_flows(Flow.objects.all(), text, DEPTH + 1, team_id=None)]


def bm25s_search(docs: list[Record]) -> Search:
    """The reference: BM25 with its defaults, English stems, the title counted twice."""
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    index = bm25s.BM25()
    index.index(tokens([" ".join([doc["title"], doc["title"], doc["body"]]) for doc in docs]), show_progress=False)

    def search(text: str) -> list[int]:
        found, _ = index.retrieve(tokens([text]), k=min(DEPTH + 1, len(docs)), show_progress=False)
        return [int(at) for at in found[0]]

    return search


def measure(docs: list[Record], queries: list[Record], form: str, search: Search) -> dict[str, float]:
    """Mean nDCG, MRR and recall of the first ten, and milliseconds a query."""
    rows = []
    for query in queries:
        started = time.perf_counter()
        found = search(query_text(query, form))
        elapsed = (time.perf_counter() - started) * 1000
        ranking = [docs[at]["id"] for at in found if docs[at]["id"] != query.get("doc_id")][:DEPTH]
        rows.append((*judge(ranking, set(query["relevant"])), elapsed))
    ndcg, mrr, recall, times = zip(*rows, strict=True)
    cuts = quantiles(times, n=20, method="inclusive")
    return {"ndcg": fmean(ndcg), "mrr": fmean(mrr), "recall": fmean(recall), "p50": cuts[9], "p95": cuts[18]}


def query_text(query: Record, form: str) -> str:
    return str(query["title"]) if form == "short" else f"{query['title']} {query['body']}"[:LONG_FORM]


def judge(ranking: list[str], relevant: set[str]) -> tuple[float, float, float]:
    """nDCG, reciprocal rank and recall of a ranking."""
    places = [place for place, doc_id in enumerate(ranking) if doc_id in relevant]
    ideal = sum(1 / math.log2(place + 2) for place in range(min(DEPTH, len(relevant))))
    ndcg = sum(1 / math.log2(place + 2) for place in places) / ideal
    return ndcg, 1 / (places[0] + 1) if places else 0.0, len(places) / len(relevant)
