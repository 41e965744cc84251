from argparse import BooleanOptionalAction
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.escalations.demo import make_handoffs
from apps.sessions.demo.now import DEMO, seed
from apps.sessions.demo.people import PASSWORD
from apps.teams.models import Team


class Command(BaseCommand):
    help = "Make the demo teams with people, clients, tickets, sessions and handoffs. A second run changes nothing."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--sessions", type=int, default=200, help="how many finished sessions to make")
        parser.add_argument(
            "--handoffs", action=BooleanOptionalAction, default=True, help="whether some are handed over"
        )

    def handle(self, *args: Any, sessions: int, handoffs: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data has well-known passwords; RF_ENV=production refuses it.")
        if Team.objects.filter(name=DEMO).exists():
            self.stdout.write("The demo data is there already.")
            return
        call_command("import_flows", verbosity=0)
        rng = Random(48201)  # noqa: S311 - the same data each time
        with transaction.atomic():
            people = seed(rng, sessions)
            if handoffs:
                make_handoffs(rng, people)
        self.stdout.write(f"Sign in as engineer@demo.example or admin@demo.example (more in README.md): {PASSWORD}")
