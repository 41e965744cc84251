from typing import Any

from django.core.management.commands import flush

from tests.rows import bring_back


class Command(flush.Command):
    """Found before Django's own, which empties every table and makes the permissions anew."""

    def handle(self, **options: Any) -> None:
        bring_back()
