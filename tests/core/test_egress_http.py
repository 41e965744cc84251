"""Calls to servers on this machine that behave badly."""

import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime
from functools import partial
from gzip import compress
from pathlib import Path
from traceback import format_exception
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from apps.core.egress import Answer, Call, File, Reason, Refused, send_out
from apps.core.egress.deadline import tls
from apps.core.models import EgressRecord
from apps.core.outbox import Doubt, Failed, Later
from apps.core.redaction import Destination
from apps.teams.models import Team
from tests.fakes.certificate import certificate
from tests.fakes.receiver import Behaviour, Receiver, cuts, drips, floods_after, hangs, receiver, says

pytestmark = pytest.mark.django_db
HALF = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"


def call(made: Receiver, team: Team, settings: Settings, **fields: Any) -> Answer:
    settings.RF_ALLOWED_PRIVATE_HOSTS = [made.host]
    what = Call(made.url, **{"texts": {"text": "hello"}, "seconds": 2, **fields})
    return send_out(what, destination=Destination.WEBHOOK, why=Reason.to("a test", team=team))


def outcome(behaviour: Behaviour, team: Team, settings: Settings, **fields: Any) -> Exception:
    with receiver(behaviour) as made, pytest.raises((Failed, Later, Doubt)) as raised:
        call(made, team, settings, **fields)
    assert "s3cr3t" not in "".join(format_exception(raised.value))
    return raised.value


def test_call_sends_json_and_returns_the_answer(team: Team, settings: Settings) -> None:
    with receiver(says(200, '{"id": 7}', X_Kind="note")) as made:
        answer = call(made, team, settings, headers={"Authorization": "Basic eA=="}, params={"q": "a b"})
    (asked,) = made.asked
    assert (answer.status, answer.json(), answer.headers["x-kind"]) == (200, {"id": 7}, "note")
    assert (asked.method, asked.target, asked.json()) == ("POST", "/hook/s3cr3t-path?q=a+b", {"text": "hello"})
    assert asked.headers["host"] == made.host
    assert asked.headers["authorization"] == "Basic eA=="


@pytest.mark.parametrize(
    ("header", "links"),
    [
        ("", {}),
        ("nonsense, <", {}),
        ('<http://a.test/?p=2,3>; rel="next", <x>; rel=last', {"next": "http://a.test/?p=2,3", "last": "x"}),
    ],
)
def test_answer_tells_where_it_goes_on(header: str, links: dict[str, str]) -> None:
    assert Answer(200, {"link": header} if header else {}, b"").links == links


def test_call_makes_its_markup_after_the_redaction(team: Team, settings: Settings) -> None:
    with receiver(says(200)) as made:
        call(made, team, settings, texts=["pw is Maple#4410x"], write=lambda texts: {"text": f"*{texts[0]}*"})
    assert made.asked[0].json() == {"text": "*pw is [password removed]*"}


def test_query_is_redacted_too(team: Team, settings: Settings) -> None:
    with receiver(says(200)) as made:
        call(made, team, settings, method="GET", texts=None, params={"q": "pw is Maple#4410x"})
    assert "Maple" not in made.asked[0].target
    assert made.asked[0].body == b""


def test_query_is_written_after_the_redaction(team: Team, settings: Settings) -> None:
    quoted = {"params": {"q": "pw is Maple#4410x it's"}, "ask": lambda texts: {"q": texts["q"].replace("'", "\\'")}}
    with receiver(says(200)) as made:
        call(made, team, settings, method="GET", texts=None, **quoted)
    assert parse_qs(urlsplit(made.asked[0].target).query) == {"q": ["pw is [password removed] it\\'s"]}


def test_files_leave_as_a_form_with_their_names_redacted(team: Team, settings: Settings) -> None:
    files = {"file": File('pw is Maple#4410x.png"\r\nX: y', b"\x89PNG pw is Maple#4410x", "image/png")}
    with receiver(says(200)) as made:
        call(made, team, settings, texts={"title": "pw is Maple#4410x", "record": 7}, files=files)
    (asked,) = made.asked
    form = message_from_bytes(f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode() + asked.body)
    title, record, file = (part.get_payload(decode=True) for part in form.get_payload())
    assert (title, record, file) == (b"pw is [password removed]", b"7", b"\x89PNG pw is Maple#4410x")
    *_fields, part = form.get_payload()
    assert part.get_content_type() == "image/png"
    assert part.get_filename().startswith("pw is [password removed]")
    assert "X" not in part
    assert EgressRecord.objects.get().size == len(asked.body)


