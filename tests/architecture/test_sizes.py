"""Small functions, small files, names that say what is in them."""

import ast
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.architecture.source import ROOT, code, functions, lines, name_of, tree

OURS = code("apps/", "resolutionflow/", "manage.py")
TESTS = code("tests/", "bench/")
VAGUE = {"utils", "util", "helpers", "helper", "managers", "misc", "common", "tools"}


def length(path: Path) -> int:
    return len(path.read_text().splitlines())


def longer(module: ast.Module, most: int) -> list[str]:
    return [f"{found.name}: {lines(found)}" for found in functions(module) if lines(found) > most]


def is_vague(path: Path) -> bool:
    return bool(VAGUE & {path.stem, *path.relative_to(ROOT).parts[:-1]})


def p95(figures: list[int]) -> float:
    return quantiles(figures, n=20)[-1]


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_file_and_its_functions_are_short(path: Path) -> None:
    assert length(path) <= 350
    assert longer(tree(path), 25 if "views" in path.with_suffix("").parts else 45) == []


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_test_file_is_short(path: Path) -> None:
    assert length(path) <= 500


def test_functions_and_files_are_short_on_the_whole() -> None:
    figures = [lines(function) for path in OURS for function in functions(tree(path))]
    assert median(figures) <= 7
    assert p95(figures) <= 30
    assert p95([length(path) for path in OURS]) <= 250


# Core holds engines that know nothing of each other's insides: each is held to the size of an app, and the rest too.
# The demo data of sessions is apart in the same way: nothing of the app imports it. So are the search and the
# providers of PSAs, which their apps know by their interface.
ENGINES = (
    *(f"apps/core/{name}/" for name in ("redaction", "outbox", "live", "egress")),
    "apps/flows/search/",
    "apps/sessions/demo/",
    "apps/psa/providers/",
)
APPS = sorted(f"apps/{path.name}/" for path in (ROOT / "apps").iterdir() if (path / "apps.py").exists())


@pytest.mark.parametrize("part", [*APPS, *ENGINES])
def test_app_is_small(part: str) -> None:
    files = [path for path in code(part) if part in ENGINES or not name_of(path).startswith(ENGINES)]
    assert sum(length(path) for path in files) <= 3000


def test_names_of_files_and_folders_say_what_is_inside() -> None:
    assert [name_of(path) for path in OURS + TESTS if is_vague(path)] == []


def test_bad_samples_are_found() -> None:
    module = ast.parse("def long():\n    return (\n        1\n    )\n\ndef short(): pass\n")
    assert longer(module, 3) == ["long: 4"]
    assert is_vague(ROOT / "apps/core/utils.py")
    assert is_vague(ROOT / "apps/helpers/crypto.py")
    assert not is_vague(ROOT / "apps/core/crypto.py")
