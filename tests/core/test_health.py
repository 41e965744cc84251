from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client as Browser
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.core.health import SIGN_OF_LIFE
from apps.core.models import Job
from apps.core.outbox.jobs import JOBS


def test_healthz_without_a_database_is_alive(client: Browser) -> None:
    assert client.get("/healthz").content == b"alive\n"


@pytest.mark.django_db
def test_readyz_with_every_migration_applied_is_ready(client: Browser) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content.splitlines()[0]) == (200, b"ready")


@pytest.mark.django_db
def test_readyz_with_a_missing_migration_says_what_to_run(client: Browser) -> None:
    MigrationRecorder(connection).record_unapplied("core", "0001_initial")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content == b"1 migrations are not applied. Run: python manage.py migrate\n"


def beat(seconds_ago: float) -> None:
    now = timezone.now()
    Job.objects.create(name=SIGN_OF_LIFE, due_at=now, ran_at=now - timedelta(seconds=seconds_ago))


def test_sign_of_life_is_a_job_of_ours() -> None:
    assert SIGN_OF_LIFE in JOBS


@pytest.mark.django_db
def test_readyz_with_a_living_worker_says_no_more_than_ready(client: Browser, settings: Settings) -> None:
    settings.PRODUCTION = True
    beat(seconds_ago=30)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
@pytest.mark.parametrize(("production", "status"), [(True, 503), (False, 200)])
def test_readyz_without_a_worker_fails_in_production_only(
    client: Browser, settings: Settings, production: bool, status: int
) -> None:
    settings.PRODUCTION = production
    beat(seconds_ago=90)
    response = client.get("/readyz")
    assert response.status_code == status
    assert b"No worker has shown life" in response.content
