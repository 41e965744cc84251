from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from apps.core.crypto import decrypt, encrypt


@given(st.text())
def test_decrypt_returns_what_was_encrypted(text: str) -> None:
    assert decrypt(encrypt(text)) == text


def test_encrypt_hides_the_text_and_differs_each_time() -> None:
    assert "wintergreen" not in encrypt("wintergreen")
    assert encrypt("wintergreen") != encrypt("wintergreen")


def test_rotation_reads_old_tokens_and_writes_with_the_new_key(settings: Any) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    settings.ENCRYPTION_KEYS = [old]
    token = encrypt("wintergreen")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(token) == "wintergreen"
    fresh = encrypt("wintergreen")
    settings.ENCRYPTION_KEYS = [new]
    assert decrypt(fresh) == "wintergreen"
    with pytest.raises(InvalidToken):
        decrypt(token)


def test_decrypt_of_a_changed_token_is_refused() -> None:
    token = encrypt("wintergreen")
    with pytest.raises(InvalidToken):
        decrypt(token[:-4] + "AAA=")
