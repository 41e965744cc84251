from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.redaction.evaluation import evaluate, read_samples, report


class Command(BaseCommand):
    help = "Measures redaction on labelled sentences: recall by type and tier, precision, false alarms, ms per text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSON Lines (id, text, spans [{start, end, type}]), also gzipped")
        parser.add_argument("--details", action="store_true", help="print every miss and false alarm, values included")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = evaluate(read_samples(options["file"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{options['file']} could not be read as labelled sentences: {error!r}") from error
        self.stdout.write(report(result, details=options["details"]))
