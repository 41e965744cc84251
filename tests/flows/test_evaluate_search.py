import gzip
import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.flows.management.commands.evaluate_search import judge
from apps.flows.models import Flow, SearchPosting, SearchTerm
from tests.factories.flows import FlowFactory

SAMPLE = Path(settings.BASE_DIR).parent / "shared" / "search-dev"
DOCS = [
    {"id": "a", "title": "Printer offline", "body": "It prints nothing"},
    {"id": "b", "title": "Printer prints nothing", "body": ""},
    {"id": "c", "title": "VPN error 809", "body": "Connection fails"},
]
QUERIES = [
    {"id": "1", "title": "printer prints nothing", "body": "", "doc_id": "b", "relevant": ["a"]},
    {"id": "2", "title": "error 809", "body": "vpn", "relevant": ["c"]},
]


def evaluate(docs: Path, queries: Path, **options: str) -> dict[str, list[float]]:
    out = StringIO()
    call_command("evaluate_search", docs=docs, queries=queries, stdout=out, **options)
    rows = [line.split() for line in out.getvalue().splitlines()[2:]]
    return {name: [float(figure) for figure in figures] for name, *figures in rows}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    docs, queries = tmp_path / "docs.jsonl", tmp_path / "queries.jsonl.gz"
    docs.write_text("\n".join(map(json.dumps, DOCS)))
    queries.write_bytes(gzip.compress("\n".join(map(json.dumps, QUERIES)).encode()))
    return docs, queries


@pytest.mark.parametrize("form", ["short", "long"])
def test_evaluate_search_own_document_is_left_out(transactional_db: None, files: tuple[Path, Path], form: str) -> None:
    figures = evaluate(*files, form=form, against="bm25s")
    assert figures["words"][:3] == figures["bm25s"][:3] == [1, 1, 1]


def test_evaluate_search_leaves_the_product_rows_alone(transactional_db: None, files: tuple[Path, Path]) -> None:
    flow = FlowFactory(title="Printer prints nothing")
    evaluate(*files)
    assert list(Flow.objects.all()) == [flow]
    assert not SearchPosting.objects.exists()
    assert not SearchTerm.objects.exists()


def test_evaluate_search_broken_line_is_named(files: tuple[Path, Path]) -> None:
    files[0].write_text(f"{json.dumps(DOCS[0])}\nnonsense")
    with pytest.raises(CommandError, match=r"docs\.jsonl, line 2 is not JSON"):
        evaluate(*files)


def test_evaluate_search_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        evaluate(tmp_path / "none.jsonl", tmp_path / "none.jsonl")


def test_judge_second_place_and_missing_one_lower_the_figures() -> None:
    ndcg, reciprocal, recall = judge(["x", "a"], {"a", "b"})
    assert (round(ndcg, 3), reciprocal, recall) == (0.387, 0.5, 0.5)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the development sample is not beside the project")
@pytest.mark.parametrize("form", ["short", "long"])
def test_evaluate_search_on_the_sample_is_no_worse_than_bm25s(transactional_db: None, form: str) -> None:
    figures = evaluate(SAMPLE / "docs.jsonl.gz", SAMPLE / "queries.jsonl.gz", form=form, against="bm25s")
    assert figures["words"][0] >= figures["bm25s"][0]
