"""Addresses that may be called, and those that may not however they are written."""

import socket
from collections.abc import Sequence

import pytest

from kalip.network import AddressRefused, Guard, NetworkError, may_be_called
from kalip.network.guard import AddressInfo

PUBLIC, INNER = "93.184.215.14", "10.1.2.3"


def answering(*addresses: str, asked: list[str] | None = None) -> Guard:
    """A guard whose names all have these addresses."""

    def resolve(host: str, port: int) -> Sequence[AddressInfo]:
        if asked is not None:
            asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return Guard(frozenset({"inner.example", "ported.example:8080"}), resolve)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f::1", "64:ff9b::808:808"])
def test_public_addresses_may_be_called(address: str) -> None:
    assert may_be_called(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254"),  # noqa: S104
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
        *("fec0::1", "fec0::a00:1", "64:ff9b:1::7f00:1", "::7f00:1", "::ffff:0:7f00:1", "3fff::1", "5f00::1"),
        *("2001:0:4136:e378:8000:63bf:80ff:fffe", "2002:c0a8:101::1", "::ffff:169.254.169.254"),
        *("", "example.com", "127.1"),
    ],
)
def test_addresses_of_the_own_network_may_not(address: str) -> None:
    assert not may_be_called(address)


def test_a_name_that_leads_inside_is_refused() -> None:
    with pytest.raises(AddressRefused, match=r"evil\.example lies on the private address 10\.1\.2\.3"):
        answering(INNER).addresses("evil.example", 443)


@pytest.mark.parametrize("written", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x0a.1", "3232235777"])
def test_an_address_written_as_a_number_is_judged_by_where_it_leads(written: str) -> None:
    def resolve(host: str, port: int) -> Sequence[AddressInfo]:
        # What getaddrinfo of the C library makes of them.
        found = socket.inet_ntoa(socket.inet_aton(host))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    with pytest.raises(AddressRefused):
        Guard(resolve=resolve).addresses(written, 80)


def test_a_name_that_changes_its_address_is_asked_once() -> None:
    answers = iter([PUBLIC, "127.0.0.1"])

    def resolve(host: str, port: int) -> Sequence[AddressInfo]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    found = Guard(resolve=resolve).addresses("rebinding.example", 80)
    assert [info[4][0] for info in found] == [PUBLIC]


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(AddressRefused):
        answering(PUBLIC, INNER).addresses("evil.example", 443)


@pytest.mark.parametrize(("host", "port"), [("inner.example", 443), ("INNER.example.", 80), ("ported.example", 8080)])
def test_hosts_that_the_settings_name_may_lie_inside(host: str, port: int) -> None:
    assert answering(INNER).addresses(host, port)


def test_a_named_port_is_that_port_only() -> None:
    with pytest.raises(AddressRefused):
        answering(INNER).addresses("ported.example", 22)


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(NetworkError, match="has no address") as caught:
        answering().addresses("gone.example", 443)
    assert not isinstance(caught.value, AddressRefused)


def test_a_name_of_this_machine_is_looked_up_before_it_is_judged() -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(AddressRefused):
            Guard().addresses(host, 80)


def test_a_connection_goes_where_the_one_look_up_led() -> None:
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        guard = answering("127.0.0.1", asked=asked)
        with guard.connect("inner.example", port, 5) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
    assert asked == ["inner.example"]
