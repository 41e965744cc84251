"""The project's own text, as the guards read it."""

import ast
import os
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOT_OURS = {
    ".git",
    ".venv",
    ".rf",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".import_linter_cache",
}
NOT_OURS |= {"__pycache__", "vendor", "node_modules"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def ours() -> list[Path]:
    """Every file that we wrote."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS)
        found += [Path(folder, file) for file in files if file not in NOT_OURS]
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code(*starts: str) -> list[Path]:
    """Python files beneath the given folders, migrations apart."""
    files = [path for path in ours() if path.suffix == ".py" and "migrations" not in path.parts]
    return [path for path in files if name_of(path).startswith(starts)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(module: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(module) if isinstance(node, Function))


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def layers() -> dict[str, int]:
    """Height of each app in the contract of import-linter, 0 for the lowest; apps beside each other share one."""
    (contract,) = (found for found in pyproject()["tool"]["importlinter"]["contracts"] if found.get("exhaustive"))
    rows = [[app.strip(" ()") for app in row.split("|")] for row in contract["layers"]]
    return {app: height for height, row in enumerate(reversed(rows)) for app in row}
