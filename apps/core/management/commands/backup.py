from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.dump import back_up
from apps.core.postgres import PostgresError


class Command(BaseCommand):
    help = "Writes the whole database into one file (pg_dump, custom format)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            back_up(file)
        except PostgresError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {file}. Keep SECRET_KEY and RF_ENCRYPTION_KEYS with it: they are not inside.")
