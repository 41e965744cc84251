import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import StrEnum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import RLock, Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.fakes.connectwise.conditions import Malformed, parse
from tests.fakes.connectwise.records import NOW, No, Records, Row

MEDIA = "application/vnd.connectwise.com+json; version=2025.8"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PAGE = "<html><body><h1>Maintenance</h1>We will be back soon.</body></html>"


class Fault(StrEnum):
    BEFORE = auto()  # hangs up before it does anything
    BUSY = auto()  # 429 without a word of when
    BUSY_FOR = auto()  # 429 with Retry-After: 7
    HTML = auto()  # 503 and a page
    HTML_FOR_DATA = auto()  # 200 and a page, having done nothing
    REDIRECT = auto()  # to where a cloud keeps its secrets
    ERROR = auto()  # 500 before it does anything
    ERROR_AFTER = auto()  # 500 once it is done
    SILENCE = auto()  # does it and says nothing
    CUT = auto()  # does it and hangs up in the middle of the answer


@dataclass
class Asked:
    method: str
    path: str  # below the root of the API, without the query
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=monotonic)


@dataclass
class Said:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class _Due:
    fault: Fault
    on: re.Pattern[str]
    times: int


class ConnectWise(Records):
    """Attributes may be changed at any time, as an administrator would."""

    def __init__(self) -> None:
        super().__init__()
        self.company, self.public_key, self.private_key = "msp", "pUbLiC", "pRiVaTe"
        self.client_id = "5f0e1c52-6d5c-4b6f-9d1e-0c3e1a2b3c4d"
        self.codebase = "v2025_1/"
        self.is_cloud = "False"
        self.signing_key = "k3y-of-callbacks"
        self.hides = False  # answers 404 to wrong keys, as the cloud may
        self.barred: set[str] = set()  # "METHOD /path" that the role may not
        self.makes_public = False  # every note becomes one that the client sees
        self.takes = 0.0  # seconds before it does what it is asked, and once more before it says so
        self.lies = False  # takes changes with a yes and does not make them
        self.asked: list[Asked] = []
        self.watch: Callable[[Asked, Said], None] = lambda _asked, _said: None
        self.due: list[_Due] = []
        self.lock = RLock()
        self.address = ""

    @property
    def host(self) -> str:
        return self.address.partition("://")[2]

    def fail(self, fault: Fault, on: str, times: int = 1) -> None:
        """The next requests whose "METHOD /path" matches the expression meet the fault."""
        self.due.append(_Due(fault, re.compile(on), times))

    def call(self, number: int, key_url: str = "", **more: Any) -> tuple[bytes, str]:
        """The body of a callback about the ticket, and its signature."""
        where = key_url or f"{self.address}/login/callback-key"
        said = {"ID": number, "Type": "ticket", "Action": "updated", "Metadata": {"key_url": where}} | more
        body = json.dumps(said).encode()
        key = hashlib.sha256(self.signing_key.encode()).digest()
        return body, b64encode(hmac.new(key, body, "sha256").digest()).decode()

    def take_fault(self, asked: Asked) -> Fault | None:
        for due in self.due:
            if due.times and due.on.search(f"{asked.method} {asked.path}"):
                due.times -= 1
                return due.fault
        return None

    def answer(self, asked: Asked) -> Said:
        with self.lock:
            try:
                said = self._answered(asked)
            except No as no:
                return Said(no.status, json.dumps(no.body).encode(), {"Content-Type": "application/json"})
            except Malformed as error:
                return Said(400, json.dumps({"code": "InvalidObject", "message": str(error), "errors": None}).encode())
            self.watch(asked, said)
            return said

    def _answered(self, asked: Asked) -> Said:
        if asked.path.startswith("/login/companyinfo/"):
            known = unquote(asked.path.rpartition("/")[2]) == self.company
            info = {"CompanyName": self.company, "Codebase": self.codebase, "IsCloud": self.is_cloud}
            return Said(200, json.dumps(info if known else None).encode(), {"Content-Type": "application/json"})
        if asked.path == "/login/callback-key":
            return Said(200, json.dumps({"signing_key": self.signing_key}).encode())
        self._admit(asked)
        for method, pattern, act in ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                numbers = [int(number) for number in found.groups()]
                return self._paged(asked, act(self, asked, *numbers))
        raise No(404, "NotFound", "There is no such address.")

    def _admit(self, asked: Asked) -> None:
        if asked.headers.get("clientid") != self.client_id:
            raise No(403, "Forbidden", "The clientId header is missing or not known.")
        if not asked.headers.get("accept", "").startswith("application/vnd.connectwise.com+json; version="):
            raise No(406, "NotAcceptable", "Which version?")
        keys = f"{self.company}+{self.public_key}:{self.private_key}"
        given = asked.headers.get("authorization", "").removeprefix("Basic ")
        if b64decode(given).decode() != keys:
            raise No(404, "NotFound", "No.") if self.hides else No(401, "Unauthorized", "Who?")
        if any(f"{asked.method} {asked.path}".startswith(barred) for barred in self.barred):
            raise No(403, "SecurityFailure", "The role may not.")

    def _paged(self, asked: Asked, found: Any) -> Said:
        headers = {"Content-Type": MEDIA}
        if isinstance(found, list):
            found, following = _page(asked, found)
            if following:  # by a name that only the inside of that cloud knows
                headers["Link"] = f'<https://inside.invalid/x?{following}>; rel="next"'
        return Said(201 if asked.method == "POST" and not _seeks(asked) else 200, json.dumps(found).encode(), headers)


