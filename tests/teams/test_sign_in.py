import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from apps.teams.models import User
from tests.factories.teams import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **fields: str) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password, **fields})


def user_of(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_sign_in_by_email_in_any_case_leads_to_my_work(client: Client, engineer: User) -> None:
    response = sign_in(client, engineer.email.upper())
    assert (response.status_code, response["Location"]) == (302, "/")
    assert user_of(client) == str(engineer.pk)


def test_sign_in_with_a_wrong_password_says_no_more_than_with_an_unknown_email(client: Client, engineer: User) -> None:
    wrong = sign_in(client, engineer.email, "wrong")
    unknown = sign_in(client, "nobody@team.example", "wrong")
    assert user_of(client) is None
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_sign_in_of_a_closed_account_is_refused(client: Client) -> None:
    response = sign_in(client, UserFactory(is_active=False).email)
    assert response["Location"] == "/accounts/inactive/"
    assert "This account is closed" in client.get("/accounts/inactive/").text
    assert user_of(client) is None


def test_account_closed_while_signed_in_is_signed_out_at_the_next_request(client: Client, engineer: User) -> None:
    sign_in(client, engineer.email)
    User.objects.filter(pk=engineer.pk).update(is_active=False)
    assert not client.get(LOGIN).wsgi_request.user.is_authenticated


def test_sign_in_after_five_wrong_passwords_is_held_up_even_with_the_right_one(client: Client, engineer: User) -> None:
    for _ in range(5):
        sign_in(client, engineer.email, "wrong")
    assert sign_in(client, engineer.email).status_code == 200
    assert user_of(client) is None


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/pilot/7/?tab=note", "/pilot/7/?tab=note"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_sign_in_leads_on_to_pages_of_this_site_only(client: Client, engineer: User, target: str, lands: str) -> None:
    assert sign_in(client, engineer.email, next=target)["Location"] == lands


def test_sign_in_gives_the_session_a_new_key(client: Client, engineer: User) -> None:
    session = client.session
    session["kept"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, engineer.email)
    assert client.cookies["sessionid"].value != before


def test_session_cookie_is_kept_from_scripts_and_other_sites(client: Client, engineer: User) -> None:
    cookie = sign_in(client, engineer.email).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_sign_out_takes_a_post(client: Client, engineer: User) -> None:
    sign_in(client, engineer.email)
    assert client.get("/accounts/logout/").status_code == 200
    assert user_of(client) == str(engineer.pk)
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert user_of(client) is None


@pytest.mark.parametrize("page", ["signup", "email", "password/change", "password/set", "password/reset", "3rdparty"])
def test_page_of_allauth_that_is_not_ours_is_not_there(client: Client, page: str) -> None:
    assert client.get(f"/accounts/{page}/").status_code == 404


def test_admin_asks_on_the_same_sign_in_page(client: Client) -> None:
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == LOGIN


def test_admin_is_closed_to_engineers(client: Client, engineer: User) -> None:
    client.force_login(engineer)
    assert client.get("/admin/login/").status_code == 403
