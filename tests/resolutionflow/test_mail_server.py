import pytest

from resolutionflow.mail_server import CONSOLE, NONE, mail_problems, read_mail_server

BACKEND = "apps.core.egress.smtp.Backend"


@pytest.mark.parametrize(("production", "server"), [(False, CONSOLE), (True, NONE)])
def test_without_a_url_mail_is_printed_or_refused(production: bool, server: object) -> None:
    assert read_mail_server("", production=production) == server


@pytest.mark.parametrize(
    ("url", "port", "use_ssl", "use_tls"),
    [
        ("smtp://mail.example.com", 587, False, True),
        ("smtps://mail.example.com", 465, True, False),
        ("smtp://mail.example.com:25?starttls=no", 25, False, False),
        ("smtp://mail.example.com:25?starttls=yes", 25, False, True),
    ],
)
def test_url_says_how_the_server_is_reached(url: str, port: int, use_ssl: bool, use_tls: bool) -> None:
    server = read_mail_server(url, production=True)
    assert (server.backend, server.host, server.port) == (BACKEND, "mail.example.com", port)
    assert (server.use_ssl, server.use_tls) == (use_ssl, use_tls)


def test_url_carries_user_and_password_with_any_sign() -> None:
    server = read_mail_server("smtp://a%40b.example:p%2F%3Aw@mail.example.com", production=True)
    assert (server.user, server.password) == ("a@b.example", "p/:w")
    assert "p/:w" not in repr(server)


@pytest.mark.parametrize("sender", ["flow@example.com", "ResolutionFlow <flow@example.com>"])
def test_mail_with_a_sender_has_no_problem(sender: str) -> None:
    assert mail_problems("smtp://mail.example.com", sender) == []


@pytest.mark.parametrize("sender", ["", "ResolutionFlow", "a@b.example\nBcc: c@d.example"])
def test_mail_without_an_address_as_its_sender_has_one(sender: str) -> None:
    assert len(mail_problems("smtp://mail.example.com", sender)) == 1


def test_password_in_a_url_that_is_not_understood_is_not_told() -> None:
    (problem,) = mail_problems("imap://a:s3cr3t@mail.example.com", "a@b.example")
    assert "s3cr3t" not in problem
