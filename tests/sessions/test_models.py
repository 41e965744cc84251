from datetime import timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.sessions.models import StepRecord
from tests.factories.sessions import StepRecordFactory
from tests.factories.teams import UserFactory

CHANGES = {
    "asked": "Something else",
    "answered": "No",
    "note": "Never said",
    "statement": "Never so",
    "commands": [{"text": "format c:"}],
    "outcome": "fixed",
    "ordinal": 1_000_000,
    "kind": "note",
    "left_at": F("left_at") + timedelta(hours=1),
    "active_seconds": 9,
    "entered_afterwards": True,
    "node_id": "other",
    "place": [[1, "x"]],
    "choice": 3,
    "reason": "None",
}


@pytest.fixture
def record(db) -> StepRecord:
    return StepRecordFactory()


@pytest.mark.parametrize("field", CHANGES)
def test_record_cannot_be_changed(record, field):
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        StepRecord.objects.filter(pk=record.pk).update(**{field: CHANGES[field]})
    assert StepRecord.objects.get(pk=record.pk).asked == "Who is affected?"


def test_record_cannot_be_given_to_somebody_else(record):
    with pytest.raises(IntegrityError, match="never changes"):
        StepRecord.objects.filter(pk=record.pk).update(actor=UserFactory(team=record.team))


def test_record_is_superseded_once_and_stays_so(record):
    record.superseded_at = moment = timezone.now()
    record.save()
    for later in (None, moment + timedelta(minutes=1)):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            StepRecord.objects.filter(pk=record.pk).update(superseded_at=later)
    assert StepRecord.objects.get(pk=record.pk).superseded_at == moment


def test_record_goes_with_its_session(record):
    record.flow_session.delete()
    assert not StepRecord.objects.exists()


@pytest.mark.django_db
def test_migration_of_the_trigger_goes_back_and_forth():
    """By its own statements: taking the migration back would take those of the apps above along, with their tables."""
    written = import_module("apps.sessions.migrations.0002_records_never_change").Migration.operations[0]
    for statement, there in ((written.reverse_sql, False), (written.sql, True)):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'step_record_never_changes'")
            assert bool(cursor.fetchone()[0]) is there
