"""A PSA that is behind a key and a server: the demo one, whose lists are asked for over HTTP first."""

from collections.abc import Sequence

from apps.core.egress import Call
from apps.psa.facts import Greeting, MemberFacts, Named, NewTicket, TicketContext, TicketFacts, TicketPage, TicketQuery
from apps.psa.providers.demo import Demo


class Keyed(Demo):
    secrets = {"public_key": "Public key", "private_key": "Private key"}

    def _ask(self) -> None:
        self.send(Call(self.connection.address, method="GET"))

    def test_connection(self) -> Greeting:
        self._ask()
        return super().test_connection()

    def list_boards(self) -> Sequence[Named]:
        self._ask()
        return super().list_boards()

    def list_statuses(self, board: str) -> Sequence[Named]:
        self._ask()
        return super().list_statuses(board)

    def list_members(self) -> Sequence[MemberFacts]:
        self._ask()
        return super().list_members()

    def search_tickets(self, query: TicketQuery) -> TicketPage:
        self._ask()
        return super().search_tickets(query)

    def get_ticket(self, number: str) -> TicketFacts:
        self._ask()
        return super().get_ticket(number)

    def create_ticket(self, new: NewTicket) -> TicketFacts:
        self._ask()
        return super().create_ticket(new)

    def ticket_context(self, number: str) -> TicketContext:
        self._ask()
        return super().ticket_context(number)
