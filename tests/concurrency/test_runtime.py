"""The commands as people run them: real processes, killed and interrupted, on data folders of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import django
import pytest

from apps.core.postgres import EmbeddedPostgres
from tests.concurrency.waiting import PATIENCE, until
from tests.prepared import copy, made_once

ROOT = Path(__file__).parents[2]
KILLS = 20 if os.environ.get("RF_SOAK") else 1
PACKAGES = str(Path(django.__file__).parents[1])


def python_of_another_user(user: str) -> str | None:
    """An interpreter that this user may run with our packages; ours may stand in a closed home folder."""
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError):
            load = ["-c", "import django, psycopg, uvloop"]
            environ = {"PYTHONPATH": PACKAGES}
            if not subprocess.run([python, *load], cwd=ROOT, env=environ, user=user, capture_output=True).returncode:
                return python
    return None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Home:
    """One data folder, and the programs started on it."""

    folder: Path
    port: int = field(default_factory=free_port)
    user: str | None = None
    python: str = sys.executable
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = EmbeddedPostgres(self.folder)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
        process = subprocess.Popen(
            [self.python, *arguments],
            cwd=ROOT,
            env={
                **kept,
                "RF_DATA_DIR": str(self.folder),
                "PORT": str(self.port),
                "RF_WEB_PROCESSES": "1",
                "PYTHONPATH": PACKAGES,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.user,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def manage(self, *arguments: str) -> tuple[int, str]:
        process = self.start("manage.py", *arguments)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def shell(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-c", f"from apps.teams.models import Team; {code}")[1]

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=20) as response:
                return response.status == 200
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def dev(self) -> subprocess.Popen[str]:
        process = self.start("manage.py", "dev")
        until(
            lambda: process.poll() is not None or self.ready(), "a ready page", 4 * PATIENCE
        )  # it may make the demo data
        assert process.poll() is None, process.communicate()[0]
        return process

    def join(self) -> subprocess.Popen[str]:
        """Another user of the database, until its standard input ends."""
        code = "import django; django.setup(); print('joined', flush=True); input()"
        process = self.start(
            "-c", f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'resolutionflow.settings'; {code}"
        )
        assert process.stdout.readline() == "joined\n"
        return process

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.communicate()
        self.server.acquire()
        self.server.release()


def with_a_team(folder: Path) -> None:
    """All tables and one team, beside which no demo data is made."""
    home = Home(folder)
    assert home.manage("migrate", "-v0") == (0, "")
    assert home.shell("Team.objects.create(name='Kept')") == ""


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A data folder that was in use before."""
    copy(made_once(tmp_path_factory, "with_a_team", with_a_team), tmp_path / "rf")
    home = Home(tmp_path / "rf")
    yield home
    home.end()


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Home]:
    """Nothing at all, of an ordinary user where we are root and one can run Python with our packages."""
    python = python_of_another_user("daemon") if os.geteuid() == 0 else None
    if python is None:
        if os.geteuid() == 0:
            warnings.warn("No ordinary user can run Python here: it is tried as root.", stacklevel=1)
        home = Home(tmp_path / "rf")
        yield home
        home.end()
        return
    folder = Path("/tmp") / f"rf-test-{os.getpid()}"  # pytest's folders are closed to other users
    folder.mkdir()
    shutil.chown(folder, "daemon")
    home = Home(folder / "rf", user="daemon", python=python)
    yield home
    home.end()
    shutil.rmtree(folder)


def test_dev_outlives_a_killed_database_and_leaves_it_to_the_last_user(home: Home) -> None:
    dev = home.dev()
    other = home.join()
    for _ in range(KILLS):
        killed = (home.server.data / "postmaster.pid").read_text().split()[0]
        os.kill(int(killed), signal.SIGKILL)
        until(
            lambda old=killed: (
                home.server.status() == "ready" and old not in (home.server.data / "postmaster.pid").read_text().split()
            ),
            "a new database server",
        )
        until(home.ready, "a page after the restart")
    started = time.monotonic()
    dev.send_signal(signal.SIGINT)
    said, _ = dev.communicate(timeout=PATIENCE)
    assert dev.returncode == 0, said
    assert time.monotonic() - started < 10
    assert "ended and is started again" in said
    assert "Traceback" not in said
    assert home.server.status() == "ready"
    other.communicate("\n", timeout=PATIENCE)
    assert home.server.status() is None


def test_dev_that_is_killed_takes_its_children_along_and_starts_again(home: Home) -> None:
    for _ in range(KILLS):
        home.dev().kill()
        until(lambda: home.server.status() is None, "the end of the database")
        until(lambda: not home.ready(), "the end of the web process")
    assert home.dev().poll() is None
    assert home.server.status() == "ready"


def test_dev_on_a_taken_port_says_one_sentence_and_starts_nothing(new_home: Home) -> None:
    with socket.create_server(("127.0.0.1", new_home.port)):
        code, said = new_home.manage("dev")
    assert code == 1
    assert said.startswith(f"Port {new_home.port} cannot be used")
    assert said.count("\n") == 1
    assert not new_home.folder.exists()


def test_backup_and_restore_bring_the_rows_back_and_refuse_to_overwrite_teams(home: Home, tmp_path: Path) -> None:
    file = str(tmp_path / "all.dump")
    keep = home.join()
    assert home.manage("backup", file)[0] == 0
    home.shell("Team.objects.update(name='Changed')")
    code, said = home.manage("restore", file)
    assert code == 1
    assert "would remove them" in said
    assert home.manage("restore", "--force", file) == (0, f"Restored {file}.\n")
    assert home.shell("print([team.name for team in Team.objects.all()])") == "['Kept']\n"
    Path(file).write_bytes(b"PGDMP cut off")
    assert home.manage("restore", "--force", file)[0] == 1
    assert home.shell("print(Team.objects.count())") == "1\n"
    keep.communicate("\n", timeout=PATIENCE)


def test_dev_begins_from_nothing_on_a_folder_of_its_own_even_as_an_ordinary_user(new_home: Home) -> None:
    dev = new_home.dev()
    if new_home.user:
        assert new_home.server.data.owner() == new_home.user
    assert new_home.shell("print(Team.objects.count())") == "2\n"  # those of the demo data
    dev.send_signal(signal.SIGINT)
    until(lambda: new_home.server.status() is None, "the end of the database")
