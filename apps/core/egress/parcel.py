from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from apps.core.egress.payload import JSON

T = TypeVar("T")


@dataclass(frozen=True)
class Parcel(Generic[T]):
    """Something ready to leave. `address` is what the ledger tells of where to, `send` does the call."""

    address: str
    payload: bytes = field(repr=False)
    send: Callable[[], T]


class Outgoing(Protocol[T]):
    """What `send_out` takes: a payload whose texts are redacted, and how to pack them."""

    @property
    def payload(self) -> JSON: ...

    def pack(self, payload: JSON) -> Parcel[T]: ...
