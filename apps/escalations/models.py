from calendar import day_name
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.sessions.models import FlowSession, Status

LAST_ROUND = 2  # seniors, then leads too, then everybody


class Intent(models.TextChoices):
    ESCALATE = "escalate", "Escalated"
    PARK = "park", "Parked"
    ASK = "ask", "Asked"


class HandoffStatus(models.TextChoices):
    OPEN = "open"
    CLAIMED = "claimed", "picked up"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back", "taken back"
    ANSWERED = "answered"
    FINISHED = "finished"


class Priority(models.TextChoices):
    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    NORMAL = "normal", "Normal"
    LOW = "low", "Low"


class Reason(models.TextChoices):
    STUCK = "stuck", "Out of ideas"
    ACCESS = "access", "Needs rights I do not have"
    RISK = "risk", "Too risky to do alone"
    TIME = "time", "No time left"
    CLIENT = "client", "The client asks for a senior"
    FLOW = "flow", "The flow says so"


class Way(models.TextChoices):
    """How the person who picks up goes on."""

    CONTINUE = "continue", "Continue where they left off"
    ASK_FLOWPILOT = "ask_flowpilot", "Ask FlowPilot first"
    OWN = "own", "Take it from here"


class Assessment(models.TextChoices):
    """What AI says on top of the briefing from the records."""

    WRITING = "writing"
    READY = "ready"
    UNAVAILABLE = "unavailable"


class HandoffQuerySet(TeamQuerySet["SessionHandoff"]):
    def open(self) -> "HandoffQuerySet":
        """Those that wait for somebody: neither picked up nor gone on with by their author."""
        waiting = Q(intent=Intent.ASK, flow_session__status__in=FlowSession.OPEN)
        waiting |= Q(intent=Intent.ESCALATE, flow_session__status__in=[Status.ESCALATED, Status.REQUESTING_ESCALATION])
        # A pause with a reason of its own is its author's: they went on with what was parked, and paused again.
        waiting |= Q(intent=Intent.PARK, flow_session__status=Status.PAUSED, flow_session__pause_reason="")
        return self.filter(waiting, status=HandoffStatus.OPEN)


class SessionHandoff(TeamOwned):
    """A session given to others (escalate), left for later (park), or a question about it (ask).

    ``due_at`` is when the next person is told; ``round`` counts how often that happened, up to LAST_ROUND.
    """

    flow_session = models.ForeignKey(FlowSession, on_delete=models.CASCADE, related_name="handoffs")
    intent = models.CharField(max_length=32, choices=Intent)
    status = models.CharField(max_length=32, choices=HandoffStatus, default=HandoffStatus.OPEN)
    priority = models.CharField(max_length=32, choices=Priority, default=Priority.NORMAL)
    reason = models.CharField(max_length=32, choices=Reason, default=Reason.STUCK)
    notes = models.TextField(blank=True)
    target = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    from_ordinal = models.PositiveIntegerField(help_text="The session's record of the handoff.")
    due_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    way = models.CharField(max_length=32, choices=Way, blank=True)
    answer = models.TextField(blank=True, help_text="The answer to a question, or the advice that came back.")
    closed_at = models.DateTimeField(null=True, blank=True)
    fixed_by = models.CharField(max_length=200, blank=True, help_text="What fixed it, in a line.")
    assessment = models.JSONField(default=dict, blank=True)
    assessment_state = models.CharField(max_length=32, choices=Assessment, default=Assessment.UNAVAILABLE)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = "handoff"
        constraints = [
            choices_constraint("intent", Intent, "handoff_intent_is_known"),
            choices_constraint("status", HandoffStatus, "handoff_status_is_known"),
            choices_constraint("priority", Priority, "handoff_priority_is_known"),
            choices_constraint("reason", Reason, "handoff_reason_is_known"),
            choices_constraint("assessment_state", Assessment, "handoff_assessment_state_is_known"),
            models.CheckConstraint(condition=Q(way="") | Q(way__in=Way.values), name="handoff_way_is_known"),
            models.CheckConstraint(condition=~Q(target=F("created_by")), name="handoff_is_not_to_oneself"),
            models.CheckConstraint(condition=~Q(claimed_by=F("created_by")), name="handoff_is_not_claimed_by_author"),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_at=None) | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="handoff_claim_has_person_and_time",
            ),
            models.UniqueConstraint(
                fields=["flow_session"],
                condition=Q(status="open", intent__in=["escalate", "park"]),
                name="handoff_one_open_a_session",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "due_at", "id"], name="handoff_open_due", condition=Q(status="open")),
            models.Index(fields=["due_at", "id"], name="handoff_due", condition=Q(status="open")),
            models.Index(fields=["team", "-created_at", "-id"], name="handoff_team_newest"),
            models.Index(fields=["created_by", "-created_at", "-id"], name="handoff_author_newest"),
            models.Index(fields=["claimed_by", "-claimed_at", "-id"], name="handoff_claimer_newest"),
        ]

    def __str__(self) -> str:
        return f"handoff {self.pk} of session {self.flow_session_id}"

    def get_absolute_url(self) -> str:
        if self.intent == Intent.ASK:
            return reverse("escalations:question", args=[self.pk])
        return f"{reverse('sessions:session', args=[self.flow_session_id])}?pickup=true"

    @property
    def is_open(self) -> bool:
        return self.status == HandoffStatus.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at < timezone.now()

    @property
    def is_called_out(self) -> bool:
        """Whether everybody has been called: nobody is left to call again."""
        return self.is_open and self.round >= LAST_ROUND and self.intent != Intent.PARK

    @property
    def wait(self) -> timedelta | None:
        """From the call to the pick-up."""
        return self.claimed_at - self.created_at if self.claimed_at else None

    @property
    def subject(self) -> str:
        return f"handoff:{self.pk}"


class EscalationSettings(TeamOwned):
    """How soon somebody must pick up: in business minutes, critical ones around the clock."""

    team = models.OneToOneField("teams.Team", on_delete=models.PROTECT, related_name="+")
    critical_minutes = models.PositiveIntegerField("critical", default=15)
    high_minutes = models.PositiveIntegerField("high", default=30)
    normal_minutes = models.PositiveIntegerField("normal", default=60)
    low_minutes = models.PositiveIntegerField("low", default=240)
    on_call_phone = models.CharField("on-call phone", max_length=64, blank=True)

    objects = TeamQuerySet["EscalationSettings"].as_manager()

    def __str__(self) -> str:
        return f"escalation settings of {self.team}"

    def minutes(self, priority: str) -> int:
        return int(getattr(self, f"{priority}_minutes"))


class OnCallShift(TeamOwned):
    """Every week, from a time of a day on, in the team's zone. One that ends no later than it begins runs overnight."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    begins = models.TimeField()
    ends = models.TimeField()

    objects = TeamQuerySet["OnCallShift"].as_manager()

    class Meta:
        ordering = ["weekday", "begins", "id"]
        constraints = [models.CheckConstraint(condition=Q(weekday__lte=6), name="on_call_weekday_is_known")]

    def __str__(self) -> str:
        return f"{self.person}, {self.day} {self.begins:%H:%M}"

    @property
    def day(self) -> str:
        return day_name[self.weekday]

    @property
    def is_overnight(self) -> bool:
        return self.ends <= self.begins
