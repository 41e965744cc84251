import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from apps.core.permissions import Role
from apps.teams.models import Team, User
from tests.factories.teams import TeamFactory, UserFactory, super_admin

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"role": Role.SUPER_ADMIN}, "user_without_team_is_super_admin"),
        ({"team": None}, "user_without_team_is_super_admin"),
        ({"role": "owner"}, "user_role_is_known"),
        ({"density": "cosy"}, "user_density_is_known"),
        ({"email": "Ada@team.example"}, "user_email_is_lower_case"),
    ],
)
def test_user_against_a_rule_is_refused_by_the_database(fields: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        UserFactory(**fields)


def test_user_with_the_email_of_another_team_is_refused(engineer: User) -> None:
    with pytest.raises(IntegrityError, match="email"):
        UserFactory(email=engineer.email)


def test_team_with_people_is_not_deleted(engineer: User) -> None:
    with pytest.raises(ProtectedError):
        engineer.team.delete()


def test_create_user_lowers_the_email_and_hashes_the_password(team: Team) -> None:
    user = User.objects.create_user("Ada@Team.Example", "correct horse battery", name="Ada", team=team)
    assert user.email == "ada@team.example"
    assert user.check_password("correct horse battery")
    assert User.objects.get_by_natural_key("ADA@team.example") == user


def test_create_user_without_a_password_opens_no_way_in(team: Team) -> None:
    assert not User.objects.create_user("ada@team.example", name="Ada", team=team).has_usable_password()


def test_visible_to_shows_ones_own_team_only(engineer: User, outsider: User) -> None:
    assert list(User.objects.visible_to(engineer)) == [engineer]
    assert list(User.objects.visible_to(super_admin())) == []


def test_user_is_read_with_its_team_in_one_statement(engineer: User, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert User.objects.get(pk=engineer.pk).team.name


@pytest.mark.parametrize(("role", "staff"), [(Role.TEAM_ADMIN, True), (Role.ENGINEER, False), (Role.VIEWER, False)])
def test_is_staff_follows_from_the_role(role: Role, staff: bool) -> None:
    assert User(role=role).is_staff is staff
    assert User(role=role, is_active=False).is_staff is False


def test_initials_take_the_first_two_words() -> None:
    assert User(name="Ada Maria Byron").initials == "AM"


def test_time_zone_that_does_not_exist_is_named_in_the_error() -> None:
    with pytest.raises(ValidationError, match="Mars/Olympus is no time zone"):
        TeamFactory.build(time_zone="Mars/Olympus").full_clean()
