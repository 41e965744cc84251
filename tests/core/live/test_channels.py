import pytest
from django.contrib.auth.models import AnonymousUser

from apps.core.live.channels import channels_of
from tests.factories.teams import super_admin

pytestmark = pytest.mark.django_db


def test_channels_of_a_member_are_their_own_and_the_team_s(viewer) -> None:
    assert channels_of(viewer) == {f"user-{viewer.pk}", f"team-{viewer.team_id}"}


def test_channels_of_a_super_admin_are_their_own() -> None:
    admin = super_admin()
    assert channels_of(admin) == {f"user-{admin.pk}"}


def test_channels_of_nobody_and_of_a_deactivated_person_are_none(engineer) -> None:
    engineer.is_active = False
    assert channels_of(AnonymousUser()) == channels_of(engineer) == set()
