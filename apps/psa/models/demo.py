"""The tickets of the demo PSA: a PSA inside the product, to see the whole loop without an account anywhere."""

from django.db import models
from django.utils import timezone

from apps.core.models import TeamOwned, TeamQuerySet


class DemoTicket(TeamOwned):
    """A ticket as the demo PSA keeps it. ``board``, ``status``, ``type`` … are ids of `apps.psa.providers.demo`."""

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    client = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=64, blank=True)
    sla = models.CharField(max_length=64, blank=True)
    board = models.CharField(max_length=64, default="1")
    state = models.CharField(max_length=64, default="1")
    type = models.CharField(max_length=64, blank=True)
    member = models.CharField(max_length=64, blank=True, help_text="The id of whoever works on it.")
    merged_into = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)

    objects = TeamQuerySet["DemoTicket"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="demo_ticket_number_is_unique")]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"


class DemoEntry(TeamOwned):
    """What is added to a ticket, once for each marker."""

    ticket = models.ForeignKey(DemoTicket, on_delete=models.CASCADE, related_name="%(class)ss")
    marker = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["ticket", "marker"], name="%(class)s_is_added_once")]
        ordering = ["id"]


class DemoNote(DemoEntry):
    """A note. ``is_public`` when the client could see it."""

    text = models.TextField()
    is_public = models.BooleanField()

    objects = TeamQuerySet["DemoNote"].as_manager()

    def __str__(self) -> str:
        return self.text[:80]


class DemoTime(DemoEntry):
    """Time that was entered; the client never sees it."""

    text = models.TextField(blank=True)
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    member = models.CharField(max_length=64, blank=True)

    objects = TeamQuerySet["DemoTime"].as_manager()

    def __str__(self) -> str:
        return f"{self.hours} h"


class DemoFile(DemoEntry):
    """An attachment; its marker is its name."""

    content = models.BinaryField()

    objects = TeamQuerySet["DemoFile"].as_manager()

    def __str__(self) -> str:
        return self.marker
