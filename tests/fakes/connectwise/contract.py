"""ConnectWise's description of its API, to which our client and our own ConnectWise are both held.

It stands beside the project, not in it; the tests that need it are skipped without.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from tests.fakes.connectwise.server import Asked, Said

PATH = Path(settings.BASE_DIR).parent / "shared" / "psa" / "connectwise" / "openapi.json"
HOST, ROOT = "https://api-na.myconnectwise.net", "/v4_6_release/apis/3.0"


class Broken(Exception):
    """A request or an answer that the description does not know."""


@dataclass
class Watch:
    """Keeps what passed over the wire, and what of it was broken."""

    seen: list[tuple[Asked, Said]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked, said: Said) -> None:
        if asked.path.startswith("/login/"):
            return  # where the API is stands outside of its description
        self.seen.append((asked, said))
        try:
            check_request(asked)
            check_answer(asked, said)
        except Broken as error:
            self.broken.append(f"{asked.method} {asked.path}: {error}")


def check_request(asked: Asked) -> None:
    """Raise Broken."""
    if unknown := set(asked.query) - _query_names(asked):  # openapi-core lets these pass
        raise Broken(f"{unknown} in the query")
    _demand(contract().unmarshal_request(_request(asked)))


def check_answer(asked: Asked, said: Said) -> None:
    """Raise Broken."""
    media = said.headers["Content-Type"].partition(";")[0]
    response = MockResponse(said.body, said.status, said.headers, media)
    _demand(contract().unmarshal_response(_request(asked), response))


def _demand(result: Any) -> None:
    try:
        result.raise_for_errors()
    except OpenAPIError as error:
        details = getattr(error.__cause__ or error, "schema_errors", "")
        raise Broken(f"{error!r} {[found.message[:200] for found in details]}") from error


def _query_names(asked: Asked) -> set[str]:
    for path, operations in _description()["paths"].items():
        pattern = re.sub(r"\{\w+\}", r"[^/]+", path)
        if re.fullmatch(pattern, asked.path) and asked.method.lower() in operations:
            return {known["name"] for known in operations[asked.method.lower()]["parameters"]}
    return set()


def _request(asked: Asked) -> MockRequest:
    return MockRequest(
        HOST,
        asked.method,
        f"{ROOT}{asked.path}",
        args=asked.query,
        headers=asked.headers,
        data=asked.body or None,
        content_type=asked.headers.get("content-type", ""),
    )


@cache
def _description() -> dict[str, Any]:
    return json.loads(PATH.read_text())


@cache
def contract() -> OpenAPI:
    schemas = _description()["components"]["schemas"]
    for schema in schemas.values():
        schema["additionalProperties"] = False  # or a misspelt name passes
    form = schemas["DocumentFormData"]["properties"]
    for name, part in form.items():
        form[name] = part if part["type"] == "string" else {"type": "string"}  # the parts of a form are texts
    read = {"application/vnd.connectwise.com+json": json.loads}
    return OpenAPI.from_dict(_description(), config=Config(extra_media_type_deserializers=read))
