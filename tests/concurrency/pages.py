"""Open pages without a browser: many event streams on one event loop, in a thread beside the test."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from time import time
from typing import Any

RECONNECT_SECONDS = 0.5  # as htmx waits


@dataclass
class OpenPage:
    """One page's stream, which reconnects like htmx: with Last-Event-ID, until it is told 401."""

    port: int
    cookie: str
    query: str = ""
    last: str = ""
    heard: list[tuple[float, str, str]] = field(default_factory=list)  # time, event, data
    opened: int = 0
    status: int = 0
    task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        while self.status != 401:
            try:
                await self.read()
            except (OSError, asyncio.IncompleteReadError, ValueError):
                self.status = 0
            await asyncio.sleep(RECONNECT_SECONDS)

    async def read(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            head = f"GET /events/{self.query} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={self.cookie}\r\n"
            writer.write(f"{head}Accept-Encoding: gzip\r\nLast-Event-ID: {self.last}\r\n\r\n".encode())
            self.status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
            while self.status == 200:
                size = int(await reader.readuntil(b"\r\n"), 16)
                chunk = await reader.readexactly(size + 2)
                for event in chunk.decode().strip().split("\n\n") if size else ():
                    self.hear(dict(line.partition(": ")[::2] for line in event.splitlines()))
                if not size:
                    return
        finally:
            writer.close()

    def hear(self, event: dict[str, str]) -> None:
        self.last = event.get("id", self.last)
        self.opened += event["event"] == "live:open"
        if not event["event"].startswith("live:"):
            self.heard.append((time(), event["event"], event.get("data", "")))

    def told(self, event: str) -> list[str]:
        return [data for _, name, data in self.heard if name == event]


class Pages:
    """The loop of the open pages."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.all: list[OpenPage] = []

    def open(self, page: OpenPage) -> OpenPage:
        async def begin() -> None:
            page.task = asyncio.ensure_future(page.run())

        self.wait(begin())
        self.all.append(page)
        return page

    def sleep(self, page: OpenPage) -> None:
        """The device sleeps: the stream is gone, and nobody reconnects until the page is opened again."""

        async def end() -> None:
            if page.task:
                page.task.cancel()

        self.wait(end())

    def wait(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def close(self) -> None:
        for page in self.all:
            self.sleep(page)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
