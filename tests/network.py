"""Tests reach this machine and nothing else: a call outside fails at once, by name, instead of now and then."""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest


class NetworkRefused(RuntimeError):
    """A test asked for another machine."""


def is_here(address: Any) -> bool:
    """True for a Unix socket's path, "localhost" and loopback addresses; address as socket.connect takes it."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    return host in ("localhost", "", None) or (is_number(host) and ip_address(host).is_loopback)


def is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def guard(wrapped: Callable[..., Any], address_of: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        address = address_of(*args)
        if str(address[0]).endswith(".invalid"):  # a name that nobody has (RFC 6761): answered without asking
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not is_here(address):
            raise NetworkRefused(f"A test wanted to reach {address[0]}. Tests reach this machine only.")
        return wrapped(*args, **kwargs)

    return guarded


def only_this_machine(patch: pytest.MonkeyPatch) -> None:
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, guard(getattr(socket.socket, name), lambda _, address: address))
    patch.setattr(socket.socket, "sendto", guard(socket.socket.sendto, lambda _, __, *rest: rest[-1]))
    patch.setattr(socket, "getaddrinfo", guard(socket.getaddrinfo, lambda host, *_: (host,)))
