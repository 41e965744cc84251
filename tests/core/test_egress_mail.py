"""Mail to servers on this machine, good and bad ones."""

import ssl
from functools import partial
from typing import Any

import pytest
from django.core import mail as django_mail
from pytest_django import Settings

from apps.core.egress import Letter, Mail, Reason, send_out
from apps.core.egress.mail import NO_SERVER, message_id
from apps.core.models import EgressRecord
from apps.core.outbox import Doubt, Dropped, Failed, Later
from apps.core.redaction import Destination
from apps.teams.models import Team
from tests.fakes.certificate import ADDRESS
from tests.fakes.mail_server import Reply, hangs_up, real_server, scripted_server
from tests.fakes.receiver import drips, hangs

pytestmark = pytest.mark.django_db
TEXTS = {"subject": "Session woke up", "body": "pw is Maple#4410x"}


def letter(texts: dict[str, str]) -> Letter:
    return Letter(texts["subject"], texts["body"], f"<p>{texts['body']}</p>")


def send(team: Team, **fields: Any) -> str:
    mail = Mail(**{"to": "ada@client.example", "texts": TEXTS, "write": letter, "key": "row:1", **fields})
    return send_out(mail, destination=Destination.MAIL, why=Reason.to("a test", team=team))


@pytest.fixture
def use(settings: Settings) -> Any:
    """Make the server at the port the mail server."""
    return partial(use_server, settings)


def use_server(settings: Settings, port: int, host: str = "127.0.0.1") -> None:
    settings.EMAIL_BACKEND = "apps.core.egress.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = host, port, 0.4
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "ResolutionFlow <flow@msp.example>"


def test_mail_arrives_in_both_forms_without_its_secrets(team: Team, use: Any) -> None:
    with real_server() as (port, kept):
        use(port)
        found = send(team, headers={"List-Unsubscribe": "<https://flow.example.com/preferences>"})
    (got,) = kept.mails
    assert (got["to"], got["from"], got["subject"]) == (
        "ada@client.example",
        "ResolutionFlow <flow@msp.example>",
        "Session woke up",
    )
    assert (got["message-id"], got["auto-submitted"]) == (found, "auto-generated")
    assert got["list-unsubscribe"] == "<https://flow.example.com/preferences>"
    texts = [got.get_body((kind,)).get_content().strip() for kind in ("plain", "html")]
    assert texts == ["pw is [password removed]", "<p>pw is [password removed]</p>"]


def test_ledger_holds_the_domain_and_not_the_person(team: Team) -> None:
    send(team)
    record = EgressRecord.objects.get()
    assert (record.destination, record.address, record.redactions) == ("mail", "client.example", {"PASSWORD": 1})


def test_second_copy_carries_the_same_message_id(team: Team) -> None:
    assert send(team) == send(team) == message_id("row:1") != send(team, key="row:2")
    assert {sent.extra_headers["Message-ID"] for sent in django_mail.outbox[:2]} == {message_id("row:1")}


def test_subject_with_line_breaks_becomes_one_line(team: Team) -> None:
    send(team, texts={**TEXTS, "subject": "Hello\r\nBcc: eve@evil.example\n\n" + "x" * 500})
    assert django_mail.outbox[0].subject.startswith("Hello Bcc: [e-mail address removed] xxx")
    assert len(django_mail.outbox[0].subject) == 200
    assert django_mail.outbox[0].recipients() == ["ada@client.example"]


@pytest.mark.parametrize("to", ["", "ada", "a@b.example\nBcc: eve@evil.example", "a@b.example, c@d.example"])
def test_address_that_is_not_one_fails(to: str, team: Team) -> None:
    with pytest.raises(Failed, match="not valid"):
        send(team, to=to)
    assert django_mail.outbox == []


def test_header_with_a_line_break_fails(team: Team) -> None:
    with pytest.raises(Failed, match="line break"):
        send(team, headers={"List-Unsubscribe": "<x>\nBcc: eve@evil.example"})
    assert not EgressRecord.objects.exists()


