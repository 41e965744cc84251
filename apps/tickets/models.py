from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import TeamOwned, TeamQuerySet
from apps.flows.models import Flow
from apps.psa.models import Ticket
from apps.sessions.models import FlowSession


class FurtherTicket(TeamOwned):
    """A ticket of the same incident beside a session's primary one."""

    flow_session = models.ForeignKey(FlowSession, on_delete=models.CASCADE, related_name="further_tickets")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["FurtherTicket"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow_session", "ticket"], name="further_ticket_is_unique")]

    def __str__(self) -> str:
        return str(self.ticket)


class TicketRule(TeamOwned):
    """Which flow is suggested first for tickets of a board, of a type, or with these words in their subject.

    What is given must all hold; of several rules that fit the one that says most counts.
    """

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="+")
    board = models.CharField(max_length=64, blank=True, help_text="The name of the board in the PSA.")
    type = models.CharField(max_length=64, blank=True, help_text="The name of the type in the PSA.")
    words = models.CharField(max_length=200, blank=True, help_text="All of these stand in the subject.")

    objects = TeamQuerySet["TicketRule"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(board="", type="", words=""), name="ticket_rule_says_something"),
            models.UniqueConstraint(fields=["team", "board", "type", "words"], name="ticket_rule_is_unique"),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.board, self.type, self.words)))
