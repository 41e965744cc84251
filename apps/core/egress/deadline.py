"""Sockets whose every read ends at one moment, so that an answer that drips ends too."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from time import monotonic
from typing import Any

import certifi

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.at

    def left(self) -> float:
        """Seconds that are left, more than 0. Raises TimeoutError when there are none."""
        if (left := self.at - monotonic()) <= 0:
            raise TimeoutError("timed out")  # the words by which smtplib's callers know it
        return left


class _Timed(socket.socket):
    deadline: Deadline | None = None

    def recv_into(self, *args: Any) -> int:
        if self.deadline:
            self.settimeout(self.deadline.left())
        return super().recv_into(*args)

    def sendall(self, *args: Any) -> None:
        if self.deadline:
            self.settimeout(self.deadline.left())
        return super().sendall(*args)


class _Plain(_Timed):
    """A socket without TLS."""


class _Secure(_Timed, ssl.SSLSocket):
    """A socket with TLS."""


@cache
def tls() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities (SSL_CERT_FILE adds to them) and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.sslsocket_class = _Secure
    return context


def connect(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first of the addresses that answers. Raises OSError."""
    error: OSError = OSError("no address")
    for place, address in enumerate(addresses):
        try:
            return _connect(address, port, deadline, deadline.left() / (len(addresses) - place))
        except OSError as found:
            error = found
    raise error


def secure(plain: socket.socket, host: str, deadline: Deadline) -> socket.socket:
    """The same connection with TLS, once the other side has proved to be `host`. Raises OSError."""
    plain.settimeout(deadline.left())
    made = tls().wrap_socket(plain, server_hostname=host)
    limit(made, deadline)
    return made


def limit(made: socket.socket | None, deadline: Deadline) -> None:
    """Every read and write on a connection of ours, TLS included, ends at the deadline."""
    if isinstance(made, _Timed):
        made.deadline = deadline


def _connect(address: Address, port: int, deadline: Deadline, seconds: float) -> socket.socket:
    made = _Plain(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((str(address), port))
    except OSError:
        made.close()
        raise
    limit(made, deadline)
    return made