def test_without_a_mail_server_it_is_dropped_in_words(team: Team, settings: Settings) -> None:
    settings.EMAIL_BACKEND = NO_SERVER
    with pytest.raises(Dropped, match="RF_EMAIL_URL"):
        send(team)


@pytest.mark.parametrize(
    ("script", "outcome", "sentence"),
    [
        ({"RCPT": "550 no such user"}, Failed, "550 no such user"),
        ({"RCPT": "450 mailbox busy"}, Later, "450 mailbox busy"),
        ({"RCPT": "421 closing"}, Later, "421 closing"),
        ({"MAIL": "553 not you"}, Failed, "553 not you"),
        ({"DATA": "451 later"}, Later, "451 later"),
        ({"DATA": "554 no"}, Failed, "554 no"),
        ({"sent": "552 too much"}, Failed, "552 too much"),
        ({"sent": "452 full"}, Later, "452 full"),
        ({"hello": "554 go away"}, Failed, "554 go away"),
        ({"hello": hangs_up}, Later, "could not be used"),
        ({"hello": hangs}, Later, "in time"),
        ({"hello": drips("220")}, Later, "in time"),
        ({"RCPT": hangs_up}, Later, "could not be used"),
        ({"sent": hangs_up}, Doubt, "before it said that it has"),
        ({"sent": hangs}, Doubt, "before it said that it has"),
        ({"sent": drips("250-")}, Doubt, "before it said that it has"),
    ],
)
def test_what_the_server_does_decides_the_outcome(
    script: dict[str, Reply], outcome: type[Exception], sentence: str, team: Team, use: Any
) -> None:
    with scripted_server(**script) as server:
        use(server.port)
        with pytest.raises(outcome, match=sentence):
            send(team)


@pytest.mark.parametrize("script", [{"QUIT": hangs_up}, {"QUIT": hangs}, {"QUIT": "500 what"}])
def test_server_that_has_the_mail_and_no_manners_changes_nothing(
    script: dict[str, Reply], team: Team, use: Any
) -> None:
    with scripted_server(**script) as server:
        use(server.port)
        assert send(team) == message_id("row:1")
    assert server.heard[-2:] == [".", "QUIT"]


def test_server_that_is_not_there_comes_later(team: Team, use: Any) -> None:
    with scripted_server() as server:
        use(server.port)
    with pytest.raises(Later, match="could not be used"):
        send(team)


def test_server_without_tls_gets_nothing_where_tls_is_asked_for(team: Team, use: Any, settings: Settings) -> None:
    with scripted_server() as server:
        use(server.port)
        settings.EMAIL_USE_TLS = True
        with pytest.raises(Later):
            send(team)
    assert "MAIL" not in server.heard


def test_mail_goes_over_starttls_when_it_is_asked_for(
    team: Team, use: Any, settings: Settings, secure_server: ssl.SSLContext
) -> None:
    with real_server(ADDRESS, tls_context=secure_server, require_starttls=True) as (port, kept):
        use(port, ADDRESS)
        settings.EMAIL_USE_TLS = True
        send(team)
    assert len(kept.mails) == 1


def test_mail_goes_over_tls_from_the_first_byte_when_it_is_asked_for(
    team: Team, use: Any, settings: Settings, secure_server: ssl.SSLContext
) -> None:
    with real_server(ADDRESS, ssl_context=secure_server) as (port, kept):
        use(port, ADDRESS)
        settings.EMAIL_USE_SSL = True
        send(team)
    assert len(kept.mails) == 1


def test_mail_server_that_is_another_one_gets_nothing(
    team: Team, use: Any, settings: Settings, secure_server: ssl.SSLContext
) -> None:
    with real_server(tls_context=secure_server) as (port, kept):
        use(port)
        settings.EMAIL_USE_TLS = True
        with pytest.raises(Later):
            send(team)
    assert kept.mails == []
