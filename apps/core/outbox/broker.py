from contextlib import suppress
from time import sleep
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

WAIT_SECONDS = 1
LOST = (OperationalError, InterfaceError)  # the database is away, or the connection to it is


class Broker(ORM):  # type: ignore[misc]
    """django-q2's own, but it outlives a restart of PostgreSQL where that one's processes end and pause for long."""

    @staticmethod
    def get_connection(list_key: str = Conf.PREFIX) -> Any:
        """The wake-ups; django-q2 asks the database here, and a cluster that begins while it is away would end."""
        with suppress(*LOST):
            ORM.get_connection(list_key)
        return OrmQ.objects.using(Conf.ORM)

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
