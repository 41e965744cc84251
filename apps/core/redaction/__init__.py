"""Finds secrets and identifiers in text and masks them by destination. Knows no Django."""

from apps.core.redaction.engine import Redacted, RedactionError, find, redact, redact_for
from apps.core.redaction.kinds import (
    IDENTIFIERS,
    LABELS,
    PLACEHOLDER,
    POLICIES,
    SECRETS,
    Destination,
    Finding,
    Kind,
    Policy,
    fingerprint,
)

__all__ = [
    "IDENTIFIERS",
    "LABELS",
    "PLACEHOLDER",
    "POLICIES",
    "SECRETS",
    "Destination",
    "Finding",
    "Kind",
    "Policy",
    "Redacted",
    "RedactionError",
    "find",
    "fingerprint",
    "redact",
    "redact_for",
]
