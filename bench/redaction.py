"""Redaction on our own labelled sentences."""

from pathlib import Path

from django.conf import settings

from apps.core.redaction import IDENTIFIERS, SECRETS
from apps.core.redaction.evaluation import evaluate, read_samples
from apps.teams.models import User
from bench.measure import Table

SENTENCES = Path(settings.BASE_DIR) / "tests" / "core" / "data" / "redaction.jsonl"
ENOUGH = 20  # a kind with fewer spans has no figure of its own


def measure(table: Table, _by: User) -> None:
    result = evaluate(read_samples(SENTENCES))
    kinds = [kind for kind in SECRETS if result.labelled[kind] >= ENOUGH]
    table.head(f"Redaction, {result.texts} labelled sentences")
    table.row("recall of secrets", result.recall(SECRETS), 0.97, least=True)
    table.row("recall of the weakest secret", min(result.recall([kind]) for kind in kinds), 0.90, least=True)
    table.row("recall of identifiers", result.recall(IDENTIFIERS), 0.96, least=True)
    table.row("precision", result.precision, 0.95, least=True)
    table.row("false alarms", result.false_alarms, 0.03)
    table.row("redaction of a text", result.milliseconds, 2, unit="ms")
