from typing import Protocol

from apps.psa.models import Connection
from apps.psa.providers import Provider


class House(Protocol):
    """A PSA with one team connected to it. Its methods act as the PSA's own people do, never through the provider."""

    connection: Connection
    psa: Provider
    client: str  # the ids of a client and of a board that are there
    board: str

    def new_ticket(self, title: str = "VPN does not connect", body: str = "It says 809.") -> str:
        """Its number. The ticket is open, of the client and on the board."""
        ...

    def close(self, number: str) -> None: ...

    def merge(self, number: str, into: str) -> None: ...

    def notes(self, number: str) -> list[str]:
        """The texts of all notes of the ticket but its description, oldest first."""
        ...

    def public_notes(self, number: str) -> list[str]:
        """Those of them that the client can see."""
        ...
