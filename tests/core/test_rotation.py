from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from apps.core.crypto import decrypt, encrypt
from apps.core.rotation import encrypted_fields
from apps.psa.line import open_credentials, seal_credentials
from apps.teams.models import User
from tests.factories.channels import TeamChannelFactory
from tests.factories.psa import ConnectionFactory
from tests.factories.sessions import FlowSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def use_keys(settings: Any) -> Callable[..., None]:
    def use(*keys: str) -> None:
        settings.ENCRYPTION_KEYS = list(keys)

    return use


@pytest.fixture
def keys() -> tuple[str, str]:
    """The new one and the old one."""
    return Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_every_kind_of_stored_secret_is_known() -> None:
    assert sorted((model._meta.label, name) for model, name in encrypted_fields()) == [
        ("flow_sessions.FlowSession", "secrets"),
        ("notifications.TeamChannel", "webhook"),
        ("psa.Connection", "credentials"),
    ]


def test_all_secrets_are_read_without_the_old_key_afterwards(
    engineer: User, use_keys: Callable[..., None], keys: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    new, old = keys
    use_keys(old)
    team = engineer.team
    connection = ConnectionFactory(team=team, credentials=seal_credentials({"password": "wintergreen"}))
    channel = TeamChannelFactory(team=team, owner=engineer, webhook=encrypt("https://chat.example/T1"))
    session = FlowSessionFactory(team=team, owner=engineer, secrets={"pin": encrypt("4711"), "code": encrypt("12")})
    FlowSessionFactory(team=team, owner=engineer)
    use_keys(new, old)
    call_command("encrypt_anew")
    assert "3 rows" in capsys.readouterr().out
    use_keys(new)
    for row in (connection, channel, session):
        row.refresh_from_db()
    assert open_credentials(connection.credentials) == {"password": "wintergreen"}
    assert decrypt(channel.webhook) == "https://chat.example/T1"
    assert {name: decrypt(token) for name, token in session.secrets.items()} == {"pin": "4711", "code": "12"}


def test_what_no_key_fits_is_named_and_left_as_it_is(
    engineer: User, use_keys: Callable[..., None], keys: tuple[str, str]
) -> None:
    new, old = keys
    use_keys(old)
    lost = ConnectionFactory(team=engineer.team, credentials=seal_credentials({"password": "wintergreen"}))
    use_keys(new)
    kept = FlowSessionFactory(team=engineer.team, owner=engineer, secrets={"pin": encrypt("4711")})
    with pytest.raises(CommandError, match=f"connection: {lost.pk}"):
        call_command("encrypt_anew")
    kept.refresh_from_db()
    assert decrypt(kept.secrets["pin"]) == "4711"
    use_keys(old)
    lost.refresh_from_db()
    assert open_credentials(lost.credentials) == {"password": "wintergreen"}
