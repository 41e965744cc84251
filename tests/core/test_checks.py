import pytest

from apps.core.checks import database_is_suitable, problems_of


@pytest.mark.django_db
def test_database_is_suitable_with_our_own_server_finds_nothing() -> None:
    assert database_is_suitable(["default"]) == []


def test_database_is_suitable_without_a_database_asked_for_connects_to_none() -> None:
    assert database_is_suitable(None) == []


@pytest.mark.parametrize(
    ("version", "has_vector", "expected"),
    [(15, True, []), (14, True, ["core.E001"]), (18, False, ["core.E002"]), (13, False, ["core.E001", "core.E002"])],
)
def test_problems_of_a_server_are_its_age_and_a_missing_pgvector(
    version: int, has_vector: bool, expected: list[str]
) -> None:
    assert [problem.id for problem in problems_of(version, has_vector)] == expected
