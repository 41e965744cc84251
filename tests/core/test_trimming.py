from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core import handlers, trimming
from apps.core.models import EgressRecord, OutboxMessage
from apps.core.trimming import trim
from tests.factories.egress import EgressRecordFactory
from tests.plan import plan_of

pytestmark = pytest.mark.django_db


def test_trim_takes_slices_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries) -> None:
    monkeypatch.setattr(trimming, "SLICE", 2)
    EgressRecordFactory.create_batch(5)
    with django_assert_num_queries(3):
        assert trim(EgressRecord.objects.order_by("created_at")) == 5
    assert not EgressRecord.objects.exists()


def test_trim_leaves_to_the_next_run_what_its_time_does_not_suffice_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimming, "SLICE", 2)
    clock = iter([0, 0, trimming.SECONDS])
    monkeypatch.setattr(trimming, "monotonic", lambda: next(clock))
    rows = EgressRecordFactory.create_batch(5)
    assert trim(EgressRecord.objects.order_by("-id")) == 2
    assert set(EgressRecord.objects.all()) == set(rows[:3])


def test_trim_ledger_keeps_more_than_a_year() -> None:
    young, old = EgressRecordFactory.create_batch(2)
    for row, days in ((young, 366), (old, handlers.KEEP_LEDGER.days + 1)):
        EgressRecord.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))
    handlers.trim_ledger()
    assert EgressRecord.objects.get() == young


def test_old_rows_are_found_by_an_index() -> None:
    now = timezone.now()
    ledger = EgressRecord.objects.filter(created_at__lt=now).order_by("created_at")
    outbox = OutboxMessage.objects.filter(state__in=OutboxMessage.OVER, finished_at__lt=now).order_by("finished_at")
    assert "Index Scan using egress_oldest" in plan_of(ledger[:1000])
    assert "Index Scan using outbox_over" in plan_of(outbox[:1000])
