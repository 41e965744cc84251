import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from apps.core import supervisor
from apps.core.supervisor import Child, Supervisor, web_command, web_socket


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    web_socket.cache_clear()
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0.02)


def sleeper(seconds: float = 60) -> list[str]:
    return [sys.executable, "-S", "-c", f"import time; time.sleep({seconds})"]


def supervise(commands: dict[str, list[str]]) -> tuple[Supervisor, list[str]]:
    said: list[str] = []
    children = {name: Child(command) for name, command in commands.items()}
    return Supervisor(children, keep=lambda: None, say=said.append), said


def test_web_socket_on_a_taken_port_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(SystemExit, match=r"^Port \d+ cannot be used: Address already in use\."):
            web_socket()


@pytest.mark.parametrize("port", ["", "http", "65536", "-1", "8000.5"])
def test_web_socket_with_a_port_that_is_none_says_so(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="PORT is "):
        web_socket()


def test_web_command_names_the_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    with web_socket() as listener:
        command = web_command(listener)
        assert command[command.index("--fd") + 1] == str(listener.fileno())


def test_child_that_fails_at_once_makes_the_supervisor_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "QUICK_EXITS", 2)
    runner, said = supervise({"broken": ["false"], "healthy": sleeper()})
    assert runner.run() is False
    assert said[-1].startswith("broken ended 2 times")
    assert all(child.process.poll() is not None for child in runner.children.values())


def test_child_that_is_killed_later_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "QUICK_SECONDS", 0)
    runner, said = supervise({"one": sleeper()})
    seen: list[int] = []

    def kill_once_then_stop() -> None:
        pid = runner.children["one"].process.pid
        seen.append(pid)
        if pid == seen[0]:
            os.kill(pid, signal.SIGKILL)
        else:
            runner.stopping.set()

    runner.keep = kill_once_then_stop
    assert runner.run() is True
    assert said == ["one ended and is started again."]


def test_stop_of_a_deaf_child_kills_its_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.2)
    deaf = tmp_path / "deaf"
    runner, _ = supervise({"deaf": ["sh", "-c", f"trap '' INT; touch {deaf}; sleep 60 & wait"]})
    runner.keep = lambda: runner.stopping.set() if deaf.exists() else None
    assert runner.run() is True
    assert runner.children["deaf"].process.returncode == -signal.SIGKILL


def test_child_of_a_killed_supervisor_ends_too() -> None:
    code = (
        "import sys, time; from apps.core.supervisor import Child; child = Child(sys.argv[1:]); child.start();"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, *sleeper()], stdout=subprocess.PIPE, text=True)
    child = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    assert select.select([child], [], [], 5)[0]  # readable once the process has ended


def test_child_never_started_has_nothing_to_stop() -> None:
    child = Child(["true"])
    child.interrupt()
    child.tell(signal.SIGTERM)
    child.join(0)
    assert not child.ended()
