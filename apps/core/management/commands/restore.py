from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.dump import restore
from apps.core.health import has_teams
from apps.core.postgres import PostgresError


class Command(BaseCommand):
    help = "Replaces the whole database by a file that backup wrote, then applies newer migrations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="also when there are teams in the database")

    def handle(self, *args: Any, file: Path, force: bool, **options: Any) -> None:
        if has_teams() and not force:
            raise CommandError(
                "This database holds teams, and restoring would remove them. Nothing was changed. "
                "Back it up first, then add --force."
            )
        try:
            restore(file)
        except PostgresError as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(f"Restored {file}.")