def test_prepared_request_is_what_leaves_and_holds_nothing_of_the_environment() -> None:
    what = Call("https://psa.example/v1/notes?a=1", {"text": "é"}, params={"q": "x y"}, headers={"Authorization": "k"})
    request = what.prepare(what.payload)
    assert (request.method, request.url) == ("POST", "https://psa.example/v1/notes?a=1&q=x+y")
    assert request.body == b'{"text": "\\u00e9"}'
    assert dict(request.headers) == {
        "User-Agent": "ResolutionFlow",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": "18",
        "Authorization": "k",
    }


@pytest.mark.parametrize("fields", [{"headers": {"X-Key": "s3cr3t\r\nX: y"}}, {"texts": {"n": float("nan")}}])
def test_call_that_no_request_can_hold_fails_before_it_is_sent(
    fields: dict[str, Any], team: Team, settings: Settings
) -> None:
    assert "Nothing was sent" in str(outcome(says(200), team, settings, **fields))
    assert not EgressRecord.objects.exists()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_refusal_fails_and_keeps_the_answer(status: int, team: Team, settings: Settings) -> None:
    found = outcome(says(status, "no_service"), team, settings)
    assert isinstance(found, Refused)
    assert (found.answer.status, found.answer.text) == (status, "no_service")


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ({"Retry_After": "120"}, 120, 120),
        ({"Retry_After": "999999999"}, 86400, 86400),
        ({"Retry_After": format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)}, 3600, 7200),
        ({"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0, 0),
    ],
)
def test_too_many_requests_comes_later(
    header: dict[str, str], low: int, high: int, team: Team, settings: Settings
) -> None:
    found = outcome(says(429, **header), team, settings)
    assert isinstance(found, Later)
    assert low <= (found.seconds or 0) <= high


@pytest.mark.parametrize("text", ["soon", "-1", "", "²"])
def test_wait_that_is_no_time_leaves_it_to_the_queue(text: str, team: Team, settings: Settings) -> None:
    found = outcome(says(429, Retry_After=text), team, settings)
    assert isinstance(found, Later)
    assert found.seconds is None


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "https://a.example/", "/x"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status: int, place: str, team: Team, settings: Settings) -> None:
    found = outcome(says(status, Location=place), team, settings)
    assert isinstance(found, Failed)
    assert "redirect" in str(found)
    assert EgressRecord.objects.count() == 1


def test_body_of_a_redirect_is_not_read_without_a_limit(team: Team, settings: Settings) -> None:
    found = outcome(floods_after("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"), team, settings)
    assert "too long to read" in str(found)


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (says(500), "error of its own"),
        (says(503, Retry_After="5"), "error of its own"),
        (hangs, "did not answer in time"),
        (drips("HTTP/1.1 200 OK\r\nX: "), "did not answer in time"),
        (drips("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), "did not answer in time"),
        (drips("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1"), "did not answer in time"),
        (drips("HTTP/1.1 200 OK\r\n\r\n"), "did not answer in time"),
        (floods_after("HTTP/1.1 200 OK\r\n\r\n"), "too long to read"),
        (cuts(""), "before its answer was complete"),
        (cuts("HTTP/1.1 200 OK\r\nDate: x\r\nConte"), "before its answer was complete"),
        (cuts("HTTP/1.1 200"), "before its answer was complete"),
        (cuts(HALF), "before its answer was complete"),
        (cuts("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"), "before its answer was complete"),
        (cuts("nonsense\r\n\r\n"), "before its answer was complete"),
    ],
)
def test_what_may_have_arrived_is_in_doubt(behaviour: Behaviour, sentence: str, team: Team, settings: Settings) -> None:
    found = outcome(behaviour, team, settings, seconds=0.3)
    assert isinstance(found, Doubt)
    assert sentence in str(found)
    assert "may have arrived" in str(found)


@pytest.mark.parametrize("behaviour", [says(502), hangs, cuts(HALF)])
def test_reading_is_never_in_doubt(behaviour: Behaviour, team: Team, settings: Settings) -> None:
    assert isinstance(outcome(behaviour, team, settings, method="GET", texts=None, seconds=0.3), Later)
    assert isinstance(outcome(behaviour, team, settings, only_asks=True, seconds=0.3), Later)


def test_server_that_is_not_there_comes_later(team: Team, settings: Settings) -> None:
    with receiver(says(200)) as made:
        pass
    with pytest.raises(Later, match="could not be reached"):
        call(made, team, settings)


def test_answer_up_to_the_limit_is_read(team: Team, settings: Settings) -> None:
    with receiver(says(200, "x" * 1000)) as made:
        assert len(call(made, team, settings, most_bytes=1000).body) == 1000
    assert isinstance(outcome(says(200, "x" * 1001), team, settings, most_bytes=1000), Doubt)


