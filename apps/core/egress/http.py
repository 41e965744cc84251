"""Calls over HTTP: one connection to a checked address, one deadline, no redirects, no surprises.

http.client and not a session library: those follow redirects, read proxies and passwords from the environment, and
look the host up a second time.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from apps.core.egress.addresses import Resolve, Route, find_route, look_up
from apps.core.egress.deadline import Deadline, connect, secure
from apps.core.egress.parcel import Parcel
from apps.core.egress.payload import JSON
from apps.core.outbox import Doubt, Failed, Later

SECONDS = 8  # below what a handler of the quick lane may take
MOST_BYTES = 1024 * 1024
LONGEST_WAIT = 24 * 3600  # that another side may ask for
_READING = {"GET", "HEAD"}
_NOT_NOW = {408, 425, 429}
_SECURE_PORT = 443


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """Raise ValueError for what is no JSON."""
        return json.loads(self.body)


class Refused(Failed):
    """The other side answered, and it was no; `answer` says what."""

    def __init__(self, sentence: str, answer: Answer) -> None:
        super().__init__(sentence)
        self.answer = answer


def unchanged(texts: JSON) -> JSON:
    return texts


@dataclass(frozen=True)
class Call:
    """A call over HTTP. `url` and `headers` may hold secrets: they are shown nowhere, and not searched for any.

    `texts` becomes the JSON body by `write`, which sees it after the redaction: markup is made there. `params` become
    the query and are redacted too.
    """

    url: str = field(repr=False)
    texts: JSON = None
    write: Callable[[JSON], JSON] = unchanged
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    resolve: Resolve = look_up

    @property
    def payload(self) -> JSON:
        return [dict(self.params), self.texts]

    def pack(self, payload: JSON) -> Parcel[Answer]:
        """Raise Failed or Later when the address may not be called or is not found."""
        params, texts = payload
        deadline = Deadline.after(self.seconds)
        body = b"" if texts is None else json.dumps(self.write(texts)).encode()
        route = find_route(self.url, settings.RF_ALLOWED_PRIVATE_HOSTS, self.resolve, deadline)
        query = urlencode(params)
        target = route.target + ("&" if "?" in route.target else "?") * bool(query) + query
        route = replace(route, target=target)
        return Parcel(route.host, query.encode() + body, lambda: _exchange(self, route, body, deadline))


class _Connection(HTTPConnection):
    """Connects to the address of the route and proves its host; http.client would look the host up again."""

    def __init__(self, route: Route, deadline: Deadline) -> None:
        super().__init__(route.host, route.port)
        self._route, self._deadline = route, deadline
        if route.scheme == "https":
            self.default_port = _SECURE_PORT

    def connect(self) -> None:
        self.sock = connect(self._route.addresses, self._route.port, self._deadline)
        if self._route.scheme == "https":
            self.sock = secure(self.sock, self._route.host, self._deadline)


def _exchange(call: Call, route: Route, body: bytes, deadline: Deadline) -> Answer:
    connection = _Connection(route, deadline)
    try:
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            raise Later(_unreached(route.host, error)) from error
        try:
            connection.request(call.method, route.target, body or None, _headers(call, body))
            with connection.getresponse() as response:
                answer = _read(response, call.most_bytes)
        except (OSError, HTTPException, ValueError) as error:
            raise _unclear(call, _unanswered(route.host, error)) from error
    finally:
        connection.close()
    return _judged(call, route.host, answer)


def _headers(call: Call, body: bytes) -> dict[str, str]:
    kind = {"Content-Type": "application/json"} if body else {}
    return {"User-Agent": "ResolutionFlow", "Connection": "close", **kind, **call.headers}


class _TooLong(HTTPException):
    """The answer is longer than anybody needs."""


def _read(response: HTTPResponse, most: int) -> Answer:
    body = response.read(most + 1)
    if len(body) > most:
        raise _TooLong
    # What http.client lets pass: an end before the whole body, and one among the headers.
    if response.length or not response.msg.keys() or response.msg.defects:
        raise HTTPException
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def _judged(call: Call, host: str, answer: Answer) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return answer
    if 300 <= status < 400:
        raise Refused(f"{host} answered with a redirect ({status}), which is not followed.", answer)
    if status in _NOT_NOW:
        raise Later(f"{host} asks for a later attempt ({status}).", _wait(answer.headers.get("retry-after", "")))
    if status < 500:
        raise Refused(f"{host} refused it ({status}).", answer)
    raise _unclear(call, f"{host} met an error of its own ({status}).")


def _unclear(call: Call, sentence: str) -> Later | Doubt:
    """What only reads can be asked again at any time."""
    return Later(sentence) if call.method in _READING else Doubt(f"{sentence} It may have arrived.")


def _unreached(host: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{host} could not be reached in time."
    if "CERTIFICATE" in str(error):
        return f"{host} could not prove with its certificate that it is {host}."
    return f"{host} could not be reached."


def _unanswered(host: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{host} did not answer in time."
    if isinstance(error, _TooLong):
        return f"The answer of {host} was too long to read."
    return f"{host} ended the connection before its answer was complete."


def _wait(text: str) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date."""
    try:
        seconds = float(text) if text.isdigit() else (parsedate_to_datetime(text) - timezone.now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0), LONGEST_WAIT)
