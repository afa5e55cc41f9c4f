"""Keeps tests on this machine: any other address is refused, whoever asks."""

import ipaddress
import sys
from typing import Any

_LOCAL_NAMES = frozenset({"localhost", ""})


class NetworkForbidden(RuntimeError):
    """A test reached for an address outside this machine."""


def forbid_network() -> None:
    """Refuse look-ups and connections beyond loopback, for the rest of the process."""
    sys.addaudithook(_refuse_strangers)


def _refuse_strangers(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not _is_local(host):
        raise NetworkForbidden(f"Tests stay on this machine, but this one wants {host!r}.")


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
