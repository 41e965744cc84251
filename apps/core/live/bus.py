"""PostgreSQL's notifications, carried to django-eventstream: one thread and one connection in each web process."""

import json
import logging
import threading
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django_eventstream.event import Event
from django_eventstream.views import get_listener_manager

from apps.core.live.channels import user_channel
from apps.core.live.store import BUS

log = logging.getLogger(__name__)

QUIET_SECONDS = 10  # without a word, then the connection is asked whether it lives
FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0  # seconds between two tries to connect
PATIENCE_SECONDS = 5  # a new stream waits that long for the bus


class Bus(threading.Thread):
    """Listens for as long as the process lives and finds its way back by itself."""

    def __init__(self) -> None:
        super().__init__(name="live-bus", daemon=True)
        self.listening = threading.Event()
        self.stopping = threading.Event()

    def run(self) -> None:
        wait = FIRST_WAIT
        while not self.stopping.is_set():
            try:
                with _connect() as listening:
                    wait = FIRST_WAIT
                    self._listen(listening)
            except psycopg.Error as error:
                log.warning("The live events' connection ended: %s", error)
            except RuntimeError:  # the event loop is closed: the process is at its end
                return
            finally:
                self.listening.clear()
            self.stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _listen(self, listening: psycopg.Connection[Any]) -> None:
        listening.execute(f"LISTEN {BUS}")
        end_all()
        self.listening.set()
        while not self.stopping.is_set():
            for notice in listening.notifies(timeout=QUIET_SECONDS):
                hear(json.loads(notice.payload))
                if self.stopping.is_set():
                    return
            listening.execute("SELECT 1")  # between two loops: within one it would wait for ever


class Switchboard:
    """The bus of this process, which begins with the first stream."""

    def __init__(self) -> None:
        self.bus: Bus | None = None
        self.lock = threading.Lock()

    def is_listening(self) -> bool:
        """Waits a moment for it. No stream may begin without: it would miss what happens."""
        with self.lock:
            if self.bus is None or not self.bus.is_alive():
                self.bus = Bus()
                self.bus.start()
        return self.bus.listening.wait(PATIENCE_SECONDS)


switchboard = Switchboard()


def hear(said: Any) -> None:
    """What PostgreSQL carries: an event as [channel, number, name, data], or {"cut": id of a person}."""
    if isinstance(said, dict):
        get_listener_manager().kick(said["cut"], user_channel(said["cut"]))
        return
    channel, number, name, data = said
    get_listener_manager().add_to_queues(channel, Event(channel, name, data, number))


def end_all() -> None:
    """Nobody knows what the bus missed while it was away, a cut included: every page comes back and is judged anew."""
    manager = get_listener_manager()
    with manager.lock:
        people = {listener.user_id for found in manager.listeners_by_channel.values() for listener in found}
    for person in people:
        hear({"cut": person})


def _connect() -> psycopg.Connection[Any]:
    """A connection past any transaction pooler, since a pooler forgets who listens."""
    if settings.LISTEN_DATABASE_URL:
        return psycopg.connect(settings.LISTEN_DATABASE_URL, autocommit=True, application_name="live-bus")
    where = connection.get_connection_params()
    return psycopg.connect(**{**where, "autocommit": True, "application_name": "live-bus"})
