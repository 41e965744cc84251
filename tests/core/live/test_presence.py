from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.live.presence import COUNTS, arrive, forget_gone, leave, people_at
from apps.core.models import LiveEvent, Presence
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db
HERE = "session:1042"


def told() -> list[Any]:
    return list(LiveEvent.objects.order_by("pk").values_list("channel", "name", "data"))


def names(user: Any) -> list[str]:
    return [seen.person.name for seen in people_at(user, [HERE])[HERE]]


def test_arrive_shows_the_person_to_the_team_and_tells_it_once(engineer, viewer) -> None:
    for _ in range(3):
        arrive(HERE, by=viewer)
    assert names(engineer) == [viewer.name]
    assert names(viewer) == []
    assert told() == [(f"team-{viewer.team_id}", "presence", {"id": HERE})]


def test_arrive_again_costs_one_statement(engineer, django_assert_num_queries) -> None:
    arrive(HERE, by=engineer)
    with django_assert_num_queries(1):
        arrive(HERE, by=engineer)


def test_people_of_another_team_are_not_shown(engineer, outsider) -> None:
    arrive(HERE, by=outsider)
    assert names(engineer) == []


def test_people_at_many_places_cost_one_statement(engineer, viewer, django_assert_num_queries) -> None:
    for number in range(3):
        arrive(f"session:{number}", by=viewer)
    with django_assert_num_queries(1):
        found = people_at(engineer, [f"session:{number}" for number in range(9)])
    assert sorted(found) == ["session:0", "session:1", "session:2"]


def test_leave_tells_the_team_once(engineer, viewer) -> None:
    arrive(HERE, by=viewer)
    leave(HERE, by=viewer)
    leave(HERE, by=viewer)
    assert names(engineer) == []
    assert len(told()) == 2


def test_who_went_without_a_word_is_shown_for_45_seconds_and_then_forgotten(engineer, viewer) -> None:
    gone, here = viewer, UserFactory(team=engineer.team)
    for person in (gone, here):
        arrive(HERE, by=person)
    Presence.objects.filter(person=gone).update(seen_at=timezone.now() - COUNTS - timedelta(seconds=1))
    assert names(engineer) == [here.name]
    assert forget_gone() == 1
    assert [row.person for row in Presence.objects.all()] == [here]
    assert len(told()) == 3


def test_who_comes_back_after_45_seconds_is_told_of_again(viewer) -> None:
    arrive(HERE, by=viewer)
    Presence.objects.update(seen_at=timezone.now() - COUNTS)
    arrive(HERE, by=viewer)
    assert len(told()) == 2
