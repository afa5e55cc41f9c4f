"""Calls to other servers by HTTP: guarded addresses, redirects checked anew, sizes and times limited.

Proxies of the environment aren't used: they would look names up themselves, and the guard would guard nothing.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from kalip.network.errors import AddressRefused, NetworkError
from kalip.network.guard import Guard

TIMEOUT: Final = 10.0
LARGEST_ANSWER: Final = 1024 * 1024
MOST_REDIRECTS: Final = 3
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_PIECE = 16 * 1024
# Only the host for which they were written may see them.
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call. `timeout` is for all of it, redirects included; `redirects` is how many are followed."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = TIMEOUT
    redirects: int = MOST_REDIRECTS
    largest: int = LARGEST_ANSWER


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, of whatever status. `url` is who answered in the end; header names are in lower case.

    `cut` is true when the body was longer than the request wanted to read; `body` is its beginning.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    cut: bool = False

    @property
    def ok(self) -> bool:
        """Whether the other side accepted."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class HttpClient:
    """Makes calls that the guard allows."""

    guard: Guard = field(default_factory=Guard)

    def send(self, request: HttpRequest) -> HttpAnswer:
        """Make a call and read its answer; any status is an answer.

        Raises AddressRefused for an address that may not be called or isn't one, NetworkError when nothing
        comes back in time.
        """
        deadline = time.monotonic() + request.timeout
        method, url, headers, body = request.method.upper(), request.url, dict(request.headers), request.body
        for _ in range(request.redirects + 1):
            parts = _checked(url)
            answer = self._exchange(parts, (method, headers, body), deadline, request)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or target is None or not request.redirects:
                return answer
            url = urljoin(url, target)
            if parts.scheme == "https" and urlsplit(url).scheme != "https":
                raise AddressRefused("{url} leads from https to http", params={"url": _shown(parts)})
            if answer.status not in (307, 308) and method not in ("GET", "HEAD"):
                method, body = "GET", b""
            if urlsplit(url).netloc != parts.netloc:
                headers = {name: value for name, value in headers.items() if name.lower() not in _SECRETS}
        raise NetworkError("{url} leads on and on", params={"url": request.url.partition("?")[0]})

    def _exchange(
        self, parts: SplitResult, call: tuple[str, dict[str, str], bytes], deadline: float, request: HttpRequest
    ) -> HttpAnswer:
        host, port = _place(parts)
        method, headers, body = call
        left = deadline - time.monotonic()
        if left <= 0:
            raise _late(parts)
        connection = self.guard.connect(host, port, left)
        # A server that sends a byte now and then never runs into a socket's own timeout.
        watch = threading.Timer(max(0.001, deadline - time.monotonic()), _cut, [connection])
        watch.daemon = True
        watch.start()
        talking = _Pinned(host, port, connection, secure=parts.scheme == "https")
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            talking.request(method, path, body=body or None, headers=headers)
            with talking.getresponse() as response:
                read, cut = _read(response, request.largest)
                found = {name.lower(): value for name, value in response.getheaders()}
                answer = HttpAnswer(response.status, found, read, parts.geturl(), cut)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= deadline:
                raise _late(parts) from error
            raise NetworkError(
                "{url} broke off: {reason}", params={"url": _shown(parts), "reason": str(error) or type(error).__name__}
            ) from error
        finally:
            watch.cancel()
            talking.close()
        if time.monotonic() >= deadline:
            # A body without a length ends where the watch cut it: that is no answer.
            raise _late(parts)
        return answer


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was asked for."""

    def __init__(self, host: str, port: int, connection: socket.socket, *, secure: bool) -> None:
        super().__init__(host, port)
        self.default_port = _PORTS["https" if secure else "http"]
        self._connected = connection
        self._secure = secure

    def connect(self) -> None:
        """Use the connection that is there, encrypted for https."""
        self.sock = self._connected
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self._connected, server_hostname=self.host)

    def close(self) -> None:
        super().close()
        self._connected.close()


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("'{url}' is no address", params={"url": url[:200]}) from None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise AddressRefused("'{url}' is no address of http or https", params={"url": url[:200]})
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("the address of {host} holds a name or a password", params={"host": parts.hostname})
    if not url.isascii() or any(each <= " " for each in parts.path + parts.query):
        raise AddressRefused("'{url}' holds signs that must be encoded", params={"url": url[:200]})
    return parts


def _place(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _read(response: http.client.HTTPResponse, largest: int) -> tuple[bytes, bool]:
    pieces, size = [], 0
    while size <= largest:
        piece = response.read1(_PIECE)
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)[:largest], size > largest


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


def _shown(parts: SplitResult) -> str:
    # Queries of web hooks often are secrets.
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


def _late(parts: SplitResult) -> NetworkError:
    return NetworkError("{url} took too long", params={"url": _shown(parts)})
