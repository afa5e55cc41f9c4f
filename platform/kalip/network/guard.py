"""Which addresses this site may call: never its own network, unless the site's settings name the host.

Names are looked up once, every address found is checked, and the connection goes to one of those: a name that
answers differently a moment later changes nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kalip.network.errors import AddressRefused, NetworkError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[Any, ...]
Resolve = Callable[[str, int], Sequence[AddressInfo]]

# Addresses that carry an IPv4 address inside: what counts is where the packet arrives.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# All that IANA has given out of IPv6: what lies elsewhere (site-local fec0::/10, say) is somebody's own network.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
_EXAMPLES = ipaddress.ip_network("3fff::/20")


def look_up(host: str, port: int) -> Sequence[AddressInfo]:
    """All addresses of a host, as `socket.getaddrinfo` gives them."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides what may be called. `allowed` are hosts, or `host:port`, that may lie on private addresses."""

    allowed: frozenset[str] = frozenset()
    resolve: Resolve = look_up

    def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open a connection to a host that may be called. Raises AddressRefused, or NetworkError when none answers."""
        found = self.addresses(host, port)
        reason: OSError | None = None
        for family, kind, protocol, _, address in found:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(timeout)
                connection.connect(address)
            except OSError as error:
                connection.close()
                reason = error
            else:
                return connection
        raise NetworkError(
            "{host}:{port} can't be reached: {reason}", params={"host": host, "port": port, "reason": reason}
        ) from reason

    def addresses(self, host: str, port: int) -> Sequence[AddressInfo]:
        """Look a host up once. AddressRefused when any of its addresses is one that may not be called."""
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NetworkError(
                "the name {host} can't be looked up: {reason}", params={"host": host, "reason": error}
            ) from error
        if not self._is_named(host, port):
            for info in found:
                if not may_be_called(str(info[4][0])):
                    raise AddressRefused(
                        "{host} lies on the private address {address}",
                        hint="name the host in the setting private_hosts if it is meant to be called",
                        params={"host": host, "address": info[4][0]},
                    )
        if not found:
            raise NetworkError("the name {host} has no address", params={"host": host})
        return found

    def _is_named(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        return name in self.allowed or f"{name}:{port}" in self.allowed


def may_be_called(text: str) -> bool:
    """Whether an address lies in the public internet: not private, loopback, link-local, multicast or reserved."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each) for each in (address, *_inside(address)))


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _TRANSLATED:
        given_out = address in _GIVEN_OUT and address not in _EXAMPLES
        return given_out and address.is_global and not address.is_private
    barred = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved and address not in _TRANSLATED,
        address.is_unspecified,
    )
    return not any(barred) and (address.is_global or address in _TRANSLATED)


def _inside(address: Address) -> tuple[Address, ...]:
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    carried: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(each for each in carried if each is not None)
