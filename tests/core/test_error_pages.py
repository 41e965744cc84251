import pytest
from django.template.loader import render_to_string
from django.test import Client


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_page_without_request_or_database_says_what_to_do(name: str) -> None:
    text = render_to_string(name)
    assert "<h1" in text
    assert '<a class="btn primary" href="/">My work</a>' in text


@pytest.mark.django_db
def test_form_without_its_token_gets_the_page_about_it() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert "This page is out of date" in response.text


@pytest.mark.django_db
def test_unknown_address_gets_the_page_about_it(client: Client) -> None:
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "There is nothing here" in response.text
