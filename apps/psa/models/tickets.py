"""Clients and tickets, from a PSA or typed by hand."""

from typing import Self

from django.db import models
from django.db.models import Q

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.psa.models.connections import Connection


class ClientColour(models.TextChoices):
    TEAL = "teal"
    PLUM = "plum"
    AMBER = "amber"
    BLUE = "blue"
    MOSS = "moss"


class Client(TeamOwned):
    """A customer of the MSP. Its colour is drawn as a bar beside the name."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, null=True, blank=True, related_name="clients")
    external_id = models.CharField(max_length=64, blank=True, help_text="Its id in the PSA.")
    name = models.CharField(max_length=200)
    colour = models.CharField(max_length=32, choices=ClientColour, default=ClientColour.TEAL)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["Client"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"], condition=Q(external_id=""), name="client_name_is_unique_in_team"
            ),
            models.UniqueConstraint(
                fields=["connection", "external_id"], condition=~Q(external_id=""), name="client_of_psa_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(external_id="") | Q(connection__isnull=False), name="client_of_psa_has_its_connection"
            ),
            choices_constraint("colour", ClientColour, "client_colour_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class TicketQuerySet(TeamQuerySet["Ticket"]):
    def live(self) -> Self:
        """Those of the PSA that is connected, and those that were typed."""
        return self.filter(connection__archived_at=None)


class Ticket(TeamOwned):
    """A ticket as the team's PSA numbers it; typed by hand while none is connected.

    ``context`` is what the PSA last said of it, as `apps.psa.context` writes it, and ``fetched_at`` when that was.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    number = models.CharField(max_length=64)
    title = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    contact = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=64, blank=True)
    board = models.CharField(max_length=64, blank=True, help_text="The id of its board in the PSA.")
    context = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    fetched_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["team", "-id"], name="ticket_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "connection", "number"], nulls_distinct=False, name="ticket_number_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def subject(self) -> str:
        """Its name in the outbox."""
        return f"ticket:{self.pk}"
