"""Where a call goes, and which addresses may be called. Knows no Django.

Whoever configures a webhook chooses what our server connects to, so whatever lies on our side of the wall is refused.
"""

import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from apps.core.egress.deadline import Address, Deadline
from apps.core.outbox import Failed, Later

Resolve = Callable[[str, int], list[str]]  # host and port to addresses; raises OSError or UnicodeError

# Unicast that IANA hands out, but for what carries an IPv4 address inside or leads nowhere.
_GLOBAL_V6 = ip_network("2000::/3")
_TUNNELS = (ip_network("2001::/23"), ip_network("2002::/16"))
# What a listed host may lead to. Not among them: link-local and multicast, 0.0.0.0, IPv4 written as IPv6.
_PRIVATE = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
        *("fc00::/7", "::1/128"),
    )
)
# Where clouds tell a machine its credentials. Nobody's PSA is there, so that listing does not open them.
_METADATA = {ip_address(text) for text in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")}
_PRINTABLE = re.compile(r"[!-\[\]-~]+")  # ASCII without blanks, and without the backslash that parsers disagree on


@dataclass(frozen=True)
class Route:
    """Where a URL leads, with the addresses that were checked: these very ones are connected to."""

    scheme: str
    host: str
    port: int
    addresses: tuple[Address, ...]


def find_route(url: str, listed: Collection[str], resolve: Resolve, deadline: Deadline) -> Route:
    """Raise Failed for a URL that may not be called, Later when its host is not found.

    `listed` are the private hosts that the operator allows, each "host" or "host:port".
    """
    parts = check_url(url, listed)
    host, port = _place(parts)
    is_listed = _is_listed(parts, listed)
    addresses = find_addresses(host, port, resolve, deadline)
    if not all(may_be_called(address, is_listed) for address in addresses):
        raise Failed(f"{host} was not called: it leads to a private address that the operator has not allowed.")
    return Route(parts.scheme, host, port, addresses)


def check_url(url: str, listed: Collection[str]) -> SplitResult:
    """The URL taken apart; raise Failed for one that could never be called, wherever its host leads."""
    parts = _parts(url)
    if parts.scheme != "https" and not _is_listed(parts, listed):
        raise Failed(f"{parts.hostname} was not called, since its address does not begin with https://.")
    return parts


def may_be_called(address: Address, is_listed: bool = False) -> bool:
    """Public addresses; of a listed host the private ones and this machine's own, too."""
    if address in _METADATA:
        return False
    return _is_public(address) or (is_listed and any(address in network for network in _PRIVATE))


def look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def find_addresses(host: str, port: int, resolve: Resolve, deadline: Deadline) -> tuple[Address, ...]:
    """Raise Later when there are none in time. In a thread, since a resolver that hangs cannot be told to stop."""
    answers: SimpleQueue[list[str]] = SimpleQueue()
    Thread(target=lambda: answers.put(_asked(host, port, resolve)), daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except (Empty, TimeoutError):
        found = []
    if not found:
        raise Later(f"{host} was not found. Nothing was sent.")
    return tuple(dict.fromkeys(ip_address(text) for text in found))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    is_tunnel = any(address in network for network in _TUNNELS)
    return address in _GLOBAL_V6 and address.is_global and not is_tunnel


def _place(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _is_listed(parts: SplitResult, listed: Collection[str]) -> bool:
    host, port = _place(parts)
    return bool({host, f"{host}:{port}"} & set(listed))


def _parts(url: str) -> SplitResult:
    """Raise Failed unless it is an http(s) URL that can be read in one way only."""
    wrong = Failed("The address is no URL that can be called. Nothing was sent.")
    if not _PRINTABLE.fullmatch(url):
        raise wrong
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or "%" in parts.netloc:
        raise wrong
    return parts


def _asked(host: str, port: int, resolve: Resolve) -> list[str]:
    try:
        return resolve(host, port)
    except (OSError, UnicodeError):
        return []
