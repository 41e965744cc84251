"""A web server on this machine that answers as badly as it is told to."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import parse_headers
from io import BytesIO
from select import select
from ssl import SSLContext
from threading import Thread
from typing import Any

Behaviour = Callable[[socket.socket], None]


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers every request by `behaviour`."""

    port: int
    behaviour: Behaviour
    asked: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hook/s3cr3t-path"

    def serve(self, server: socket.socket, tls: SSLContext | None) -> None:
        with suppress(OSError):
            while True:
                self.hold(server.accept()[0], tls)

    def hold(self, plain: socket.socket, tls: SSLContext | None) -> None:
        with suppress(OSError), plain:
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
            with connection:
                self.asked.append(read_request(connection))
                self.behaviour(connection)


def read_request(connection: socket.socket) -> Asked:
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += connection.recv(65536)
    head, body = seen.split(b"\r\n\r\n", 1)
    line, lines = head.split(b"\r\n", 1)
    headers = {name.lower(): value for name, value in parse_headers(BytesIO(lines + b"\r\n\r\n")).items()}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _version = line.decode().split()
    return Asked(method, target, headers, body)


@contextmanager
def receiver(behaviour: Behaviour, tls: SSLContext | None = None) -> Iterator[Receiver]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Receiver(server.getsockname()[1], behaviour)
        thread = Thread(target=made.serve, args=(server, tls), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def says(status: int, body: str = "", **headers: str) -> Behaviour:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body.encode())}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return lambda connection: connection.sendall("\r\n".join([*lines, "", body]).encode())


def hangs(connection: socket.socket) -> None:
    """Says nothing until the other side has had enough."""
    connection.recv(1)


def drips(start: str) -> Behaviour:
    """Sends the start, and then a byte now and then, for ever."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(start.encode())
        while not select([connection], [], [], 0.02)[0]:
            connection.sendall(b"x")

    return drip


def cuts(start: str) -> Behaviour:
    """Sends the start of an answer and hangs up."""
    return lambda connection: connection.sendall(start.encode())


def floods_after(start: str) -> Behaviour:
    """Sends the start, and then as much as the other side takes, for ever."""

    def flood(connection: socket.socket) -> None:
        connection.sendall(start.encode())
        while True:
            connection.sendall(b"x" * 65536)

    return flood
