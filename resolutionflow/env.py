"""Reads the environment once; everything the operator may set stands here."""

import atexit
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from apps.core.postgres import EmbeddedPostgres

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("RF_DATA_DIR", BASE_DIR / ".rf"))
PRODUCTION = os.environ.get("RF_ENV") == "production"


def embedded_database() -> dict[str, Any]:
    """Start or join the embedded server and return Django's settings for it."""
    server = EmbeddedPostgres(DATA_DIR)
    server.acquire()
    atexit.register(server.release)
    return {"HOST": str(server.socket_dir), "PORT": str(server.port), "USER": server.user, "NAME": "rf"}


def database() -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0, **embedded_database()}


def kept_secret(name: str, make: Any) -> str:
    """Return the secret from the environment, or one kept beside the data (0600), made on first use."""
    if value := os.environ.get(name):
        return value
    path = DATA_DIR / name.lower()
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def secret_key() -> str:
    return kept_secret("SECRET_KEY", lambda: secrets.token_urlsafe(50))


def encryption_keys() -> list[str]:
    """Fernet keys, newest first: the first encrypts, all decrypt."""
    return kept_secret("RF_ENCRYPTION_KEYS", lambda: Fernet.generate_key().decode()).split(",")


def allowed_hosts() -> list[str]:
    return os.environ.get("RF_ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")


def trusted_origins() -> list[str]:
    return [origin for origin in os.environ.get("RF_TRUSTED_ORIGINS", "").split(",") if origin]


def static_root() -> Path:
    return Path(os.environ.get("RF_STATIC_ROOT", DATA_DIR / "static"))
