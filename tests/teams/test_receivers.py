from typing import Any

import pytest
from allauth.account.signals import password_changed
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse

from apps.core.permissions import Role
from apps.teams.models import User
from tests.core.live.test_store import said
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("address", ["account_logout", "admin:logout"])
def test_sign_out_cuts_the_streams_when_the_session_is_gone(client: Browser, address: str) -> None:
    user = UserFactory(role=Role.TEAM_ADMIN)
    client.force_login(user)
    assert said(lambda: client.post(reverse(address))) == [{"cut": user.pk}]
    assert not Session.objects.exists()


def test_sign_out_of_nobody_cuts_nothing(client: Browser) -> None:
    assert said(lambda: client.post(reverse("account_logout"))) == []


def test_new_password_cuts_the_streams() -> None:
    user = UserFactory()
    assert said(lambda: password_changed.send(User, request=None, user=user)) == [{"cut": user.pk}]


@pytest.mark.parametrize(
    ("fields", "is_cut"),
    [
        ({"role": "viewer"}, True),
        ({"is_active": ""}, True),
        ({"password_input": "quite a long password"}, True),
        ({"name": "Another Name"}, False),
    ],
    ids=str,
)
def test_change_of_rights_cuts_the_streams(client: Browser, fields: dict[str, Any], is_cut: bool) -> None:
    user = UserFactory()
    client.force_login(UserFactory(role=Role.TEAM_ADMIN, team=user.team))
    person = {"email": user.email, "name": user.name, "role": user.role, "time_zone": "UTC", "is_active": "on"}
    address = reverse("admin:teams_user_change", args=[user.pk])
    assert said(lambda: client.post(address, person | fields)) == ([{"cut": user.pk}] if is_cut else [])
