import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.statements import columns, insert, read, update
from apps.sessions.models import FlowSession, StepRecord
from tests.factories.sessions import FlowSessionFactory


@pytest.fixture
def flow_session(team) -> FlowSession:
    return FlowSessionFactory(team=team, variables={"host": "srv-01"}, place=[[1, "n0"]])


def record_of(flow_session: FlowSession, **fields: object) -> StepRecord:
    now = timezone.now()
    given = {"team_id": flow_session.team_id, "flow_session": flow_session, "actor": flow_session.owner, "ordinal": 1}
    return StepRecord(**{**given, "kind": "question", "entered_at": now, "left_at": now, **fields})


def test_insert_and_read_give_back_the_same_row(flow_session) -> None:
    commands = [{"text": "ping %s", "output": "50% lost"}]
    record = insert(record_of(flow_session, asked="Does it answer?", commands=commands, place=[[1, "n0"]]))
    sql = f"SELECT {columns(StepRecord)}, 7 FROM {StepRecord._meta.db_table} WHERE id = %s"
    ((found, others),) = read(StepRecord, sql, [record.pk])
    names = [field.attname for field in StepRecord._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(record, name) for name in names]
    assert others == [7]


def test_inserted_row_is_saved_again_and_not_doubled(flow_session) -> None:
    record = insert(record_of(flow_session))
    assert StepRecord.objects.get() == record
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        flow_session.save()
        record.delete()
    assert not [query for query in captured if query["sql"].startswith("INSERT")]


def test_update_writes_every_column_as_save_does(flow_session) -> None:
    flow_session.title, flow_session.variables, flow_session.started_at = "Printer", {"host": "srv-02"}, timezone.now()
    update(flow_session)
    found = FlowSession.objects.get(pk=flow_session.pk)
    names = [field.attname for field in FlowSession._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(flow_session, name) for name in names]


def test_update_of_a_row_that_is_gone_is_an_error(flow_session) -> None:
    FlowSession.objects.all().delete()
    with pytest.raises(ObjectDoesNotExist):
        update(flow_session)


def test_what_the_database_refuses_is_an_error_of_django(flow_session) -> None:
    insert(record_of(flow_session))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(record_of(flow_session))
