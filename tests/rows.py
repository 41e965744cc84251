"""The rows that each test finds: none, or those that were kept. Only tables that a test changed are written anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

Made = TypeVar("Made")
Rows = dict[str, bytes]  # by table, as COPY writes them

_MADE_BY_MIGRATING = {"django_content_type", "auth_permission"}
_kept: Rows = {}
_state: dict[str, tuple[int, int]] = {}  # of the tables that hold kept rows


def all_rows() -> Rows:
    found = {}
    with connection.cursor() as cursor:
        for table in _tables():
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                found[table] = b"".join(map(bytes, copy))
    return {table: rows for table, rows in found.items() if rows}


def begin_with(rows: Rows) -> None:
    """From now on each test finds these."""
    if rows != _kept:
        _kept.clear()
        _kept.update(rows)
        _state.clear()
        bring_back()


def bring_back() -> None:
    """What Django's `flush` is for after each test that commits, at a fraction of its time."""
    with transaction.atomic(), connection.cursor() as cursor:
        changed = [table for table, state in _found().items() if state != _state.get(table, (0, 0))]
        for table in changed:
            cursor.execute(f"DELETE FROM {table}")
        for table in {*changed, *(_kept.keys() - _state.keys())} & _kept.keys():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(_kept[table])
        if _kept:
            _state.update({table: state for table, state in _found().items() if table in _kept})


@contextmanager
def shared(blocker: DjangoDbBlocker, make: Callable[[], Made]) -> Iterator[Made]:
    """What `make` makes is there for each test until the end; what a test changes is undone after it as ever."""
    all_of_it = transaction.atomic()
    with blocker.unblock():
        all_of_it.__enter__()
        made = make()
        connection.check_constraints()  # once, since what is left to check is checked after each test
    yield made
    with blocker.unblock():
        transaction.set_rollback(True)
        all_of_it.__exit__(None, None, None)


def _found() -> dict[str, tuple[int, int]]:
    """How many rows each table holds, and a number that any change of one alters."""
    counts = (f"SELECT '{table}', count(*), coalesce(sum(xmin::text::bigint), 0) FROM {table}" for table in _tables())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        return {table: (count, int(number)) for table, count, number in cursor.fetchall()}


@cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - _MADE_BY_MIGRATING)
