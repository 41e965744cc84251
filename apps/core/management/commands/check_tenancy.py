from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.tenancy import crossings, relations


class Command(BaseCommand):
    help = "Prove that no row points at a row of another team; exits with 1 and names the rows otherwise."

    def handle(self, *args: Any, **options: Any) -> None:
        found = crossings()
        if found:
            lines = (f"{name}: {', '.join(map(str, ids))}" for name, ids in found.items())
            raise CommandError("Rows that point at another team:\n" + "\n".join(lines))
        self.stdout.write(f"{len(relations())} relations checked, none crosses teams.")
