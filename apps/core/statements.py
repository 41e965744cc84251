"""Statements by hand, for what every answer waits for: Django composes them for longer than PostgreSQL runs them.

For models without fields that Django fills in itself (``auto_now``, generated ones), and JSON that is never null.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def columns(model: type[models.Model], **instead: str) -> str:
    """The model's columns, in the order in which `read` takes them, some with an expression ``instead``."""
    return ", ".join(instead.get(str(field.column), str(field.column)) for field in model._meta.concrete_fields)


def read(model: type[M], sql: str, parameters: Sequence[int | None]) -> Iterator[tuple[M, list[Any]]]:
    """Rows of a statement that begins with the model's columns, and the values of its other columns."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    objects = [n for n, field in enumerate(fields) if isinstance(field, models.JSONField)]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for values in map(list, cursor.fetchall()):
            for n in objects:
                values[n] = json.loads(values[n])
            yield model.from_db(connection.alias, names, values[: len(names)]), values[len(names) :]


def insert(row: M) -> M:
    """Write a new row, without signals; it has its key then."""
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(row)), _values(row))
        row.pk, row._state.adding, row._state.db = cursor.fetchone()[0], False, connection.alias
    return row


def update(row: models.Model) -> None:
    """Write all columns of a row, without signals; raises ObjectDoesNotExist where it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_update(type(row)), [*_values(row), row.pk])
        if cursor.rowcount != 1:
            raise ObjectDoesNotExist(f"{row} is gone.")


@cache
def _insertion(model: type[models.Model]) -> str:
    names = [str(field.column) for field in _written(model)]
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({marks}) RETURNING id"  # noqa: S608 - names of columns


@cache
def _update(model: type[models.Model]) -> str:
    names = ", ".join(f"{field.column} = %s" for field in _written(model))
    return f"UPDATE {model._meta.db_table} SET {names} WHERE id = %s"  # noqa: S608 - names of columns


def _written(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _values(row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection=connection) for field in _written(type(row))]
