from datetime import datetime

import pytest
from django.db.models import Q

from apps.core.paging import Keyset
from apps.teams.models import Team
from tests.factories.teams import TeamFactory

BY_DATE = Keyset("created_at", datetime.fromisoformat)
BY_ID = Keyset("id", int)


@pytest.mark.parametrize("cursor", ["", "x", "1", "1~", "~1", "x~1", "1~x"])
def test_behind_unreadable_cursor_is_no_condition(cursor: str) -> None:
    assert BY_ID.behind(cursor) == Q()


@pytest.mark.django_db
def test_page_goes_on_exactly_behind_its_cursor() -> None:
    teams = [TeamFactory() for _ in range(5)][::-1]
    first = BY_DATE.page([Team.objects.all()], "", 3)
    second = BY_DATE.page([Team.objects.all()], first.older, 3)
    assert [*first.rows, *second.rows] == teams
    assert second.older == ""


@pytest.mark.django_db
def test_page_merges_sources_in_one_order() -> None:
    teams = [TeamFactory() for _ in range(4)][::-1]
    odd, even = (Team.objects.filter(pk__in=[team.pk for team in teams[n::2]]) for n in (0, 1))
    assert BY_ID.page([odd, even], "", 4).rows == teams
