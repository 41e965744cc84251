from django.db import models

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint


class ClientColour(models.TextChoices):
    TEAL = "teal"
    PLUM = "plum"
    AMBER = "amber"
    BLUE = "blue"
    MOSS = "moss"


class Client(TeamOwned):
    """A customer of the MSP. Its colour is drawn as a bar beside the name."""

    name = models.CharField(max_length=200)
    colour = models.CharField(max_length=32, choices=ClientColour, default=ClientColour.TEAL)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["Client"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="client_name_is_unique_in_team"),
            choices_constraint("colour", ClientColour, "client_colour_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Ticket(TeamOwned):
    """A ticket as the team's PSA numbers it; typed by hand until a PSA is connected."""

    number = models.CharField(max_length=64)
    title = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    contact = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["Ticket"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="ticket_number_is_unique_in_team")]

    def __str__(self) -> str:
        return f"#{self.number}"
