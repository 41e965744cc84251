"""Calls to Request Tracker's REST 2, and the questions it takes."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from apps.core.egress import Answer, Call, File
from apps.core.egress.http import as_they_are
from apps.core.egress.payload import JSON
from apps.psa.errors import NotFound
from apps.psa.models import Connection
from apps.psa.providers.base import Send
from apps.psa.providers.rt_records import Row

FULL = 100  # rows of a page, as many as it gives
MOST_PAGES = 20
MOST_BYTES = 4 * 1024 * 1024  # of the texts of a page of notes
Params = Mapping[str, str]
Ask = Callable[[Params], Params]


class Rest:
    """What one account may ask and tell. Raises NotFound where no Request Tracker answers."""

    def __init__(self, connection: Connection, credentials: Params, send: Send) -> None:
        self.connection = connection
        self.credentials = credentials
        self.send = send

    def pages(self, path: str, fields: Params) -> Iterator[Row]:
        for page in range(1, MOST_PAGES + 1):
            rows = self.items(path, {**fields, "per_page": str(FULL), "page": str(page)})
            yield from rows
            if len(rows) < FULL:
                return

    def items(self, path: str, params: Params, ask: Ask = as_they_are) -> list[Row]:
        return list(self.get(path, params, ask).get("items") or [])

    def get(self, path: str, params: Params | None = None, ask: Ask = as_they_are) -> Row:
        return read(self.answer(path, params or {}, ask))

    def answer(self, path: str, params: Params | None = None, ask: Ask = as_they_are) -> Answer:
        call = Call(
            f"{self.site}/REST/2.0{path}",
            method="GET",
            params=params or {},
            ask=ask,
            headers=self._headers,
            most_bytes=MOST_BYTES,
        )
        return self.send(call)

    def tell(
        self,
        path: str,
        texts: Params,
        ours: Params | None = None,
        *,
        method: str = "POST",
        headers: Params | None = None,
        file: File | None = None,
    ) -> Answer:
        """`ours` joins the texts after their redaction."""

        def write(safe: JSON) -> JSON:
            body = {**safe, **(ours or {})}
            return {"JSON": json.dumps(body)} if file else body

        call = Call(
            f"{self.site}/REST/2.0{path}",
            texts,
            write,
            method,
            headers={**self._headers, **(headers or {})},
            files={"Attachments": file} if file else {},
        )
        return self.send(call, writes=True)

    @cached_property
    def site(self) -> str:
        address = self.connection.address.rstrip("/")
        return address if "://" in address else f"https://{address}"

    @cached_property
    def _headers(self) -> Params:
        user, secret = self.connection.account, self.credentials["password"]
        if not user:
            return {"Authorization": f"token {secret}"}
        return {"Authorization": f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"}


def filtered(fields: Params, *fixed: Mapping[str, Any]) -> Ask:
    """Rows whose fields hold the texts, under the fixed filters too; the newest first."""

    def ask(texts: Params) -> Params:
        query = json.dumps([*fixed, *(held(name, text) for name, text in texts.items())])
        return {"per_page": str(FULL), "orderby": "id", "order": "DESC", **fields, "query": query}

    return ask


def held(field: str, text: str) -> Mapping[str, Any]:
    return {"field": field, "operator": "LIKE", "value": text}


def one_of(field: str, values: Iterable[str]) -> Mapping[str, Any]:
    return {"field": field, "operator": "IN", "value": list(values)}


def read(answer: Answer) -> Row:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise NotFound("What answers at that address is no Request Tracker with REST 2.")
    return found
