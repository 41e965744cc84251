"""Reads the environment once; everything the operator may set stands here."""

import atexit
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from psycopg.conninfo import conninfo_to_dict

from apps.core.postgres import EmbeddedPostgres, PostgresError
from resolutionflow.mail_server import MailServer, mail_problems, read_mail_server

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("RF_DATA_DIR", BASE_DIR / ".rf"))
PRODUCTION = os.environ.get("RF_ENV") == "production"
EMBEDDED_POSTGRES = None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(DATA_DIR)
DATABASE_URL_READS = "It reads postgresql://user:password@host:5432/name."
LISTEN_DATABASE_URL = os.environ.get("LISTEN_DATABASE_URL", "")  # past a transaction pooler: live events listen there
POOL_SECONDS = 10  # how long a request waits for a connection before it fails


def refuse_to_start_when_unsafe() -> None:
    if reasons := unsafe_settings(os.environ):
        raise SystemExit("\n- ".join(["ResolutionFlow did not start, and nothing was changed:", *reasons]))


def unsafe_settings(environ: Mapping[str, str]) -> list[str]:
    """Every reason not to start with this environment, one sentence each; without RF_ENV=production there are few."""
    mode = environ.get("RF_ENV", "development")
    if mode not in {"development", "production"}:
        return [f"RF_ENV is {mode!r}; it must be development or production."]
    mail = mail_problems(environ.get("RF_EMAIL_URL", ""), environ.get("RF_EMAIL_FROM", ""))
    if mode == "development":
        return mail
    hosts, origins = _words(environ, "RF_ALLOWED_HOSTS"), _words(environ, "RF_TRUSTED_ORIGINS")
    key = environ.get("SECRET_KEY", "")
    unsafe = {
        "SECRET_KEY must hold at least 50 random characters.": len(key) < 50 or len(set(key)) < 10,
        "RF_ENCRYPTION_KEYS must hold Fernet keys, newest first, separated by commas.": not _are_fernet_keys(
            _words(environ, "RF_ENCRYPTION_KEYS")
        ),
        "DATABASE_URL must name a PostgreSQL server; the embedded one is for development.": not environ.get(
            "DATABASE_URL"
        ),
        "RF_ALLOWED_HOSTS must list the host names people use.": not hosts,
        "RF_ALLOWED_HOSTS must not allow every host.": "*" in hosts,
        "RF_TRUSTED_ORIGINS must begin with https:// in each part.": any(
            not origin.startswith("https://") for origin in origins
        ),
        "RF_SITE_URL must begin with https://.": not environ.get("RF_SITE_URL", "https://").startswith("https://"),
    }
    return [reason for reason, holds in unsafe.items() if holds] + mail


def database() -> dict[str, Any]:
    """Django's settings of the one database: the server DATABASE_URL names, or else the embedded one."""
    server = EMBEDDED_POSTGRES
    where = embedded_database(server) if server else external_database(os.environ["DATABASE_URL"])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,  # under ASGI every request has a thread of its own, and a kept connection would leak
        "CONN_HEALTH_CHECKS": True,  # a pooled connection may be older than a restart of the server
        **where,
        "OPTIONS": where.get("OPTIONS", {}) | pool_options(),
    }


def external_database(url: str) -> dict[str, Any]:
    """Django's settings for a libpq URL or keyword string; what Django has no name for (sslmode) becomes an option."""
    try:
        facts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SystemExit(
            "DATABASE_URL is not understood. It reads postgresql://user:password@host:5432/name."
        ) from error
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    where = {django: str(facts.pop(libpq, "") or "") for django, libpq in names.items()}
    if not where["NAME"]:
        raise SystemExit(f"DATABASE_URL names no database. {DATABASE_URL_READS}")
    return {**where, "OPTIONS": facts}


def embedded_database(server: EmbeddedPostgres) -> dict[str, Any]:
    """Start or join the embedded server and return Django's settings for it."""
    try:
        server.acquire()
    except PostgresError as error:
        raise SystemExit(str(error)) from error
    atexit.register(server.release)
    where = {"HOST": str(server.socket_dir), "PORT": str(server.port), "USER": server.user, "NAME": "rf"}
    _create_database_when_missing(where)
    return where


def pool_options() -> dict[str, Any]:
    """A pool for web processes (asgi.py sets its size); commands come and go and take plain connections."""
    size = int(os.environ.get("RF_DATABASE_POOL", "0"))
    return {"pool": {"min_size": 1, "max_size": size, "timeout": POOL_SECONDS}} if size else {}


def kept_secret(name: str, make: Callable[[], str]) -> str:
    """Return the secret from the environment, or one kept beside the data (0600), made on first use."""
    if value := os.environ.get(name):
        return value
    path = DATA_DIR / name.lower()
    if not path.exists():
        _keep(path, make())
    return path.read_text()


def secret_key() -> str:
    return kept_secret("SECRET_KEY", lambda: secrets.token_urlsafe(50))


def encryption_keys() -> list[str]:
    """Fernet keys, newest first: the first encrypts, all decrypt."""
    return kept_secret("RF_ENCRYPTION_KEYS", lambda: Fernet.generate_key().decode()).split(",")


def allowed_hosts() -> list[str]:
    return _words(os.environ, "RF_ALLOWED_HOSTS") or ["localhost", "127.0.0.1"]


def trusted_origins() -> list[str]:
    return _words(os.environ, "RF_TRUSTED_ORIGINS")


def site_url() -> str:
    """Where people find this program, without a slash at the end: what links in e-mail and chat begin with."""
    here = f"https://{allowed_hosts()[0]}" if PRODUCTION else f"http://localhost:{os.environ.get('PORT', '8000')}"
    return os.environ.get("RF_SITE_URL", here).rstrip("/")


def allowed_private_hosts() -> list[str]:
    """Hosts on our side of the wall that may be called, each "host" or "host:port"."""
    return [host.lower() for host in _words(os.environ, "RF_ALLOWED_PRIVATE_HOSTS")]


def psa_calls_a_minute() -> int:
    """That one team's PSA is asked to answer. ConnectWise takes about 1,000, from others too."""
    return int(os.environ.get("RF_PSA_CALLS_A_MINUTE", "900"))


def mail_server() -> MailServer:
    return read_mail_server(os.environ.get("RF_EMAIL_URL", ""), production=PRODUCTION)


def mail_sender() -> str:
    return os.environ.get("RF_EMAIL_FROM", "ResolutionFlow <noreply@localhost>")


def static_root() -> Path:
    return Path(os.environ.get("RF_STATIC_ROOT", DATA_DIR / "static"))


def _words(environ: Mapping[str, str], name: str) -> list[str]:
    return [word.strip() for word in environ.get(name, "").split(",") if word.strip()]


def _are_fernet_keys(keys: list[str]) -> bool:
    try:
        return bool([Fernet(key) for key in keys])
    except ValueError:
        return False


def _create_database_when_missing(where: Mapping[str, str]) -> None:
    server = psycopg.connect(
        host=where["HOST"], port=where["PORT"], user=where["USER"], dbname="postgres", autocommit=True
    )
    with server, suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        if not server.execute("SELECT FROM pg_database WHERE datname = 'rf'").fetchone():
            server.execute("CREATE DATABASE rf")


def _keep(path: Path, secret: str) -> None:
    """Write the file whole or not at all; of two processes at once the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file, suppress(FileExistsError):
        file.write(secret)
        file.flush()
        path.hardlink_to(file.name)
