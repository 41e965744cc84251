"""The whole database in one file, with PostgreSQL's own programs: on the embedded server and on any other."""

import os
import subprocess
import tempfile
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from apps.core.postgres import EmbeddedPostgres, PostgresError

LOCK_SECONDS = 10  # how long a restore waits for somebody else's open transaction
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def back_up(file: Path) -> None:
    """Write a dump in the custom format; the file is there whole and readable by its owner only, or not at all."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}", _database())
        part.replace(file)
    except OSError as error:
        raise PostgresError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path) -> None:
    """Replace everything in the database by the dump, in one transaction: all of it or nothing."""
    if not file.is_file():
        raise PostgresError(f"There is no file {file}. Nothing was changed.")
    with tempfile.NamedTemporaryFile(suffix=".sql") as script:
        _run("pg_restore", "--no-owner", "--no-privileges", "--no-comments", f"--file={script.name}", str(file))
        quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
        _run("psql", *quiet, "--single-transaction", f"--command={EMPTY}", f"--file={script.name}", _database())


def _database() -> str:
    """Where the database is, for a program's arguments; the password goes through the environment."""
    facts = connection.settings_dict
    options = {name: value for name, value in facts["OPTIONS"].items() if name != "pool"}
    where = {"host": facts["HOST"], "port": facts["PORT"], "user": facts["USER"], "dbname": facts["NAME"]}
    known = {name: value for name, value in where.items() if value}
    return f"--dbname={make_conninfo('', **options, **known)}"


def _run(program: str, *arguments: str) -> None:
    password = connection.settings_dict["PASSWORD"]
    result = subprocess.run(
        [EmbeddedPostgres.binary(program), *arguments],
        env={
            **os.environ,
            "PGOPTIONS": f"-c lock_timeout={LOCK_SECONDS}s",
            **({"PGPASSWORD": password} if password else {}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise PostgresError(f"{program} failed, and the database is as it was. It said:\n{result.stderr.strip()}")
