from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.flows.models import Flow, FlowVersion
from apps.psa.models import Client, Ticket
from apps.sessions.clock import gap_between
from apps.sessions.engine import LONGEST_KEY

LONGEST_TITLE = 200


class Status(models.TextChoices):
    PREPARED = "prepared"
    ACTIVE = "active"
    PAUSED = "paused"
    RESOLVED = "resolved", "finished"
    ESCALATED = "escalated"
    REQUESTING_ESCALATION = "requesting_escalation", "escalated"
    ABANDONED = "abandoned"


class Outcome(models.TextChoices):
    RESOLVED = "resolved", "Resolved"
    WORKAROUND = "workaround", "Workaround"
    UNRESOLVED = "unresolved", "Not resolved"
    ESCALATED = "escalated", "Escalated"


class PauseReason(models.TextChoices):
    CLIENT = "client", "Waiting for the client"
    VENDOR = "vendor", "Waiting for a vendor"
    PART = "part", "Waiting for a part"
    WINDOW = "window", "Waiting for a maintenance window"
    WATCHING = "watching", "Watching whether it holds"


class RecordKind(models.TextChoices):
    QUESTION = "question"
    ACTION = "action"
    CHECK = "check"
    VERIFICATION = "verification"
    SUB_FLOW = "sub_flow"
    NOTE = "note"
    CUSTOM_STEP = "custom_step", "own step"
    EVIDENCE = "evidence"
    COMMAND_OUTPUT = "command_output"
    STATUS_UPDATE = "status_update"
    HANDOFF = "handoff"
    END = "end"


class StepOutcome(models.TextChoices):
    FIXED = "fixed"
    NOT_FIXED = "not_fixed", "not fixed"
    NOT_APPLICABLE = "not_applicable", "not applicable"
    SKIPPED = "skipped"


class FlowSession(TeamOwned):
    """An engineer's work on a problem, with a flow or without one.

    ``place`` is where the session stands: frames of [flow version id, node id], the called flow last.
    ``revision`` grows by one with every change; a form that carries an older one is stale.
    """

    OPEN = (Status.PREPARED, Status.ACTIVE, Status.PAUSED)
    ENDED = (Status.RESOLVED, Status.ABANDONED)
    encrypted = ("secrets",)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="flow_sessions")
    status = models.CharField(max_length=32, choices=Status, default=Status.PREPARED)
    title = models.CharField(max_length=LONGEST_TITLE)
    problem = models.TextField(blank=True)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, null=True, blank=True, related_name="flow_sessions")
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="flow_sessions")
    contact = models.CharField(max_length=200, blank=True)
    phone = models.CharField("call-back number", max_length=64, blank=True)
    device = models.CharField(max_length=200, blank=True)
    place = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=0)
    last_ordinal = models.PositiveIntegerField(default=0)
    variables = models.JSONField(default=dict, blank=True)
    secrets = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(max_length=64)
    start_key = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    step_entered_at = models.DateTimeField(null=True, blank=True)
    step_seconds = models.PositiveIntegerField(default=0)
    active_seconds = models.PositiveIntegerField(default=0)
    clock_at = models.DateTimeField(null=True, blank=True)
    away_seconds = models.PositiveIntegerField(default=0)
    pause_reason = models.CharField(max_length=32, choices=PauseReason, blank=True)
    wake_at = models.DateTimeField(null=True, blank=True)
    woken_at = models.DateTimeField(null=True, blank=True, help_text="When its owner was told that it is back.")
    outcome = models.CharField(max_length=32, choices=Outcome, blank=True)
    closing_note = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)

    objects = TeamQuerySet["FlowSession"].as_manager()

    class Meta:
        verbose_name = "session"
        constraints = [
            choices_constraint("status", Status, "session_status_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=["resolved", "workaround", "unresolved", "escalated"]),
                name="session_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(pause_reason="") | Q(pause_reason__in=PauseReason.values),
                name="session_pause_reason_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["resolved", "abandoned"], ended_at__isnull=False)
                | (~Q(status__in=["resolved", "abandoned"]) & Q(ended_at=None)),
                name="session_ended_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved") | ~Q(outcome=""), name="session_finished_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=Q(status="active") | Q(clock_at=None), name="session_clock_runs_only_while_active"
            ),
            models.UniqueConstraint(fields=["owner", "start_key"], name="session_form_starts_one"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(clock_at__isnull=False), name="session_one_clock_a_person"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"], name="session_team_newest"),
            models.Index(fields=["owner", "status", "-created_at", "-id"], name="session_owner_status"),
            models.Index(fields=["flow", "-ended_at", "-id"], name="session_flow_ended"),
            models.Index(fields=["wake_at", "id"], name="session_asleep", condition=Q(status="paused", woken_at=None)),
            models.Index(fields=["id"], name="session_asks", condition=Q(status="requesting_escalation")),
        ]

    @property
    def active_now(self) -> int:
        """Active seconds, those since the clock was last brought up to now with them."""
        return self.active_seconds + gap_between(self.clock_at, timezone.now()).active

    def __str__(self) -> str:
        return f"session {self.pk}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("sessions:session", args=[self.pk])

    @property
    def subject(self) -> str:
        """Its name in notifications, live events, the outbox and as a place to be at."""
        return f"session:{self.pk}"

    @property
    def shows(self) -> str:
        """What a page of the session shows; grows with each change that one can see."""
        return f"{self.subject}@{self.revision}.{self.last_ordinal}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def has_woken(self) -> bool:
        return self.wake_at is not None and self.wake_at <= timezone.now()

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED


class StepRecord(TeamOwned):
    """What was done, as it read at that moment. Append-only; only ``superseded_at`` is ever set later."""

    flow_session = models.ForeignKey(FlowSession, on_delete=models.CASCADE, related_name="records")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=RecordKind)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    node_id = models.CharField(max_length=64, blank=True)
    place = models.JSONField(default=list, blank=True)
    asked = models.TextField(blank=True)
    answered = models.TextField(blank=True)
    choice = models.PositiveSmallIntegerField(null=True, blank=True)
    statement = models.TextField(blank=True)
    note = models.TextField(blank=True)
    commands = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=32, choices=StepOutcome, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField()
    active_seconds = models.PositiveIntegerField(default=0)
    entered_afterwards = models.BooleanField(default=False)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet["StepRecord"].as_manager()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["flow_session", "ordinal"], name="step_record_ordinal_is_unique"),
            choices_constraint("kind", RecordKind, "step_record_kind_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=["fixed", "not_fixed", "not_applicable", "skipped"]),
                name="step_record_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(left_at__gte=models.F("entered_at")), name="step_record_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordinal}. {self.asked}"


class StepDraft(TeamOwned):
    """Text being typed at a place of a session, kept until saved with a step. ``field``: note, output-0, var-host …"""

    flow_session = models.ForeignKey(FlowSession, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=LONGEST_KEY)
    field = models.CharField(max_length=64)
    text = models.TextField()
    typed_at = models.DateTimeField()

    objects = TeamQuerySet["StepDraft"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow_session", "author", "step", "field"], name="step_draft_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.step}"