def _seeks(asked: Asked) -> bool:
    return asked.path.endswith("/search")


def _page(asked: Asked, rows: list[Row]) -> tuple[list[Row], str]:
    query = json.loads(asked.body) if _seeks(asked) else asked.query
    if conditions := query.get("conditions"):
        test = parse(conditions)
        rows = [row for row in rows if test(row)]
    name, _, way = query.get("orderBy", "id asc").partition(" ")
    rows = sorted(rows, key=lambda row: row[name], reverse=way == "desc")
    size, page = min(int(query.get("pageSize", 25)), 1000), int(query.get("page", 1))
    more = len(rows) > size * page
    return rows[size * (page - 1) : size * page], urlencode(asked.query | {"page": page + 1}) if more else ""


def _boards_rows(name: str) -> Callable[[ConnectWise, Asked, int], list[Row]]:
    return lambda made, _asked, number: getattr(made, name).get(number, [])


def _post_note(made: ConnectWise, asked: Asked, number: int) -> Row:
    sent = json.loads(asked.body)
    if made.makes_public:
        sent |= {"detailDescriptionFlag": True, "internalAnalysisFlag": False}
    return made.add_note(number, sent)


def _patch_ticket(made: ConnectWise, asked: Asked, number: int) -> Row:
    changed = made.change(number, json.loads(asked.body))
    if not made.lies:
        made.tickets[number] = changed
    return changed


def _post_time(made: ConnectWise, asked: Asked) -> Row:
    sent = json.loads(asked.body)
    if not DATE.fullmatch(sent.get("timeStart", "")):
        raise No(400, "InvalidObject", "timeStart is required", "timeStart")
    return made.add_time(sent)


def _references(made: ConnectWise, _asked: Asked, number: int) -> list[Row]:
    made.ticket(number)
    return [{"id": found, "deviceIdentifier": ""} for found in made.devices.get(number, [])]


def _member(made: ConnectWise, _asked: Asked, number: int) -> Row:
    for row in made.members:
        if row["id"] == number:
            return row
    raise No(404, "NotFound", "No such member.")


def _documents(made: ConnectWise, asked: Asked) -> list[Row]:
    if asked.query.get("recordType") != "Ticket":
        raise No(400, "InvalidObject", "recordType is required", "recordType")
    held = [row for row in made.documents if str(row["recordId"]) == asked.query.get("recordId")]
    return [{name: value for name, value in row.items() if name != "recordId"} for row in held]


def _post_document(made: ConnectWise, asked: Asked) -> Row:
    kind = asked.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise No(415, "UnsupportedMediaType")
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + asked.body)
    parts = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
    texts = {name: part.get_payload(decode=True) for name, part in parts.items()}
    made.ticket(int(texts["recordId"]))
    title, content = texts["title"].decode(), texts["file"]
    row = {"id": next(made.ids), "title": title, "fileName": title, "size": len(content), "createdOnDate": NOW}
    row["publicFlag"] = texts.get("privateFlag") != b"true"
    made.documents.append(row | {"recordId": int(texts["recordId"])})
    made.contents[row["id"]] = content
    return row


def _info(_made: ConnectWise, _asked: Asked) -> Row:
    return {"version": "v2025.8.109", "isCloud": False, "serverTimeZone": "Eastern Standard Time"}


