"""Keeps the processes of `manage.py dev` running, and stops them together."""

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

LOOK_SECONDS = 0.2  # between two looks at the children
QUICK_SECONDS = 5  # an exit sooner than this after the start is a quick one
QUICK_EXITS = 4  # in a row, then we give up
STOP_SECONDS = 10  # then the process group is killed
OPEN_FILES = 65_536
PR_SET_PDEATHSIG = 1
Say = Callable[[str], object]


@cache
def web_socket() -> socket.socket:
    """The listening socket of this process, on 127.0.0.1 and PORT (8000).

    `manage.py` asks for it before the settings start a database, so that a taken port is one sentence and no more.
    """
    port = _port(os.environ.get("PORT", "8000"))
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise SystemExit(
            f"Port {port} cannot be used: {error.strerror}. "
            f"End the program that holds it, or choose another port: PORT={port + 1} make run"
        ) from error
    listener.listen(1024)
    return listener


def _port(text: str) -> int:
    if text.isdecimal() and 0 <= int(text) < 65_536:
        return int(text)
    raise SystemExit(f"PORT is {text!r}; it must be a number below 65536, such as 8000.")


def web_command(listener: socket.socket) -> list[str]:
    """The command of a uvicorn process that accepts on the socket, as other processes may too."""
    command = [sys.executable, "-m", "uvicorn", "resolutionflow.asgi:application", "--fd", str(listener.fileno())]
    options = ["--loop", "uvloop", "--http", "httptools", "--lifespan", "off", "--log-level", "warning"]
    # without a limit an open event stream would hold up the stop
    limit = ["--timeout-graceful-shutdown", "3"]
    return [*command, *options, *limit]


def raise_file_limit() -> None:
    """Each open event stream is a file: take what the system allows without asking."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@dataclass
class Child:
    """One process that is started again when it ends."""

    command: Sequence[str]
    pass_fds: Sequence[int] = ()
    quick_exits: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0, init=False)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, pass_fds=self.pass_fds, process_group=0, preexec_fn=_end_with_parent(os.getpid())
        )

    def ended(self) -> bool:
        """Whether the process is gone; counts the exits that came soon after a start."""
        if self.process is None or self.process.poll() is None:
            return False
        quick = self.age() < QUICK_SECONDS
        self.quick_exits = self.quick_exits + 1 if quick else 0
        return True

    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.started

    def interrupt(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def tell(self, number: signal.Signals) -> None:
        """Send the signal to the child and to all its children."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def join(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.tell(signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Runs the children until SIGINT or SIGTERM; `keep` is called every look, for what else must stay up."""

    def __init__(self, children: Mapping[str, Child], *, keep: Callable[[], None], say: Say) -> None:
        self.children = children
        self.keep = keep
        self.say = say
        self.stopping = threading.Event()

    def run(self) -> bool:
        """True after an orderly stop, False when a child would not stay up."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            for child in self.children.values():
                child.start()
            return self._watch()
        finally:
            self._stop()

    def _watch(self) -> bool:
        while not self.stopping.wait(LOOK_SECONDS):
            self.keep()
            for name, child in self.children.items():
                if child.ended() and not self._restart(name, child):
                    return False
        return True

    def _restart(self, name: str, child: Child) -> bool:
        if child.quick_exits >= QUICK_EXITS:
            self.say(f"{name} ended {QUICK_EXITS} times right after its start. Its last words stand above.")
            return False
        self.say(f"{name} ended and is started again.")
        self.stopping.wait(child.quick_exits)
        child.start()
        return True

    def _stop(self) -> None:
        for child in self.children.values():
            child.interrupt()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            child.join(max(0, deadline - time.monotonic()))


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Have the kernel send this process the signal when its parent ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(0)


def _end_with_parent(parent: int) -> Callable[[], None]:
    """In the child: be interrupted when the supervisor dies.

    SIGINT and not SIGTERM, since uvicorn lets SIGTERM end the process without its exit handlers, and the last
    process out stops the embedded database.
    """
    return lambda: die_with_parent(parent, signal.SIGINT)
