import socket
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.network import NetworkRefused


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_connection_to_another_machine_is_refused(host: str) -> None:
    with pytest.raises(NetworkRefused, match=host):
        socket.create_connection((host, 80), timeout=1)


def test_packet_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender, pytest.raises(NetworkRefused):
        sender.sendto(b"x", ("192.0.2.1", 53))


def test_page_of_another_machine_is_refused() -> None:
    with pytest.raises(NetworkRefused):
        urlopen("http://192.0.2.1/", timeout=1)


def test_name_that_nobody_has_is_not_found() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("psa.invalid", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_connection_to_this_machine_is_made(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.create_connection((host, server.getsockname()[1]), timeout=1)
        assert server.accept()[1] == caller.getsockname()
        caller.close()


def test_connection_by_unix_socket_is_made(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as caller:
        server.bind(path)
        server.listen()
        caller.connect(path)
        assert caller.getpeername() == path
