import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.core.egress.deadline import tls
from tests.fakes.certificate import certificate


@pytest.fixture
def secure_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """TLS for the name "hooks.test", which the system's authorities vouch for."""
    path = certificate(tmp_path, "hooks.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    yield context
    tls.cache_clear()
