from django.test import Client as Browser
from django.urls import reverse

from apps.teams.models import Density, User

PROFILE = reverse("teams:profile")
SETTINGS = {"name": "Dana Kowalski", "time_zone": "Europe/Warsaw", "density": "roomy"}


def test_profile_is_saved_and_shows_at_once(as_engineer: Browser, engineer: User) -> None:
    page = as_engineer.post(PROFILE, SETTINGS, follow=True).content.decode()
    engineer.refresh_from_db()
    assert (engineer.name, engineer.time_zone) == ("Dana Kowalski", "Europe/Warsaw")
    assert (engineer.density, engineer.single_keys) == (Density.ROOMY, False)
    for piece in ("Your settings are saved.", 'data-density="roomy"', "<rf-keys data-off>"):
        assert piece in page


def test_profile_with_wrong_values_gets_422_and_changes_nothing(as_engineer: Browser, engineer: User) -> None:
    response = as_engineer.post(PROFILE, SETTINGS | {"name": "x" * 121, "time_zone": "Mars/Olympus"})
    text = response.content.decode()
    assert response.status_code == 422
    assert text.count('class="err"') == 2
    assert "x" * 121 in text
    assert engineer.name in text  # the menu says who one is, not what was typed
    engineer.refresh_from_db()
    assert engineer.time_zone == "UTC"


def test_profile_changes_neither_role_nor_team(as_engineer: Browser, engineer: User, outsider: User) -> None:
    as_engineer.post(PROFILE, SETTINGS | {"role": "team_admin", "team": outsider.team_id, "email": "x@y.example"})
    again = User.objects.get(pk=engineer.pk)
    assert (again.role, again.team, again.email) == (engineer.role, engineer.team, engineer.email)


def test_profile_stands_in_the_menu(as_engineer: Browser) -> None:
    assert f'href="{PROFILE}"' in as_engineer.get(reverse("home")).content.decode()
