import pytest

from apps.core.permissions import Role
from apps.flows.models import Flow, Visibility
from apps.flows.policies import may_edit, may_open
from apps.teams.models import User

OWN, OTHER = 1, 2


def person(role=Role.ENGINEER, team_id=OWN, pk=7):
    return User(pk=pk, role=role, team_id=team_id, is_active=True)


def flow(visibility, team_id=OWN, owner_id=7):
    return Flow(visibility=visibility, team_id=team_id, owner_id=owner_id)


@pytest.mark.parametrize(
    ("visibility", "pk", "opens"),
    [(Visibility.PRIVATE, 7, True), (Visibility.PRIVATE, 8, False), (Visibility.TEAM, 8, True)],
)
def test_private_flow_opens_for_its_owner_alone(visibility, pk, opens):
    assert may_open(person(pk=pk), flow(visibility)) is opens


@pytest.mark.parametrize(
    ("by", "given", "edits"),
    [
        (person(), flow(Visibility.TEAM, owner_id=8), True),
        (person(), flow(Visibility.PRIVATE, owner_id=8), False),
        (person(), flow(Visibility.PRIVATE), True),
        (person(), flow(Visibility.TEAM, team_id=OTHER), False),
        (person(), flow(Visibility.PUBLIC, team_id=None), False),
        (person(Role.VIEWER), flow(Visibility.TEAM), False),
        (person(Role.SUPER_ADMIN, None), flow(Visibility.PUBLIC, team_id=None), True),
        (person(Role.SUPER_ADMIN, None), flow(Visibility.TEAM), False),
    ],
)
def test_flow_is_edited_by_whom_it_belongs_to(by, given, edits):
    assert may_edit(by, given) is edits
