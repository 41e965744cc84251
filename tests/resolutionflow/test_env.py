import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from resolutionflow import env

SAFE = {
    "RF_ENV": "production",
    "SECRET_KEY": "k3y-of-a-length-and-a-variety-that-nobody-guesses-0987654321",
    "RF_ENCRYPTION_KEYS": f"{Fernet.generate_key().decode()},{Fernet.generate_key().decode()}",
    "DATABASE_URL": "postgresql://rf:secret@db.example.com/rf",
    "RF_ALLOWED_HOSTS": "flow.example.com",
    "RF_TRUSTED_ORIGINS": "https://flow.example.com",
}


def start(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with nothing in the environment but this."""
    command = [sys.executable, "manage.py", *arguments]
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=env.BASE_DIR, env=path | environ, capture_output=True, text=True)


def test_unsafe_settings_in_development_has_no_demands() -> None:
    assert env.unsafe_settings({}) == []


def test_unsafe_settings_of_safe_production_is_empty() -> None:
    assert env.unsafe_settings(SAFE) == []


def test_unsafe_settings_of_an_unknown_mode_does_not_fall_back_to_development() -> None:
    assert env.unsafe_settings(SAFE | {"RF_ENV": "prod"}) == ["RF_ENV is 'prod'; it must be development or production."]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "x" * 60),
        ("RF_ENCRYPTION_KEYS", ""),
        ("RF_ENCRYPTION_KEYS", "not-a-key"),
        ("DATABASE_URL", ""),
        ("RF_ALLOWED_HOSTS", " , "),
        ("RF_ALLOWED_HOSTS", "flow.example.com,*"),
        ("RF_TRUSTED_ORIGINS", "http://flow.example.com"),
    ],
)
def test_unsafe_settings_names_the_one_that_is_unsafe(name: str, value: str) -> None:
    (reason,) = env.unsafe_settings(SAFE | {name: value})
    assert reason.startswith(name)


def test_start_of_unsafe_production_lists_every_reason_and_makes_nothing(tmp_path: Path) -> None:
    result = start("check", RF_ENV="production", RF_DATA_DIR=str(tmp_path / "rf"))
    assert result.returncode == 1
    assert result.stderr.count("\n- ") == 4
    assert not (tmp_path / "rf").exists()


def test_check_deploy_of_safe_production_is_clean(tmp_path: Path) -> None:
    result = start("check", "--deploy", "--fail-level", "WARNING", **SAFE, RF_DATA_DIR=str(tmp_path))
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://rf:p%40ss@db:5433/flow?sslmode=require",
            {
                "HOST": "db",
                "PORT": "5433",
                "USER": "rf",
                "PASSWORD": "p@ss",
                "NAME": "flow",
                "OPTIONS": {"sslmode": "require"},
            },
        ),
        (
            "postgres:///flow?host=/run/postgresql",
            {"HOST": "/run/postgresql", "PORT": "", "USER": "", "PASSWORD": "", "NAME": "flow", "OPTIONS": {}},
        ),
    ],
)
def test_external_database_reads_a_url(url: str, expected: dict[str, object]) -> None:
    assert env.external_database(url) == expected


@pytest.mark.parametrize("url", ["mysql://db/flow", "postgresql://db", "postgresql://db/flow?colour=red"])
def test_external_database_of_another_kind_says_how_it_reads(url: str) -> None:
    with pytest.raises(SystemExit, match="It reads postgresql://"):
        env.external_database(url)


def test_pool_options_follow_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RF_DATABASE_POOL", raising=False)
    assert env.pool_options() == {}
    monkeypatch.setenv("RF_DATABASE_POOL", "7")
    assert env.pool_options()["pool"]["max_size"] == 7


def test_kept_secret_is_made_once_and_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "DATA_DIR", tmp_path)
    monkeypatch.delenv("SOME_KEY", raising=False)
    assert env.kept_secret("SOME_KEY", lambda: "first") == "first"
    assert env.kept_secret("SOME_KEY", lambda: "second") == "first"
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_kept_secret_prefers_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "DATA_DIR", tmp_path)
    monkeypatch.setenv("SOME_KEY", "given")
    assert env.kept_secret("SOME_KEY", lambda: "made") == "given"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://mail.example.com:x"])
def test_start_with_a_mail_server_that_is_not_understood_says_so(url: str) -> None:
    (reason,) = env.unsafe_settings({"RF_EMAIL_URL": url, "RF_EMAIL_FROM": "flow@example.com"})
    assert reason.startswith("RF_EMAIL_URL")


def test_start_with_a_mail_server_and_no_sender_says_so() -> None:
    (reason,) = env.unsafe_settings(SAFE | {"RF_EMAIL_URL": "smtp://mail.example.com"})
    assert reason.startswith("RF_EMAIL_FROM")


def test_links_of_production_are_secure() -> None:
    (reason,) = env.unsafe_settings(SAFE | {"RF_SITE_URL": "http://flow.example.com"})
    assert reason.startswith("RF_SITE_URL")


def test_site_url_is_where_people_find_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert env.site_url() == "http://localhost:9000"
    monkeypatch.setenv("RF_SITE_URL", "https://flow.example.com/")
    assert env.site_url() == "https://flow.example.com"


def test_allowed_private_hosts_are_a_list_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RF_ALLOWED_PRIVATE_HOSTS", "PSA.local:8080, rt.local")
    assert env.allowed_private_hosts() == ["psa.local:8080", "rt.local"]
