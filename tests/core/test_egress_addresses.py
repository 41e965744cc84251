"""Where a call may go. No socket is opened here."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.egress.addresses import find_route, look_up, may_be_called
from apps.core.egress.deadline import Deadline
from apps.core.outbox import Failed, Later

PUBLIC = "93.184.216.34"
INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "100.64.0.1", "169.254.169.254", "169.254.0.7"),
    *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.0.0.192"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"),
]
LISTED = ["127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "100.64.0.1", "::1", "fc00::1"]
V4 = st.ip_addresses(v=4)
ACROSS = [ip_network(text) for text in ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")]


def route(url: str, *addresses: str, listed: tuple[str, ...] = ()) -> object:
    return find_route(url, listed, lambda host, port: list(addresses or [PUBLIC]), Deadline.after(5))


@pytest.mark.parametrize("address", INSIDE)
def test_address_on_our_side_is_refused(address: str) -> None:
    assert not may_be_called(ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700::1111"])
def test_public_address_is_allowed(address: str) -> None:
    assert may_be_called(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_listing_opens_private_addresses_and_nothing_else(address: str) -> None:
    assert may_be_called(ip_address(address), is_listed=True) is (address in LISTED)


@given(V4)
def test_ipv4_inside_ipv6_is_never_a_way_in(address: IPv4Address) -> None:
    number = int(address)
    forms = [number, 0xFFFF << 32 | number, 0x64_FF9B << 96 | number, 0x2002 << 112 | number << 80]
    assert not any(may_be_called(IPv6Address(form), is_listed=False) for form in forms)


@given(st.sampled_from(ACROSS).flatmap(lambda network: st.ip_addresses(network=network)))
def test_no_address_of_a_network_on_our_side_is_allowed(address: IPv4Address) -> None:
    assert not may_be_called(address)


def test_route_keeps_the_addresses_that_were_checked() -> None:
    found = find_route("https://a.example/x?y=1#z", (), lambda host, port: [PUBLIC, PUBLIC], Deadline.after(5))
    assert (found.scheme, found.host, found.port) == ("https", "a.example", 443)
    assert found.addresses == (ip_address(PUBLIC),)


def test_route_of_a_webhook_hides_its_path() -> None:
    assert "s3cr3t" not in repr(route("https://a.example/s3cr3t"))


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [PUBLIC, "127.0.0.1"], ["::ffff:10.0.0.1"]])
def test_route_to_a_name_that_leads_inside_fails(addresses: list[str]) -> None:
    with pytest.raises(Failed, match="private address"):
        route("https://a.example/", *addresses)


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.example/x", "ftp://a.example/", "file:///etc/passwd", "https:///x", "https://", "//a.example"),
        *("https://me:pw@a.example/", "https://a.example@127.0.0.1/", "https://a.example\\@127.0.0.1/"),
        *("https://a.example/a b", "https://a.example/\r\nX: y", "https://a.example:port/", "https://[::1/"),
        *("https://a.example:99999/", "https://a%2eexample/", "https://ä.example/", "https://[fe80::1%25eth0]/"),
    ],
)
def test_route_of_a_url_that_can_be_read_twice_fails(url: str) -> None:
    with pytest.raises(Failed) as failure:
        route(url)
    assert "pw" not in str(failure.value)


def test_route_without_tls_fails() -> None:
    with pytest.raises(Failed, match="https"):
        route("http://a.example/")


@pytest.mark.parametrize("listed", ["psa.local", "psa.local:8080"])
def test_route_to_a_listed_host_may_be_private_and_plain(listed: str) -> None:
    assert route("http://PSA.local:8080/", "10.0.0.1", listed=(listed,))


@pytest.mark.parametrize("url", ["http://psa.local:81/", "https://psa.local/", "https://x.psa.local:8080/"])
def test_listing_one_port_opens_no_other(url: str) -> None:
    with pytest.raises(Failed):
        route(url, "10.0.0.1", listed=("psa.local:8080",))


def test_route_to_a_name_that_nobody_knows_comes_later() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(Later, match=r"a\.example was not found"):
        find_route("https://a.example/", (), unknown, Deadline.after(5))


def test_resolver_that_hangs_is_left_at_the_deadline() -> None:
    end = Event()

    def hanging(host: str, port: int) -> list[str]:
        end.wait(30)
        return [PUBLIC]

    with pytest.raises(Later):
        find_route("https://a.example/", (), hanging, Deadline.after(0.05))
    end.set()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_refused_by_its_name_too(host: str) -> None:
    with pytest.raises(Failed, match="private address"):
        find_route(f"https://{host}/", (), look_up, Deadline.after(5))
