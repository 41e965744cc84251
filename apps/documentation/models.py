from django.conf import settings
from django.db import models

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.core.redaction import LABELS, Kind
from apps.psa.facts import NoteKind
from apps.psa.models import NOTE_KINDS, Connection, Ticket
from apps.sessions.models import FlowSession

KINDS = [(kind.value, LABELS[kind]) for kind in Kind]


class RestoredHit(TeamOwned):
    """A value that redaction would remove from a session's notes and that a person let back in.

    ``fingerprint`` is HMAC(kind, value) under a key of the session: it names the value without keeping it.
    """

    flow_session = models.ForeignKey(FlowSession, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, choices=KINDS)
    restored_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    restored_at = models.DateTimeField()

    objects = TeamQuerySet["RestoredHit"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow_session", "fingerprint"], name="restored_hit_is_unique"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]), name="restored_hit_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} restored"


class DocumentKind(models.TextChoices):
    RESOLUTION = "resolution", "Resolution note"
    ESCALATION = "escalation", "Escalation note"
    PROGRESS = "progress", "Progress note"


class StoredDocument(TeamOwned):
    """A note as the PSA may see it, written down when it was due. ``number`` is the record that it was due at."""

    flow_session = models.ForeignKey(FlowSession, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=32, choices=DocumentKind)
    number = models.PositiveIntegerField()
    body = models.TextField(help_text="Markdown, secrets removed.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["StoredDocument"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow_session", "kind", "number"], name="stored_document_is_unique"),
            choices_constraint("kind", DocumentKind, "stored_document_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of session {self.flow_session_id}"


class Push(TeamOwned):
    """A note on its way into a ticket, word for word as somebody saw and sent it.

    ``number`` is the record that an escalation note was due at, else 0; ``version`` counts what was sent of the same
    document, and ``replaces`` names the one before. ``subject`` is its name in the outbox.
    """

    flow_session = models.ForeignKey(FlowSession, on_delete=models.PROTECT, related_name="pushes")
    kind = models.CharField(max_length=32, choices=DocumentKind)
    number = models.PositiveIntegerField(default=0)
    version = models.PositiveSmallIntegerField()
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="pushes")
    body = models.TextField(help_text="Markdown, secrets removed.")
    note_kind = models.CharField(max_length=32, choices=NOTE_KINDS)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["Push"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["flow_session", "kind", "number", "version"], name="push_version_is_unique"
            ),
            choices_constraint("kind", DocumentKind, "push_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(note_kind__in=[kind.value for kind in NoteKind]), name="push_note_kind_is_known"
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at", "-id"], name="push_team_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.ticket}"

    @property
    def subject(self) -> str:
        return f"push:{self.pk}"

    @property
    def is_internal(self) -> bool:
        return self.note_kind == NoteKind.INTERNAL


class PartKind(models.TextChoices):
    NOTE = "note", "Note"
    TIME = "time", "Time entry"
    STATUS = "status", "Status"
    CLASSIFICATION = "classification", "Type"
    FILE = "file", "The whole note as a file"


class PushPart(TeamOwned):
    """One thing that a push does in the PSA, sent and retried by itself; its failure takes nothing else back.

    It waits until it was handed to the outbox (``queued_at``), in order among what goes to the same ticket.
    ``marker`` finds it again at the other side. ``alarm`` says that it turned out otherwise than it was meant.
    """

    push = models.ForeignKey(Push, on_delete=models.CASCADE, related_name="parts")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32, choices=PartKind)
    marker = models.CharField(max_length=16, unique=True)
    details = models.JSONField(default=dict, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When it was read back as it was meant.")
    external_id = models.CharField(max_length=255, blank=True)
    alarm = models.TextField(blank=True)

    objects = TeamQuerySet["PushPart"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["push", "kind"], name="push_part_is_unique"),
            choices_constraint("kind", PartKind, "push_part_kind_is_known"),
        ]
        indexes = [
            models.Index(fields=["team", "id"], name="push_part_waiting", condition=models.Q(queued_at=None)),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
