"""The API of one ConnectWise: where it is, how it is addressed, and how its pages are read."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from apps.core.egress import Answer, Call, File
from apps.core.outbox import Doubt
from apps.psa.errors import NotAllowed, NotFound, Unavailable
from apps.psa.models import Connection
from apps.psa.providers.base import Send
from apps.psa.providers.connectwise.meaning import COMPANY_INFO, MEMBERS
from apps.psa.providers.connectwise.read import Row, text

VERSION = "2025.8"
ACCEPT = f"application/vnd.connectwise.com+json; version={VERSION}"
API = "apis/3.0"
CLOUDS = (".myconnectwise.net", ".connectwisedev.com")
PAGE = 250
MOST_PAGES = 20
MOST_BYTES = 8 * 1024 * 1024  # of a page
LONGEST_URL = 1900
NEWEST = "id desc"
_CODEBASE = re.compile(r"[A-Za-z0-9._-]+/")
_ODD = "The PSA answered, but not as ConnectWise does."


class Site:
    """Raises the errors of `apps.psa.errors`, or Doubt for what writes."""

    def __init__(self, connection: Connection, credentials: Mapping[str, str], send: Send, seconds: float) -> None:
        self.connection = connection
        self.send = send
        self.seconds = seconds
        keys = f"{connection.account}+{credentials.get('public_key', '')}:{credentials.get('private_key', '')}"
        self._headers = {
            "Accept": ACCEPT,
            "Authorization": f"Basic {b64encode(keys.encode()).decode()}",
            "clientId": credentials.get("client_id", ""),
        }

    @property
    def root(self) -> str:
        return self.connection.root or self.look_up()

    def one(self, path: str) -> Row:
        return _row(self._ask(path, method="GET"))

    def page(self, path: str, **params: str) -> list[Row]:
        """One page of a list."""
        return _rows(self._get(path, params))

    def search(self, path: str, text: str, conditions: Callable[[str], str]) -> list[Row]:
        """The newest that meet the conditions, which are made of the text once it is redacted: a redaction could take
        a quote away. By POST where the URL would be too long."""

        def ask(texts: Mapping[str, str]) -> dict[str, str]:
            wanted = conditions(texts["text"])
            return {"orderBy": NEWEST, **({"conditions": wanted} if wanted else {})}

        texts = {"text": text}
        if len(f"{self.root}{path}?{urlencode(ask(texts))}") <= LONGEST_URL:
            return _rows(self._ask(path, method="GET", params=texts, ask=ask))
        return _rows(self._ask(f"{path}/search", texts=texts, write=ask, only_asks=True))

    def all(self, path: str, **params: str) -> Iterator[Row]:
        """Page after page, up to MOST_PAGES of them."""
        for answer in islice(self._pages(path, {"pageSize": str(PAGE), **params}), MOST_PAGES):
            yield from _rows(answer)

    def write(self, path: str, texts: Any, *, method: str = "POST", files: Mapping[str, File] | None = None) -> Row:
        """What the site says of it. Raises Doubt for a yes that is none of ConnectWise's."""
        return _written(self._ask(path, writes=True, method=method, texts=texts, files=files or {}))

    def write_ours(self, path: str, fields: Mapping[str, Any]) -> Row:
        """Fields of ours alone, in which nothing is to be redacted."""
        return _written(self._ask(path, writes=True, texts={}, write=lambda _: fields))

    def look_up(self) -> str:
        """Ask the site where its API is, which changes as its cloud is upgraded, and keep it."""
        origin = _origin(self.connection.address)
        url = f"{origin}{COMPANY_INFO}{quote(self.connection.account, safe='')}"
        info = _data(self.send(Call(url, method="GET", seconds=self.seconds)))
        if info is None:
            raise NotFound(f"ConnectWise does not know the company “{self.connection.account}” at this address.")
        codebase = info.get("Codebase") if isinstance(info, dict) else None
        if not isinstance(codebase, str) or not _CODEBASE.fullmatch(codebase):
            raise Unavailable(_ODD)
        self._keep(f"{_api(origin, str(info.get('IsCloud')))}/{codebase}{API}")
        return self.connection.root

    def signing_key(self, url: str) -> str:
        """The key at the address, which must be the site's own. Raises NotAllowed."""
        if _home(url) not in (_origin(self.connection.address), _home(self.root)):
            raise NotAllowed("A call named the key of another host, so nothing was done with it.")
        return text(_row(self.send(Call(url, method="GET", seconds=self.seconds))), "signing_key")

    def _keep(self, root: str) -> None:
        Connection.objects.filter(pk=self.connection.pk).update(root=root)
        self.connection.root = root

    def _ask(self, path: str, *, writes: bool = False, **parts: Any) -> Answer:
        root = self.root
        try:
            return self.send(self._call(root, path, parts), writes=writes)
        except NotFound:
            if self.look_up() == root:
                self._prove(root)
                raise
        return self.send(self._call(self.root, path, parts), writes=writes)

    def _prove(self, root: str) -> None:
        """Keys that are wrong may look like something that is not there. Raises CredentialsRejected."""
        with suppress(NotAllowed):
            self.send(self._call(root, MEMBERS, {"method": "GET", "ask": lambda _: {"pageSize": "1"}}))

    def _call(self, root: str, path: str, parts: Mapping[str, Any]) -> Call:
        return Call(f"{root}{path}", headers=self._headers, seconds=self.seconds, most_bytes=MOST_BYTES, **parts)

    def _get(self, path: str, params: Mapping[str, str]) -> Answer:
        """By a query of ours, in which nothing is to be redacted."""
        return self._ask(path, method="GET", ask=lambda _: params)

    def _pages(self, path: str, params: dict[str, str]) -> Iterator[Answer]:
        while True:
            answer = self._get(path, params)
            yield answer
            following = _next(answer)
            if not following or following == params:
                return
            params = following


def _next(answer: Answer) -> dict[str, str]:
    """The query of the next page. Only the query: a link's host is not ours to believe."""
    return dict(parse_qsl(urlsplit(answer.links.get("next", "")).query))


def _origin(address: str) -> str:
    """Where people sign in; somebody may have typed the host of the API instead."""
    parts = urlsplit(address if "://" in address else f"https://{address}")
    host = parts.netloc
    return f"{parts.scheme}://{host.removeprefix('api-') if host.endswith(CLOUDS) else host}"


def _home(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _api(origin: str, is_cloud: str) -> str:
    scheme, _, host = origin.partition("://")
    return f"{scheme}://api-{host}" if is_cloud.lower() == "true" else origin


def _data(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise Unavailable(_ODD) from None


def _row(answer: Answer) -> Row:
    data = _data(answer)
    if not isinstance(data, dict):
        raise Unavailable(_ODD)
    return data


def _rows(answer: Answer) -> list[Row]:
    data = _data(answer)
    if not isinstance(data, list):
        raise Unavailable(_ODD)
    return [row for row in data if isinstance(row, dict)]


def _written(answer: Answer) -> Row:
    try:
        return _row(answer)
    except Unavailable:
        raise Doubt(f"{_ODD} It may have arrived.") from None
