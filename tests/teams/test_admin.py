from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.core.permissions import Role
from apps.teams.models import Team, User
from tests.factories.teams import TeamFactory, UserFactory, super_admin

ADD = reverse("admin:teams_user_add")
PERSON = {
    "email": "New.Person@Team.example",
    "name": "New Person",
    "role": "engineer",
    "time_zone": "UTC",
    "is_active": "on",
    "password_input": "quite a long password",
}


@pytest.fixture
def as_lead(client: Browser, lead: User) -> Browser:
    client.force_login(lead)
    return client


@pytest.fixture
def as_super(client: Browser, db: None) -> Browser:
    client.force_login(super_admin())
    return client


def change(browser: Browser, user: User, **fields: Any) -> User:
    person = PERSON | {"email": user.email, "name": user.name, "role": user.role, "password_input": ""}
    browser.post(reverse("admin:teams_user_change", args=[user.pk]), person | fields)
    return User.objects.get(pk=user.pk)


def test_user_added_by_lead_joins_the_leads_team(as_lead: Browser, team: Team) -> None:
    assert as_lead.post(ADD, PERSON).status_code == 302
    user = User.objects.get(name="New Person")
    assert (user.email, user.team, user.role) == ("new.person@team.example", team, Role.ENGINEER)
    assert user.check_password("quite a long password")


def test_user_added_by_lead_to_another_team_stays_in_the_own(as_lead: Browser, team: Team, outsider: User) -> None:
    as_lead.post(ADD, PERSON | {"team": outsider.team_id})
    assert User.objects.get(name="New Person").team == team


@pytest.mark.parametrize(
    "fields", [{"role": "super_admin"}, {"password_input": ""}, {"password_input": "short"}, {"email": "nobody"}]
)
def test_user_added_by_lead_wrongly_is_refused(as_lead: Browser, fields: dict[str, str]) -> None:
    assert as_lead.post(ADD, PERSON | fields).status_code == 200
    assert not User.objects.filter(name="New Person").exists()


def test_user_email_taken_in_another_case_is_refused(as_lead: Browser) -> None:
    UserFactory(email="new.person@team.example")
    assert as_lead.post(ADD, PERSON).status_code == 200


def test_user_of_the_team_is_changed_by_lead_but_never_raised(as_lead: Browser, engineer: User) -> None:
    assert change(as_lead, engineer, role="team_admin").role == Role.TEAM_ADMIN
    assert change(as_lead, engineer, role="super_admin").role == Role.TEAM_ADMIN
    assert change(as_lead, engineer, team=TeamFactory().pk).team == engineer.team
    assert change(as_lead, engineer, is_active="").is_active is False


def test_user_of_another_team_is_out_of_the_leads_reach(as_lead: Browser, outsider: User) -> None:
    assert change(as_lead, outsider, name="Taken over").name != "Taken over"
    people = as_lead.get(reverse("admin:teams_user_changelist")).context["cl"].result_list
    assert outsider not in people


def test_user_does_not_lock_themselves_out(as_lead: Browser, lead: User) -> None:
    user = change(as_lead, lead, role="viewer", is_active="", name="Renamed")
    assert (user.role, user.is_active, user.name) == (Role.TEAM_ADMIN, True, "Renamed")


def test_user_password_changes_only_when_given(as_lead: Browser, engineer: User) -> None:
    assert change(as_lead, engineer).password == engineer.password
    changed = change(as_lead, engineer, password_input="another long password")
    assert changed.check_password("another long password")


def test_user_cannot_be_deleted(as_lead: Browser, engineer: User) -> None:
    assert as_lead.post(reverse("admin:teams_user_delete", args=[engineer.pk]), {"post": "yes"}).status_code == 403


def test_super_admin_adds_people_to_a_team_and_names_others_of_the_platform(as_super: Browser, team: Team) -> None:
    as_super.post(ADD, PERSON | {"team": team.pk})
    as_super.post(ADD, PERSON | {"email": "other@platform.example", "name": "Other", "role": "super_admin", "team": ""})
    people = User.objects.filter(name__in=["New Person", "Other"]).order_by("name")
    assert [(user.team, user.role) for user in people] == [(team, Role.ENGINEER), (None, Role.SUPER_ADMIN)]


@pytest.mark.parametrize(("role", "with_team"), [("super_admin", True), ("engineer", False)])
def test_super_admin_cannot_mix_platform_and_team(as_super: Browser, team: Team, role: str, with_team: bool) -> None:
    response = as_super.post(ADD, PERSON | {"role": role, "team": team.pk if with_team else ""})
    assert "A platform administrator has no team" in response.content.decode()


def test_super_admin_manages_teams(as_super: Browser, team: Team) -> None:
    as_super.post(reverse("admin:teams_team_add"), {"name": "Northwind MSP", "time_zone": "Europe/London"})
    assert Team.objects.get(name="Northwind MSP").time_zone == "Europe/London"
    assert as_super.post(reverse("admin:teams_team_delete", args=[team.pk]), {"post": "yes"}).status_code == 403


def test_admin_sign_in_is_the_ordinary_one(client: Browser, db: None) -> None:
    response = client.get(reverse("admin:login"))
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_user_stays_in_the_team_where_their_work_is(as_super: Browser, engineer: User, outsider: User) -> None:
    changed = change(as_super, engineer, team=outsider.team_id, name="Renamed")
    assert (changed.team, changed.name) == (engineer.team, "Renamed")


def test_member_of_a_team_cannot_become_platform_administrator(as_super: Browser, engineer: User) -> None:
    assert change(as_super, engineer, role="super_admin").role == Role.ENGINEER
