from django.conf import settings
from django.db import models

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.core.redaction import LABELS, Kind
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
