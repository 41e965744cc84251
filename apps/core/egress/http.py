"""Calls over HTTP: what is asked, and what an answer means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.encoding import force_bytes
from requests import PreparedRequest, Request, RequestException, Response
from requests.utils import parse_header_links
from urllib3.exceptions import HTTPError

from apps.core.egress.addresses import Resolve, Route, find_route, look_up
from apps.core.egress.deadline import Deadline
from apps.core.egress.parcel import Parcel
from apps.core.egress.payload import JSON
from apps.core.egress.session import GuardedSession
from apps.core.outbox import Busy, Doubt, Failed, Later

SECONDS = 8  # below what a handler of the quick lane may take
MOST_BYTES = 1024 * 1024
LONGEST_WAIT = 24 * 3600  # that another side may ask for
_READING = {"GET", "HEAD"}
_NOT_NOW = {408, 425, 429}
_HEADERS = {"User-Agent": "ResolutionFlow", "Connection": "close"}


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def links(self) -> Mapping[str, str]:
        """Of the Link header: addresses by what they are to this answer, such as "next"."""
        found = parse_header_links(self.headers.get("link", ""))
        return {link["rel"]: link["url"] for link in found if "rel" in link}

    def json(self) -> Any:
        """Raise ValueError for what is no JSON."""
        return json.loads(self.body)


class Refused(Failed):
    """The other side answered, and it was no; `answer` says what."""

    def __init__(self, sentence: str, answer: Answer) -> None:
        super().__init__(sentence)
        self.answer = answer


@dataclass(frozen=True)
class File:
    """Something to attach. Its name is redacted; its content leaves as it is."""

    name: str
    content: bytes = field(repr=False)
    media_type: str


def unchanged(texts: JSON) -> JSON:
    return texts


def as_they_are(params: Mapping[str, str]) -> Mapping[str, str]:
    return params


@dataclass(frozen=True)
class Call:
    """A call over HTTP. `url` and `headers` may hold secrets: they are shown nowhere, and not searched for any.

    `texts` becomes the JSON body by `write`, which sees it after the redaction: markup is made there. With `files`, by
    the names of their fields, it becomes the other fields of a form. `params` become the query by `ask`, likewise after
    their redaction: of what was quoted before, it could take a quote away.
    """

    url: str = field(repr=False)
    texts: JSON = None
    write: Callable[[JSON], JSON] = unchanged
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    ask: Callable[[Mapping[str, str]], Mapping[str, str]] = as_they_are
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, File] = field(default_factory=dict)
    only_asks: bool = False
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    resolve: Resolve = look_up

    @property
    def payload(self) -> JSON:
        return [dict(self.params), self.texts, {field: file.name for field, file in self.files.items()}]

    def prepare(self, payload: JSON) -> PreparedRequest:
        """The request as it leaves. Raise Failed for what no request can hold."""
        params, texts, names = payload
        written = None if texts is None else self.write(texts)
        files = {part: (names[part], file.content, file.media_type) for part, file in self.files.items()}
        body = {"data": written, "files": files} if files else {"json": written}
        try:
            return Request(
                self.method, self.url, {**_HEADERS, **self.headers}, params=self.ask(params), **body
            ).prepare()
        except (RequestException, ValueError):
            raise Failed("The call could not be written as a request. Nothing was sent.") from None

    def pack(self, payload: JSON) -> Parcel[Answer]:
        """Raise Failed or Later when the address may not be called or is not found."""
        deadline = Deadline.after(self.seconds)
        route = find_route(self.url, settings.RF_ALLOWED_PRIVATE_HOSTS, self.resolve, deadline)
        request = self.prepare(payload)
        content = urlencode(payload[0]).encode() + force_bytes(request.body or b"")
        return Parcel(route.host, content, lambda: _exchange(self, route, request, deadline))


def _exchange(call: Call, route: Route, request: PreparedRequest, deadline: Deadline) -> Answer:
    try:
        with GuardedSession(route, deadline) as session, session.send(request, stream=True) as response:
            answer = _read(response, call.most_bytes)
    except (OSError, HTTPError, ValueError) as error:
        raise _unclear(call, _unanswered(route.host, error, deadline)) from None  # its words hold the URL
    return _judged(call, route.host, answer)


class _TooLong(ValueError):
    """The answer is longer than anybody needs."""


def _read(response: Response, most: int) -> Answer:
    body = response.raw.read(most + 1, decode_content=True)
    if len(body) > most:
        raise _TooLong
    if response.raw.length_remaining or not response.headers:
        raise ValueError("the answer is not whole")
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


def _judged(call: Call, host: str, answer: Answer) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return answer
    if 300 <= status < 400:
        raise Refused(f"{host} answered with a redirect ({status}), which is not followed.", answer)
    if status in _NOT_NOW:
        raise Busy(f"{host} asks for a later attempt ({status}).", _wait(answer.headers.get("retry-after", "")))
    if status < 500:
        raise Refused(f"{host} refused it ({status}).", answer)
    raise _unclear(call, f"{host} met an error of its own ({status}).")


def _unclear(call: Call, sentence: str) -> Later | Doubt:
    """What only reads can be asked again at any time."""
    return Later(sentence) if call.method in _READING or call.only_asks else Doubt(f"{sentence} It may have arrived.")


def _unanswered(host: str, error: Exception, deadline: Deadline) -> str:
    if isinstance(error, _TooLong):
        return f"The answer of {host} was too long to read."
    if deadline.is_over:
        return f"{host} did not answer in time."
    return f"{host} ended the connection before its answer was complete."


def _wait(text: str) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date."""
    try:
        seconds = float(text) if text.isdigit() else (parsedate_to_datetime(text) - timezone.now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0), LONGEST_WAIT)
