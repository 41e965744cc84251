import factory

from apps.core.permissions import Role
from apps.teams.models import Team, User

PASSWORD = "correct horse battery"


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@team.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    team = factory.SubFactory(TeamFactory)
    role = Role.ENGINEER
    password = factory.django.Password(PASSWORD)


def super_admin(**fields: object) -> User:
    return UserFactory(team=None, role=Role.SUPER_ADMIN, **fields)
