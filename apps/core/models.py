"""Tenancy bases: every row belongs to one team, or to the platform; and the rows of the machinery."""

from typing import Protocol, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.redaction import Destination


class Member(Protocol):
    """What tenancy needs to know of a user."""

    @property
    def team_id(self) -> int | None: ...


M = TypeVar("M", bound=models.Model)


class TeamQuerySet(models.QuerySet[M]):
    """Rows of one team. A user without a team (super_admin) sees none."""

    def visible_to(self, user: Member) -> Self:
        return self.filter(team_id=user.team_id) if user.team_id else self.none()


class PlatformOrTeamQuerySet(models.QuerySet[M]):
    """Rows of the platform (team null) and of the user's own team."""

    def visible_to(self, user: Member) -> Self:
        return self.filter(Q(team=None) | Q(team_id=user.team_id)) if user.team_id else self.filter(team=None)


class TeamOwned(models.Model):
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class PlatformOrTeamOwned(models.Model):
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


def choices_constraint(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The database refuses a value outside the choices; the name ends in the field so that messages can tell it."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


class Lane(models.TextChoices):
    """Slow work never holds more than one worker, so that quick work always finds one."""

    QUICK = "quick", "Quick"
    SLOW = "slow", "Slow"


class OutboxState(models.TextChoices):
    PENDING = "pending", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "May have arrived"
    CANCELLED = "cancelled", "Cancelled"


class OutboxMessage(TeamOwned):
    """One thing that one handler is to do. Its key is stable over retries, and the other side is given it."""

    WAITING = (OutboxState.PENDING, OutboxState.RUNNING)
    STUCK = (OutboxState.FAILED, OutboxState.UNKNOWN)
    OVER = (OutboxState.DONE, OutboxState.CANCELLED)

    topic = models.CharField(max_length=64)
    handler = models.CharField(max_length=128)
    key = models.CharField(max_length=255, unique=True)
    subject = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    lane = models.CharField(max_length=32, choices=Lane)
    side = models.CharField(max_length=255, blank=True, help_text="Who is called, where that may hang.")
    state = models.CharField(max_length=32, choices=OutboxState, default=OutboxState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="When a worker may take it; while one runs it, when its lease ends.")
    lease_owner = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="Committed before the call to the other side.")
    external_id = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True, help_text="What the last attempt met, in a sentence.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who had it tried again, cancelled it or saw that it had arrived.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet["OutboxMessage"].as_manager()

    class Meta:
        verbose_name = "outbox row"
        constraints = [
            choices_constraint("lane", Lane, "outbox_knows_lane"),
            choices_constraint("state", OutboxState, "outbox_knows_state"),
        ]
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"],
                name="outbox_due",
                condition=Q(state__in=[OutboxState.PENDING, OutboxState.RUNNING]),
            ),
            models.Index(fields=["side"], name="outbox_in_hand", condition=Q(state=OutboxState.RUNNING)),
            models.Index(fields=["team", "subject", "id"], name="outbox_subject"),
            models.Index(
                fields=["team", "-id"],
                name="outbox_stuck",
                condition=Q(state__in=[OutboxState.FAILED, OutboxState.UNKNOWN]),
            ),
            models.Index(
                fields=["finished_at"],
                name="outbox_over",
                condition=Q(state__in=[OutboxState.DONE, OutboxState.CANCELLED]),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Pause(models.Model):
    """Until when no row of a side is taken: it held a process in vain, or asked for a pause, so many times in a row."""

    side = models.CharField(max_length=255, primary_key=True)
    ends_at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.side} until {self.ends_at}"


class Job(models.Model):
    """When a periodic job is due next, and when it came to its end last; whoever moves the time on wakes it."""

    name = models.CharField(max_length=128, primary_key=True)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class EgressRecord(TeamOwned):
    """One payload that was about to leave the house: the ledger, written before the call."""

    destination = models.CharField(max_length=32, choices=[(place.value, place.value) for place in Destination])
    address = models.CharField(max_length=255, help_text="Host, or the domain of an e-mail address.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    redactions = models.JSONField(default=dict, help_text="How many values were masked, by kind.")
    reason = models.CharField(max_length=255, help_text="The key of the outbox row, or what was asked for.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["EgressRecord"].as_manager()

    class Meta:
        verbose_name = "ledger row"
        verbose_name_plural = "ledger of what left"
        constraints = [
            models.CheckConstraint(
                condition=Q(destination__in=[place.value for place in Destination]), name="egress_knows_destination"
            )
        ]
        indexes = [
            models.Index(fields=["team", "-id"], name="egress_team"),
            models.Index(fields=["created_at"], name="egress_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.destination}: {self.reason}"


class LiveEvent(models.Model):
    """What the open pages of a channel are told, kept for a day for those that come back.

    A trigger numbers it while its transaction commits, so that the numbers are in the order of the commits.
    """

    number = models.PositiveBigIntegerField(null=True, unique=True)
    channel = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["channel", "number"], name="live_event_channel")]

    def __str__(self) -> str:
        return f"{self.number}: {self.name} to {self.channel}"


class Presence(TeamOwned):
    """When a person was last seen at a place ("session:1042")."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    objects = TeamQuerySet["Presence"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="presence_once")]
        indexes = [models.Index(fields=["team", "place", "seen_at"], name="presence_place")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.place}"
