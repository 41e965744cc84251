from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.rotation import encrypt_anew


class Command(BaseCommand):
    help = "Encrypt all stored secrets anew with the newest key; exits with 1 and names the rows that no key fits."

    def handle(self, *args: Any, **options: Any) -> None:
        rotation = encrypt_anew()
        self.stdout.write(f"Under the newest key now: {rotation.renewed} rows with secrets.")
        if rotation.unreadable:
            lines = (f"{name}: {', '.join(map(str, ids))}" for name, ids in rotation.unreadable.items())
            raise CommandError(
                "No present key fits these rows. They were left as they are; enter their secrets again, or add the key "
                "that is missing:\n" + "\n".join(lines)
            )
