"""Encryption of stored secrets with rotating Fernet keys."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def rotate(token: str) -> str:
    """The same secret under the newest key. Raise cryptography.fernet.InvalidToken when no key fits."""
    return _fernet().rotate(token.encode()).decode()


def decrypt(token: str) -> str:
    """Raise cryptography.fernet.InvalidToken when no key fits."""
    return _fernet().decrypt(token.encode()).decode()
