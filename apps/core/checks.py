from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

OLDEST_POSTGRESQL = 15


def database_is_suitable(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Runs before `migrate` and with `check --database default`: the version of the server, and pgvector in reach."""
    return [problem for alias in databases or () for problem in problems_of(*_server(alias))]


def problems_of(version: int, has_vector: bool) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if version < OLDEST_POSTGRESQL:
        text = f"The database server is PostgreSQL {version}; ResolutionFlow needs {OLDEST_POSTGRESQL} or newer."
        problems.append(Error(text, id="core.E001"))
    if not has_vector:
        text = "The database server has no pgvector. Install it there (package postgresql-NN-pgvector)."
        problems.append(Error(text, id="core.E002"))
    return problems


def _server(alias: str) -> tuple[int, bool]:
    """The major version, and whether pgvector can be installed."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000,"
            " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"
        )
        version, has_vector = cursor.fetchone() or (0, False)
    return version, has_vector
