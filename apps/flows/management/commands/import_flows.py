from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.flows.exchange import import_flows
from apps.flows.flow_file import FlowFileError
from apps.teams.models import Team

STARTER = Path(__file__).parents[2] / "starter"


class Command(BaseCommand):
    help = "Import flows from YAML files: the starter library, or the files and folders given. All of them or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, default=[STARTER], help="files or folders of *.yaml")
        parser.add_argument("--team", type=int, help="id of the team they are for; without it, flows for every team")

    def handle(self, *args: Any, paths: list[Path], team: int | None, **options: Any) -> None:
        owner = find_team(team)
        try:
            done = import_flows(files=read_files(paths), team=owner)
        except FlowFileError as refused:
            raise CommandError(f"Nothing was imported.\n{refused}") from None
        for flow in done:
            for finding in flow.warnings if options["verbosity"] > 1 else ():
                self.stdout.write(f"{flow.slug}: {finding.message}")
        results = [flow.result for flow in done]
        counts = ", ".join(f"{results.count(result)} {result}" for result in ("created", "changed", "unchanged"))
        self.stdout.write(f"Flows: {counts}.")


def find_team(team_id: int | None) -> Team | None:
    """Raise CommandError when there is no such team."""
    if team_id is None:
        return None
    if team := Team.objects.filter(pk=team_id).first():
        return team
    raise CommandError(f"There is no team {team_id}.")


def read_files(paths: list[Path]) -> dict[str, str]:
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    try:
        return {str(file): file.read_text() for file in files}
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"Nothing was imported. {problem}") from None
