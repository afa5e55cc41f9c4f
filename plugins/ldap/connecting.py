"""Opens a connection to an LDAP server: encrypted and checked, or to this machine. All faults are DirectoryFailed."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from ldap3 import NONE, Connection, Server, Tls
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPConstraintViolationResult,
    LDAPException,
    LDAPInappropriateAuthenticationResult,
    LDAPInvalidCredentialsResult,
    LDAPInvalidFilterError,
    LDAPNoSuchObjectResult,
    LDAPOperationResult,
    LDAPUnwillingToPerformResult,
)

from kalip.runtime.plugins import DirectoryFailed
from plugins.ldap.options import Options

_PORTS: Final = {"ldaps": 636, "ldap": 389}
_NEARBY: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CONNECT_SECONDS: Final = 10
# Not every server says of each wrong password what RFC 4513 has: of a shut account or an unusable text it says others.
_REFUSALS: Final = (
    LDAPInvalidCredentialsResult,
    LDAPConstraintViolationResult,
    LDAPInappropriateAuthenticationResult,
    LDAPUnwillingToPerformResult,
)


class AccountRefused(DirectoryFailed):
    """The server was asked, and doesn't let the account in."""


class _Checked(Tls):
    """TLS as Python's own defaults check it: the chain, and the server's name, an address too.

    The library's own check turns that of Python off.
    """

    def __init__(self, ca_file: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cafile=ca_file or None)

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's
        """Encrypt the connection's socket."""
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


@contextmanager
def open_directory(options: Options) -> Iterator[Connection]:
    """A connection that is signed in, closed at the end. DirectoryFailed for whatever goes wrong with it."""
    parts = urlsplit(options.url)
    host = f"{parts.hostname}"
    try:
        connection = _made(options, host, parts.port or _PORTS[parts.scheme], secure=parts.scheme == "ldaps")
    except (OSError, ValueError) as error:
        raise DirectoryFailed(
            "'{url}' or its ca_file can't be used: {reason}", params=_params(options, error)
        ) from error
    try:
        _sign_in(connection, options, host)
        yield connection
    except (LDAPException, OSError) as error:
        raise _told(options, error) from error
    finally:
        _close(connection)


def _made(options: Options, host: str, port: int, *, secure: bool) -> Connection:
    tls = _Checked(options.ca_file)
    server = Server(host, port, use_ssl=secure, tls=tls, get_info=NONE, connect_timeout=_CONNECT_SECONDS)
    return Connection(
        server,
        options.bind_dn or None,
        # The library changes letters of a text ("№" to "No"), and sends bytes as they are, which its types don't know.
        options.password.encode() or None,  # type: ignore[arg-type]
        # Referrals lead to other servers, which would be sent the password.
        auto_referrals=False,
        # Ranges are put together where pages are, so that no answer takes the place of another.
        auto_range=False,
        check_names=False,
        raise_exceptions=True,
        read_only=True,
        receive_timeout=options.timeout,
    )


def _sign_in(connection: Connection, options: Options, host: str) -> None:
    connection.open()
    if not connection.server.ssl:
        try:
            connection.start_tls()
        except LDAPOperationResult as error:
            if host not in _NEARBY:
                message = "{host} offers no encryption, and the password is not sent without."
                raise DirectoryFailed(message, params={"host": host}, hint=_hint(options)) from error
    try:
        is_in = connection.bind()
    except _REFUSALS as error:
        template, hint = "{url} lets '{bind_dn}' not in: {reason}", "look at bind_dn and password"
        raise AccountRefused(template, params=_params(options, error), hint=hint) from error
    if not is_in:
        # The library raises for no referral, no limit of time and some others.
        params = {"url": options.url, "reason": connection.result["description"]}
        raise DirectoryFailed("{url} answers: {reason}", params=params)


def _hint(options: Options) -> str:
    return f"ldaps://{urlsplit(options.url).hostname}"


def _close(connection: Connection) -> None:
    try:
        connection.unbind()
    except (LDAPException, OSError):
        pass
    finally:
        # A connection that was never open keeps its socket.
        if connection.socket is not None:
            connection.socket.close()


def _told(options: Options, error: Exception) -> DirectoryFailed:
    params = _params(options, error)
    if isinstance(error, LDAPInvalidFilterError):
        template, hint = "a filter is wrong: {reason}", "look at filter, disabled_filter and group_filter"
    elif isinstance(error, LDAPNoSuchObjectResult):
        template, hint = "{url} has no such place: {reason}", "look at base and group_base"
    elif isinstance(error, LDAPOperationResult):
        template, hint = "{url} answers: {reason}", ""
    elif isinstance(error, LDAPCommunicationError | OSError):
        template, hint = "{url} can't be reached: {reason}", "look at url and ca_file, and whether the server runs"
    else:
        template, hint = "{url} answers what can't be understood: {reason}", ""
    return DirectoryFailed(template, params=params, hint=hint)


def _params(options: Options, error: Exception) -> dict[str, object]:
    reason = str(error)
    if isinstance(error, LDAPOperationResult):
        reason = " ".join(str(each) for each in (error.description, error.message) if each)
    return {"url": options.url, "bind_dn": options.bind_dn, "reason": reason}
