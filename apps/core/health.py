from functools import cache

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def reason_not_ready() -> str | None:
    """A sentence that says why this process cannot serve pages yet, or None when it can."""
    try:
        missing = migrations_of_this_version() - set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return "The database cannot be reached."
    return f"{len(missing)} migrations are not applied. Run: python manage.py migrate" if missing else None


@cache
def migrations_of_this_version() -> frozenset[tuple[str, str]]:
    """Every migration in the code, as (app label, name)."""
    return frozenset(MigrationLoader(None).graph.nodes)


def has_teams() -> bool:
    """False also for a database without tables."""
    team = apps.get_model("teams", "Team")
    return team._meta.db_table in connection.introspection.table_names() and team._default_manager.exists()
