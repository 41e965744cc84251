import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from apps.core.http import redirect_or_hx, render_page_or_fragment


def asked(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers=headers)


def answer(request: HttpRequest) -> str:
    return render_page_or_fragment(request, "components/close.html", "components/chip.html", {"text": "Fixed"}).text


def test_render_page_or_fragment_for_a_partial_request_answers_the_fragment() -> None:
    assert "Fixed" in answer(asked(**{"HX-Request": "true", "HX-Request-Type": "partial"}))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Request-Type": "full"}])
def test_render_page_or_fragment_for_a_whole_page_answers_the_page(headers: dict[str, str]) -> None:
    assert "data-close" in answer(asked(**headers))


def test_render_page_or_fragment_is_kept_by_no_cache() -> None:
    response = render_page_or_fragment(asked(), "components/close.html", "components/chip.html", {})
    assert response["Cache-Control"] == "no-store"
    assert response["Vary"] == "HX-Request, HX-Request-Type"


def test_redirect_or_hx_for_htmx_answers_the_header() -> None:
    response = redirect_or_hx(asked(**{"HX-Request": "true"}), "/library/")
    assert (response.status_code, response["HX-Redirect"]) == (200, "/library/")


def test_redirect_or_hx_without_htmx_redirects() -> None:
    response = redirect_or_hx(asked(), "/library/")
    assert (response.status_code, response["Location"]) == (302, "/library/")
