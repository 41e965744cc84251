import pytest
from django.http import HttpResponse
from django.test import Client

pytestmark = pytest.mark.django_db


def choose(client: Client, theme: str, target: str = "/accounts/login/") -> HttpResponse:
    return client.post("/theme/", {"theme": theme, "next": target})


def test_theme_is_kept_in_a_cookie_and_leads_back(client: Client) -> None:
    response = choose(client, "dark")
    assert response.cookies["theme"].value == "dark"
    assert response.cookies["theme"]["httponly"]
    assert response["Location"] == "/accounts/login/"


def test_theme_that_was_chosen_is_on_the_next_page(client: Client) -> None:
    choose(client, "dark")
    assert 'data-theme="dark"' in client.get("/accounts/login/").text


def test_theme_without_a_choice_is_left_to_the_system(client: Client) -> None:
    assert "data-theme=" not in client.get("/accounts/login/").text


def test_theme_that_is_unknown_sets_no_cookie(client: Client) -> None:
    assert "theme" not in choose(client, "neon").cookies


def test_theme_by_get_is_refused(client: Client) -> None:
    assert client.get("/theme/").status_code == 405


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/inactive/"])
def test_page_of_allauth_looks_ours(client: Client, path: str) -> None:
    text = client.get(path).text
    assert 'class="brand"' in text
    assert "css/app.css" in text
