import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client as Browser


def test_healthz_without_a_database_is_alive(client: Browser) -> None:
    assert client.get("/healthz").content == b"alive\n"


@pytest.mark.django_db
def test_readyz_with_every_migration_applied_is_ready(client: Browser) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_readyz_with_a_missing_migration_says_what_to_run(client: Browser) -> None:
    MigrationRecorder(connection).record_unapplied("core", "0001_initial")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content == b"1 migrations are not applied. Run: python manage.py migrate\n"
