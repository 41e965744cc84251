"""PostgreSQL's notifications, carried to the hub: one thread and one connection of its own in each web process."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from apps.core.live.hub import Hub
from apps.core.live.store import BUS

log = logging.getLogger(__name__)

QUIET_SECONDS = 10  # without a word, then the connection is asked whether it lives
FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0  # seconds between two tries to connect


class Bus(threading.Thread):
    """Listens for as long as the process lives and finds its way back by itself."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="live-bus", daemon=True)
        self.hub = hub
        self.loop = loop
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
            self.stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _listen(self, listening: psycopg.Connection[Any]) -> None:
        listening.execute(f"LISTEN {BUS}")
        self._tell(self.hub.all_fall_behind)
        while not self.stopping.is_set():
            for notice in listening.notifies(timeout=QUIET_SECONDS):
                self._tell(self.hub.hear, json.loads(notice.payload))
                if self.stopping.is_set():
                    return
            listening.execute("SELECT 1")  # between two loops: within one it would wait for ever

    def _tell(self, act: Callable[..., None], *arguments: Any) -> None:
        try:
            self.loop.call_soon_threadsafe(act, *arguments)
        except RuntimeError:  # the event loop is closed: the process is at its end
            self.stopping.set()


class Switchboard:
    """The hub of this process, opened with the first stream."""

    def __init__(self) -> None:
        self.bus: Bus | None = None

    def hub(self) -> Hub:
        """Call it on the event loop."""
        loop = asyncio.get_running_loop()
        if self.bus is None or self.bus.loop is not loop or not self.bus.is_alive():
            self.bus = Bus(Hub(), loop)
            self.bus.start()
        return self.bus.hub


switchboard = Switchboard()


def _connect() -> psycopg.Connection[Any]:
    """A connection past any transaction pooler, since a pooler forgets who listens."""
    if settings.LISTEN_DATABASE_URL:
        return psycopg.connect(settings.LISTEN_DATABASE_URL, autocommit=True, application_name="live-bus")
    where = connection.get_connection_params()
    return psycopg.connect(**{**where, "autocommit": True, "application_name": "live-bus"})
