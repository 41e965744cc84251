"""Mail servers on this machine: a real one that keeps what it gets, and one that answers as badly as it is told to."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

Reply = str | Callable[[socket.socket], None]
USUAL = {"hello": "220 ready", "EHLO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on"}
USUAL |= {".": "250 queued", "QUIT": "221 bye", "RSET": "250 ok", "STARTTLS": "220 go on"}


class Kept(Message):
    """What the real server got."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[EmailMessage] = []

    def prepare_message(self, session: object, envelope: object) -> EmailMessage:
        return message_from_bytes(envelope.content, policy=policy.default)

    def handle_message(self, message: EmailMessage) -> None:
        self.mails.append(message)


@contextmanager
def real_server(host: str = "127.0.0.1", **options: Any) -> Iterator[tuple[int, Kept]]:
    """The port of an SMTP server, and what it got."""
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    kept = Kept()
    server = Controller(kept, hostname=host, port=port, **options)
    server.start()
    try:
        yield port, kept
    finally:
        server.stop()


@dataclass
class Scripted:
    """Answers each command by the script; what is no text acts on the connection, and then it is closed."""

    port: int
    script: dict[str, Reply]
    heard: list[str] = field(default_factory=list)

    def serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                with suppress(ConnectionError), server.accept()[0] as connection:
                    self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        command = "hello"
        while self.say(connection, command) and command != "QUIT":
            line = lines.readline().decode()
            if command == "DATA" and str(self.script["DATA"]).startswith("354"):
                while line not in (".\r\n", ""):
                    line = lines.readline().decode()
            if not line:
                return
            command = line.split()[0].upper()
            self.heard.append(command)

    def say(self, connection: socket.socket, command: str) -> bool:
        reply = self.script[command]
        if not isinstance(reply, str):
            reply(connection)
            return False
        connection.sendall(f"{reply}\r\n".encode())
        return True


@contextmanager
def scripted_server(**script: Reply) -> Iterator[Scripted]:
    """A server that says what is usual but for the script; `sent` is the answer to the text's end."""
    ends = {".": script.pop("sent")} if "sent" in script else {}
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Scripted(server.getsockname()[1], USUAL | script | ends)
        thread = Thread(target=made.serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def hangs_up(connection: socket.socket) -> None:
    """Ends the connection without a word."""