def _post_callback(made: ConnectWise, asked: Asked) -> Row:
    made.callbacks.append(json.loads(asked.body) | {"id": next(made.ids), "inactiveFlag": False})
    return made.callbacks[-1]


ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("GET", "/system/info", _info),
    ("GET", "/system/members", lambda made, _asked: made.members),
    ("GET", r"/system/members/(\d+)", _member),
    ("GET", "/service/tickets", lambda made, _asked: list(made.tickets.values())),
    ("POST", "/service/tickets/search", lambda made, _asked: list(made.tickets.values())),
    ("POST", "/service/tickets", lambda made, asked: made.add_ticket(json.loads(asked.body))),
    ("GET", r"/service/tickets/(\d+)", lambda made, _asked, number: made.ticket(number)),
    ("PATCH", r"/service/tickets/(\d+)", _patch_ticket),
    ("GET", r"/service/tickets/(\d+)/notes", lambda made, _asked, number: made.notes_of(number)),
    ("POST", r"/service/tickets/(\d+)/notes", _post_note),
    ("GET", r"/service/tickets/(\d+)/allNotes", lambda made, _asked, number: made.all_notes(number)),
    ("GET", r"/service/tickets/(\d+)/configurations", _references),
    ("GET", "/company/configurations", lambda made, _asked: made.configurations),
    ("GET", "/service/boards", lambda made, _asked: made.boards),
    ("GET", r"/service/boards/(\d+)/statuses", _boards_rows("statuses")),
    ("GET", r"/service/boards/(\d+)/types", _boards_rows("types")),
    ("GET", r"/service/boards/(\d+)/subtypes", _boards_rows("subtypes")),
    ("GET", r"/service/boards/(\d+)/items", _boards_rows("items")),
    ("GET", "/time/workTypes", lambda made, _asked: made.work_types),
    ("GET", "/time/workRoles", lambda made, _asked: made.work_roles),
    ("GET", "/time/entries", lambda made, _asked: made.times),
    ("POST", "/time/entries", _post_time),
    ("GET", "/system/documents", _documents),
    ("POST", "/system/documents", _post_document),
    ("GET", "/system/callbacks", lambda made, _asked: made.callbacks),
    ("POST", "/system/callbacks", _post_callback),
]

INSTEAD = {
    Fault.BUSY: Said(429, PAGE.encode(), {"Content-Type": "text/html"}),
    Fault.BUSY_FOR: Said(429, b'{"Message": "Too many"}', {"Retry-After": "7"}),
    Fault.HTML: Said(503, PAGE.encode(), {"Content-Type": "text/html"}),
    Fault.HTML_FOR_DATA: Said(200, PAGE.encode(), {"Content-Type": "text/html"}),
    Fault.REDIRECT: Said(307, b"", {"Location": "http://169.254.169.254/latest/meta-data/"}),
    Fault.ERROR: Said(500, b'{"code": "InternalServerError", "message": "", "errors": null}'),
}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def handle_any(self) -> None:
        asked, made = self.read(), self.server.made
        made.asked.append(asked)
        sleep(made.takes)
        fault = made.take_fault(asked)
        if fault in INSTEAD:
            self.say(INSTEAD[fault])
        elif fault is not Fault.BEFORE:
            self.end(fault, made.answer(asked))
        self.close_connection = True

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

    def read(self) -> Asked:
        parts = urlsplit(self.path)
        root = f"/{self.server.made.codebase}apis/3.0"
        path = parts.path.removeprefix(root) if parts.path.startswith(root) else parts.path
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        return Asked(self.command, path, dict(parse_qsl(parts.query)), headers, body)

    def end(self, fault: Fault | None, said: Said) -> None:
        if fault is Fault.SILENCE:
            self.connection.recv(1)  # until the other side has had enough
        elif fault is Fault.ERROR_AFTER:
            self.say(INSTEAD[Fault.ERROR])
        else:
            sleep(self.server.made.takes)
            self.say(said, len(said.body) // 2 if fault is Fault.CUT else len(said.body))

    def say(self, said: Said, much: int | None = None) -> None:
        self.send_response(said.status)
        for name, value in (said.headers | {"Content-Length": str(len(said.body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.body[:much])

    def log_message(self, *_args: object) -> None:
        """Nothing is logged."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    made: ConnectWise

    def handle_error(self, *_args: object) -> None:
        """A client that hung up is no news; what the fake itself does wrong reads there as an answer cut off."""


@contextmanager
def connectwise(tls: SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[ConnectWise]:
    made = ConnectWise()
    with _Server((host, 0), _Handler) as server:
        server.made = made
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        made.address = f"{'https' if tls else 'http'}://{host}:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join(5)
