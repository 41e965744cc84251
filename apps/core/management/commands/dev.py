import os
import sys
from socket import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from apps.core.health import has_teams
from apps.core.postgres import PostgresError
from apps.core.supervisor import Child, Supervisor, raise_file_limit, web_command, web_socket


def children(listener: socket) -> dict[str, Child]:
    count = int(os.environ.get("RF_WEB_PROCESSES", "2"))
    web = {f"web {number}": Child(web_command(listener), [listener.fileno()]) for number in range(1, count + 1)}
    return {**web, "worker": Child([sys.executable, "manage.py", "worker"])}


class Command(BaseCommand):
    help = "Runs everything on this machine: database, migrations, static files, web, worker. Ctrl-C ends it."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        raise_file_limit()
        listener = web_socket()
        try:
            self.prepare()
        except KeyboardInterrupt:
            raise CommandError("Stopped before the start was complete.", returncode=130) from None
        supervisor = Supervisor(children(listener), keep=self.keep_database, say=self.say)
        self.say(f"ResolutionFlow runs at http://localhost:{listener.getsockname()[1]} (Ctrl-C ends it)")
        if not supervisor.run():
            raise CommandError("Stopped. The data was kept.")

    def prepare(self) -> None:
        self.say("Preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not has_teams():
            call_command("seed_demo")
        connections.close_all()

    def keep_database(self) -> None:
        """Start the embedded server again when it was killed; the web processes reconnect by themselves."""
        if settings.EMBEDDED_POSTGRES and settings.EMBEDDED_POSTGRES.status() is None:
            self.say("The embedded database ended and is started again.")
            try:
                settings.EMBEDDED_POSTGRES.acquire()
            except PostgresError as error:
                raise CommandError(str(error)) from error

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
