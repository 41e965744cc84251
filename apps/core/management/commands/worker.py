from typing import Any

from django.core.management.base import BaseCommand

from apps.core.outbox.watch import Watch


class Command(BaseCommand):
    help = "Does what the outbox holds and the periodic jobs, until SIGINT or SIGTERM. Run as many as you like."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        Watch(say=self.say).run()

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
