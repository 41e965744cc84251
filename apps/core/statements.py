"""Rows from statements written by hand: of what every answer waits for, Django composes longer than PostgreSQL runs."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def columns(model: type[models.Model]) -> str:
    """The model's columns, in the order in which `read` takes them."""
    return ", ".join(str(field.column) for field in model._meta.concrete_fields)


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
