"""Rules that the import contract cannot say, read from the syntax tree."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps

from apps.core.tenancy import is_owned
from tests.architecture.source import Function, code, functions, name_of, tree

OURS = code("apps/", "resolutionflow/", "manage.py")
OUTSIDE_CORE = [path for path in OURS if not name_of(path).startswith("apps/core/")]
VIEWS = [path for path in code("apps/") if "views" in path.with_suffix("").parts]
WAYS_OUT = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "smtplib", "socket", "ftplib"}
WAYS_OUT |= {"django.core.mail"}
OWNED = {model.__name__ for model in apps.get_models() if is_owned(model)}
METHODS = {"require_POST", "require_safe", "require_http_methods"}
Rule = Callable[[ast.Module], Iterator[str]]


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def imports_in_functions(module: ast.Module) -> Iterator[str]:
    for function in functions(module):
        if any(imported(node) for node in ast.walk(function)):
            yield f"{function.name} imports"


def own_signals(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if {"django.dispatch.Signal", "django.dispatch.receiver", "django.db.models.signals"} & set(imported(node)):
            yield "uses signals"


def ways_out(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        for name in imported(node):
            if name in WAYS_OUT or name.split(".")[0] in WAYS_OUT:
                yield f"imports {name}"


def names(node: ast.AST) -> set[str]:
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def transactions(module: ast.Module) -> Iterator[str]:
    if any("transaction" in name.split(".") for node in ast.walk(module) for name in imported(node)):
        yield "opens a transaction"


def exemptions(module: ast.Module) -> Iterator[str]:
    if any(name.endswith("csrf_exempt") for node in ast.walk(module) for name in imported(node)):
        yield "is exempt from CSRF"


def is_table(node: ast.AST) -> bool:
    """Model.objects of rows that have an owner."""
    return isinstance(node, ast.Attribute) and node.attr == "objects" and bool(names(node.value) & OWNED)


def is_shortcut(node: ast.Call) -> bool:
    """get_object_or_404(Model, …): a whole table of rows that have an owner."""
    whole = isinstance(node.args[0], ast.Name) and node.args[0].id in OWNED if node.args else False
    return whole and bool(names(node.func) & {"get_object_or_404", "get_list_or_404"})


def unguarded_reads(module: ast.Module) -> Iterator[str]:
    """Rows of a team that a view takes by another way than visible_to."""
    for node in ast.walk(module):
        wrong_way = isinstance(node, ast.Attribute) and is_table(node.value) and node.attr != "visible_to"
        if wrong_way or (isinstance(node, ast.Call) and is_shortcut(node)):
            yield f"reads {ast.unparse(node)}"


def services_of(module: ast.Module) -> set[str]:
    """Names in the module that came from a services module: functions, or the module itself."""
    found = (node for node in ast.walk(module) if isinstance(node, ast.ImportFrom))
    return {
        alias.asname or alias.name
        for node in found
        for alias in node.names
        if "services" in f"{node.module}.{alias.name}".split(".") and alias.name[0].islower()
    }


def decorators(function: Function) -> set[str]:
    return set().union(*(names(decorator) for decorator in function.decorator_list))


def methods(module: ast.Module) -> Iterator[str]:
    """Views that do not say which methods they take, and views that change something when they are only looked at."""
    services = services_of(module)
    for function in functions(module):
        marks = decorators(function)
        if marks & {"allow", "public"} and not marks & METHODS:
            yield f"{function.name} takes every method"
        if "require_safe" in marks and names(ast.Module(function.body, [])) & services:
            yield f"{function.name} changes something on GET"


def broken(rule: Rule, paths: list[Path]) -> list[str]:
    return [f"{name_of(path)} {fault}" for path in paths for fault in rule(tree(path))]


RULES: list[tuple[Rule, list[Path]]] = [
    (imports_in_functions, OURS),
    (own_signals, [path for path in OURS if name_of(path) != "apps/teams/receivers.py"]),
    (ways_out, OUTSIDE_CORE),
    (exemptions, [path for path in OURS if name_of(path) != "apps/psa/views/callbacks.py"]),
    (transactions, VIEWS),
    (unguarded_reads, VIEWS),
    (methods, VIEWS),
]
VIEW = "@allow(Permission.RUN_SESSIONS)\n"


@pytest.mark.parametrize(("rule", "paths"), RULES, ids=lambda part: getattr(part, "__name__", None))
def test_rule_is_kept(rule: Rule, paths: list[Path]) -> None:
    assert paths
    assert broken(rule, paths) == []


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (imports_in_functions, "def f():\n    if 1:\n        import os"),
        (own_signals, "from django.dispatch import Signal"),
        (own_signals, "from django.db.models.signals import post_save"),
        (ways_out, "import requests.sessions"),
        (ways_out, "from urllib.request import urlopen"),
        (ways_out, "from django.core.mail import send_mail"),
        (exemptions, "from django.views.decorators.csrf import csrf_exempt"),
        (transactions, "from django.db import transaction"),
        (unguarded_reads, "Flow.objects.get(pk=1)"),
        (unguarded_reads, "models.FlowSession.objects.filter(pk=1)"),
        (unguarded_reads, "get_object_or_404(Flow, pk=1)"),
        (methods, f"{VIEW}def f(request): pass"),
        (methods, f"from apps.a.services.b import go\n@require_safe\n{VIEW}def f(request):\n    go()"),
        (methods, f"from apps.a.services import b\n@require_safe\n{VIEW}def f(request):\n    b.go()"),
    ],
)
def test_rule_finds_a_bad_sample(rule: Rule, bad: str) -> None:
    assert list(rule(ast.parse(bad)))


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (unguarded_reads, "get_object_or_404(Flow.objects.visible_to(request.user).live(), pk=1)"),
        (methods, f"from apps.a.services.b import go\n@require_POST\n{VIEW}def f(request):\n    go()"),
        (methods, "def part(request): pass"),
    ],
)
def test_rule_leaves_a_good_sample_alone(rule: Rule, good: str) -> None:
    assert not list(rule(ast.parse(good)))
