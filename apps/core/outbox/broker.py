from time import sleep
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django_q.brokers.orm import ORM

WAIT_SECONDS = 1
LOST = (OperationalError, InterfaceError)  # the database is away, or the connection to it is


class Broker(ORM):  # type: ignore[misc]
    """django-q2's own, but it outlives a restart of PostgreSQL where that one's processes end and pause for long."""

    def dequeue(self) -> Any:
        try:
            return super().dequeue()
        except LOST:
            connection.close()
            sleep(WAIT_SECONDS)
            return None

    def delete(self, task_id: int) -> None:
        """Acknowledge. A wake-up that stays comes again after a while, finds nothing due, and does no harm."""
        try:
            super().delete(task_id)
        except LOST:
            connection.close()
