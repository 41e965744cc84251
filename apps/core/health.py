from datetime import timedelta
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from apps.core.models import Job

LIFE = timedelta(seconds=60)  # a worker that has shown none for so long is away
SIGN_OF_LIFE = "apps.core.handlers.show_life"


def reason_not_ready() -> str | None:
    """A sentence that says why this process cannot serve pages yet, or None when it can."""
    try:
        missing = migrations_of_this_version() - set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return "The database cannot be reached."
    if missing:
        return f"{len(missing)} migrations are not applied. Run: python manage.py migrate"
    return worker_away() if settings.PRODUCTION else None


def worker_away() -> str | None:
    """A sentence when no worker has shown life for a while; pages still work, and what is to leave the house waits."""
    if Job.objects.filter(name=SIGN_OF_LIFE, ran_at__gt=timezone.now() - LIFE).exists():
        return None
    return "No worker has shown life for a minute. Run: python manage.py worker"


@cache
def migrations_of_this_version() -> frozenset[tuple[str, str]]:
    """Every migration in the code, as (app label, name)."""
    return frozenset(MigrationLoader(None).graph.nodes)


def has_teams() -> bool:
    """False also for a database without tables."""
    team = apps.get_model("teams", "Team")
    return team._meta.db_table in connection.introspection.table_names() and team._default_manager.exists()