def test_compressed_answer_is_read_up_to_the_limit(team: Team, settings: Settings) -> None:
    def packed(size: int) -> Behaviour:
        body = compress(b"x" * size)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        return lambda connection: connection.sendall(head.encode() + body)

    with receiver(packed(1000)) as made:
        assert call(made, team, settings, most_bytes=1000).body == b"x" * 1000
    assert "too long to read" in str(outcome(packed(10_000_000), team, settings, most_bytes=1000))


def test_headers_that_end_early_leave_no_line_in_the_log(
    team: Team, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    outcome(cuts("HTTP/1.1 200 OK\r\nDate: x\r\nConte"), team, settings)
    assert "s3cr3t" not in caplog.text


def test_name_that_leads_elsewhere_at_a_second_look_is_not_looked_up_again(team: Team, settings: Settings) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    with receiver(says(200)) as made:
        settings.RF_ALLOWED_PRIVATE_HOSTS = ["hooks.test"]
        what = Call(f"http://hooks.test:{made.port}/x", texts={}, resolve=lambda host, port: answers.pop(0))
        send_out(what, destination=Destination.WEBHOOK, why=Reason.to("a test", team=team))
    assert made.asked[0].headers["host"] == f"hooks.test:{made.port}"
    assert answers == [["169.254.169.254"]]


def test_second_address_of_a_name_is_tried_when_the_first_is_dead(team: Team, settings: Settings) -> None:
    with receiver(says(200)) as made:
        settings.RF_ALLOWED_PRIVATE_HOSTS = ["hooks.test"]
        what = Call(f"http://hooks.test:{made.port}/x", texts={}, resolve=lambda host, port: ["::1", "127.0.0.1"])
        assert send_out(what, destination=Destination.WEBHOOK, why=Reason.to("a test", team=team)).status == 200


def test_proxy_of_the_environment_is_not_used(
    team: Team, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with receiver(says(200)) as made:
        assert call(made, team, settings).status == 200
    assert "authorization" not in made.asked[0].headers


def over_tls(host: str, made: Receiver, team: Team, settings: Settings, path: str = "/x") -> Answer:
    settings.RF_ALLOWED_PRIVATE_HOSTS = [host]
    resolve = partial(lambda address, host, port: [address], "127.0.0.1")
    what = Call(f"https://{host}:{made.port}{path}", texts={"text": "hello"}, seconds=1, resolve=resolve)
    return send_out(what, destination=Destination.WEBHOOK, why=Reason.to("a test", team=team))


def test_tls_proves_the_host_and_not_the_address(team: Team, settings: Settings, secure_server: ssl.SSLContext) -> None:
    with receiver(says(200, "ok"), secure_server) as made:
        assert over_tls("hooks.test", made, team, settings).text == "ok"


def test_certificate_of_another_host_sends_nothing(
    team: Team, settings: Settings, secure_server: ssl.SSLContext
) -> None:
    with receiver(says(200), secure_server) as made, pytest.raises(Later, match="certificate"):
        over_tls("other.test", made, team, settings)
    assert made.asked == []


def test_certificate_that_nobody_vouches_for_sends_nothing(
    team: Team, settings: Settings, secure_server: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    tls.cache_clear()
    with receiver(says(200), secure_server) as made, pytest.raises(Later, match="certificate"):
        over_tls("hooks.test", made, team, settings)
    assert made.asked == []


def test_certificate_out_of_its_time_points_to_the_clock_and_sends_nothing(
    team: Team, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, "hooks.test", ends=timedelta(hours=-1))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with receiver(says(200), context) as made, pytest.raises(Later, match="clock of this server"):
        over_tls("hooks.test", made, team, settings)
    assert made.asked == []
    tls.cache_clear()


def test_answer_that_drips_over_tls_ends_too(team: Team, settings: Settings, secure_server: ssl.SSLContext) -> None:
    with receiver(drips("HTTP/1.1 200 OK\r\nX: "), secure_server) as made, pytest.raises(Doubt, match="in time"):
        over_tls("hooks.test", made, team, settings)


def test_tls_that_breaks_in_the_answer_gives_no_part_of_the_url_away(
    team: Team, settings: Settings, secure_server: ssl.SSLContext
) -> None:
    def garbles(connection: socket.socket) -> None:
        os.write(connection.fileno(), b"no record of TLS")

    secret = "s3cr3t-path"
    with receiver(garbles, secure_server) as made, pytest.raises(Doubt, match="may have arrived") as raised:
        over_tls("hooks.test", made, team, settings, path=f"/{secret}")
    assert secret not in "".join(format_exception(raised.value))
