"""The open streams of this process. All of it runs on the event loop, so that nothing is locked."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from apps.core.live.channels import user_channel
from apps.core.live.store import RESET, Message

MOST_PENDING = 100  # events a stream holds for a slow reader, before it reads them from the database instead


class Listener:
    """One open stream: where it stands, what it has yet to send, and why it may have to look at the database first."""

    def __init__(self, channels: Iterable[str], position: int) -> None:
        self.channels = frozenset(channels)
        self.position = position  # the number of the last event it was told
        self.pending: list[Message] = []
        self.is_behind = True  # something may have been missed, a change of rights included
        self.is_cut = False
        self.woken = asyncio.Event()

    def offer(self, message: Message) -> None:
        self.pending.append(message)
        if len(self.pending) > MOST_PENDING:
            self.fall_behind()
        self.woken.set()

    def fall_behind(self) -> None:
        self.pending.clear()
        self.is_behind = True
        self.woken.set()

    def cut(self) -> None:
        self.is_cut = True
        self.woken.set()

    def take(self) -> list[Message]:
        taken, self.pending = self.pending, []
        self.woken.clear()
        return taken

    def accept(self, message: Message) -> bool:
        """False for what was told before: it came by the bus and by the database."""
        if message.number <= self.position and message.name != RESET:
            return False
        self.position = message.number
        return True

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.woken.wait()


class Hub:
    """The listeners of one event loop, by channel."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    @contextmanager
    def joined(self, listener: Listener) -> Iterator[None]:
        for channel in listener.channels:
            self.listeners[channel].add(listener)
        try:
            yield
        finally:
            for channel in listener.channels:
                self.listeners[channel].discard(listener)
                if not self.listeners[channel]:
                    del self.listeners[channel]

    def hear(self, said: Any) -> None:
        """What the bus carries: an event as [channel, number, name, data], or {"cut": id of a person}."""
        if isinstance(said, dict):
            for listener in self.listeners.get(user_channel(said["cut"]), ()):
                listener.cut()
            return
        message = Message(*said)
        for listener in self.listeners.get(message.channel, ()):
            listener.offer(message)

    def all_fall_behind(self) -> None:
        """Nobody knows what the bus missed while it was away: everybody reads the database."""
        for listener in set().union(*self.listeners.values()):
            listener.fall_behind()
