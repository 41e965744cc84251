"""How a team reaches its PSA, and what it wants done there."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.psa.facts import NoteKind


class ProviderKind(models.TextChoices):
    CONNECTWISE = "connectwise", "ConnectWise Manage"
    REQUEST_TRACKER = "request_tracker", "Request Tracker"
    DEMO = "demo", "Demo PSA"


class PushWhen(models.TextChoices):
    """Whether the note goes to the ticket when a session ends or is handed over."""

    ASK = "ask", "Ask each time"
    ALWAYS = "always", "Always"
    NEVER = "never", "Never"


class TextInto(models.TextChoices):
    """Where the note's text goes."""

    NOTE = "note", "The ticket's notes"
    TIME = "time", "The time entry"
    BOTH = "both", "Both"


NOTE_KINDS = [
    (NoteKind.INTERNAL.value, "Internal note"),
    (NoteKind.DISCUSSION.value, "Discussion: the client can see it"),
    (NoteKind.RESOLUTION.value, "Resolution: the client can see it"),
]


def side_of(connection_id: int) -> str:
    """What the outbox calls the PSA: when it hangs, all that goes there waits together."""
    return f"psa:{connection_id}"


class ConnectionQuerySet(TeamQuerySet["Connection"]):
    def live(self) -> Self:
        """Those that were not replaced: one a team at most."""
        return self.filter(archived_at=None)


class Connection(TeamOwned):
    """How a team reaches its PSA, and what it wants done there. A replaced one is archived with its tickets.

    ``address`` is the site (a host, or for Request Tracker its URL), ``account`` the company or user there.
    ``credentials`` is encrypted JSON of names to secrets and leaves this row towards the PSA only.
    ``root`` is the address of its API as last discovered. Boards, statuses … are named by their ids there.
    """

    encrypted = ("credentials",)

    provider = models.CharField(max_length=32, choices=ProviderKind)
    address = models.CharField(max_length=200, blank=True)
    account = models.CharField(max_length=200, blank=True)
    credentials = models.TextField(blank=True)
    root = models.CharField(max_length=300, blank=True)
    push_when = models.CharField(max_length=32, choices=PushWhen, default=PushWhen.ASK)
    note_kind = models.CharField(max_length=32, choices=NOTE_KINDS, default=NoteKind.INTERNAL.value)
    text_into = models.CharField(max_length=32, choices=TextInto, default=TextInto.NOTE)
    enters_time = models.BooleanField(default=False)
    rounding_minutes = models.PositiveSmallIntegerField(default=15)
    link_pattern = models.CharField(max_length=300, blank=True, help_text="Address of a ticket, with {number} in it.")
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    connected_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When the PSA last answered as it should.")
    problem = models.TextField(blank=True, help_text="What the last call met, in a sentence; empty when it worked.")
    problem_at = models.DateTimeField(null=True, blank=True)
    resumes_at = models.DateTimeField(
        null=True, blank=True, help_text="Before then no call begins: others have the turns, or the PSA asked for none."
    )

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            choices_constraint("provider", ProviderKind, "connection_provider_is_known"),
            choices_constraint("push_when", PushWhen, "connection_knows_push_when"),
            choices_constraint("text_into", TextInto, "connection_knows_text_into"),
            models.CheckConstraint(
                condition=Q(note_kind__in=[kind.value for kind in NoteKind]), name="connection_note_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(rounding_minutes__gte=1, rounding_minutes__lte=60), name="connection_rounding_is_sane"
            ),
            models.UniqueConstraint(fields=["team"], condition=Q(archived_at=None), name="connection_one_live_a_team"),
        ]

    def __str__(self) -> str:
        return self.get_provider_display()

    def link_to(self, number: str) -> str:
        """The ticket's page in the PSA, or "" where the pattern is not set."""
        return self.link_pattern.replace("{number}", number)


class PsaMember(TeamOwned):
    """A person as the PSA knows them, and who that is here."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="members")
    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TeamQuerySet["PsaMember"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="psa_member_is_unique"),
            models.UniqueConstraint(fields=["connection", "user"], name="psa_member_is_one_of_a_user"),
        ]

    def __str__(self) -> str:
        return self.name


class BoardRule(TeamOwned):
    """What is set on the tickets of a board; an empty value leaves the ticket as it is.

    ``after_hours_…`` counts outside the team's business hours; what is empty there is as within them. ``names`` says
    by field what the PSA called what was chosen.
    """

    OF_TIME = ("work_type", "work_role", "is_billable")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="boards")
    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    work_type = models.CharField(max_length=64, blank=True)
    after_hours_work_type = models.CharField(max_length=64, blank=True)
    work_role = models.CharField(max_length=64, blank=True)
    after_hours_work_role = models.CharField(max_length=64, blank=True)
    is_billable = models.BooleanField(null=True, blank=True)
    after_hours_is_billable = models.BooleanField(null=True, blank=True)
    status_resolved = models.CharField(max_length=64, blank=True)
    status_escalated = models.CharField(max_length=64, blank=True)
    type = models.CharField(max_length=64, blank=True)
    subtype = models.CharField(max_length=64, blank=True)
    item = models.CharField(max_length=64, blank=True)
    names = models.JSONField(default=dict, blank=True)

    objects = TeamQuerySet["BoardRule"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="board_rule_is_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def knows_after_hours(self) -> bool:
        return any(self.of_time(name, after_hours=True) != name for name in self.OF_TIME)

    def of_time(self, name: str, *, after_hours: bool) -> str:
        """The field that counts for time within business hours, or outside of them."""
        late = f"after_hours_{name}"
        return late if after_hours and getattr(self, late) not in ("", None) else name

    def called(self, field: str) -> str:
        """What the PSA calls the value of a field; its id where it was typed; "" where nothing is set."""
        return self.names.get(field) or (f"id {value}" if (value := getattr(self, field)) else "")
