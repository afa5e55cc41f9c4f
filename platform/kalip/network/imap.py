"""Mail in: reads a folder of an IMAP account and leaves it as it is; what was read is remembered by the reader."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from kalip.network.errors import MessageTooLarge, NetworkError, NetworkRefused
from kalip.network.servers import Server

PORTS: Final = {"imaps": 993, "imap": 143}
TIMEOUT: Final = 30.0
LARGEST_MESSAGE: Final = 50 * 1024 * 1024
INBOX: Final = "INBOX"
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UIDS = re.compile(rb"^[\d ]*$")


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder. A UID names a message for ever, as long as `validity` stays the same."""

    client: imaplib.IMAP4
    validity: int
    largest: int = LARGEST_MESSAGE

    def after(self, uid: int, since: datetime | None = None) -> list[int]:
        """The UIDs above one, in order; with `since` only those that came on its day or later."""
        limit = ("SINCE", _day(since)) if since is not None else ()
        (found,) = self._uid("SEARCH", "UID", f"{uid + 1}:*", *limit)[:1]
        text = found or b""
        if not isinstance(text, bytes) or not _UIDS.match(text):
            raise NetworkError("The mailbox answers what can't be understood.")
        # "5:*" is the last message when none is above: a range has no direction.
        return sorted(each for each in map(int, text.split()) if each > uid)

    def fetch(self, uid: int) -> bytes | None:
        """The bytes of a message, its flags left alone; None when it is gone. MessageTooLarge above `largest` bytes."""
        size = _SIZE.search(_flat(self._uid("FETCH", str(uid), "(RFC822.SIZE)")))
        if size is None:
            return None
        if int(size[1]) > self.largest:
            raise MessageTooLarge("The message has more than {size} bytes.", params={"size": self.largest})
        parts = [part for part in self._uid("FETCH", str(uid), "(BODY.PEEK[])") if isinstance(part, tuple)]
        return parts[0][1] if parts else None

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        status, data = self.client.uid(command, *arguments)
        if status != "OK":
            raise NetworkError("The mailbox says: {reason}", params={"reason": _flat(data).decode(errors="replace")})
        return data


@contextmanager
def open_folder(server: Server, largest: int = LARGEST_MESSAGE) -> Iterator[Folder]:
    """Sign in and open the folder that the address names, INBOX otherwise, for reading only.

    NetworkError when the server can't be reached or breaks off, NetworkRefused when it doesn't let us in.
    """
    try:
        client = _open(server)
    except (OSError, imaplib.IMAP4.error) as error:
        raise NetworkError("The mailbox {host} can't be reached: {reason}", params=_params(server, error)) from error
    try:
        _sign_in(client, server)
        yield _select(client, server.path or INBOX, largest)
    except (OSError, imaplib.IMAP4.error) as error:
        raise NetworkError("The mailbox {host} broke off: {reason}", params=_params(server, error)) from error
    finally:
        try:
            client.logout()
        except (OSError, imaplib.IMAP4.error):
            client.shutdown()


def _open(server: Server) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if server.secure:
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT)
    client = imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT)
    if "STARTTLS" in client.capabilities:
        client.starttls(ssl_context=context)
    elif not server.nearby:
        client.shutdown()
        raise imaplib.IMAP4.error("it offers no encryption, and the password is not sent without")
    return client


def _sign_in(client: imaplib.IMAP4, server: Server) -> None:
    try:
        client.login(_quoted(server.user), server.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise NetworkRefused("The mailbox {host} lets us not in: {reason}", params=_params(server, error)) from error


def _select(client: imaplib.IMAP4, name: str, largest: int) -> Folder:
    status, data = client.select(_quoted(name), readonly=True)
    if status != "OK":
        raise NetworkRefused("There is no mail folder {name}.", params={"name": name})
    (validity,) = client.response("UIDVALIDITY")[1]
    if not isinstance(validity, bytes) or not validity.isdigit():
        raise NetworkError("The mailbox answers what can't be understood.", params={"data": data})
    return Folder(client, int(validity), largest)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _day(moment: datetime) -> str:
    # A day earlier: the server counts days in its own time zone.
    day = moment.date() - timedelta(days=1)
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"


def _flat(data: list[Any]) -> bytes:
    parts = (part if isinstance(part, bytes) else part[0] for part in data if part)
    return b" ".join(parts)


def _params(server: Server, error: Exception) -> dict[str, object]:
    said = error.args[0] if error.args else error
    return {"host": server.host, "reason": said.decode(errors="replace") if isinstance(said, bytes) else said}
