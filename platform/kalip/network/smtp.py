"""Mail out: one message to one SMTP server, which the site's settings name."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from kalip.network.errors import NetworkError, NetworkRefused
from kalip.network.servers import Server

PORTS: Final = {"smtps": 465, "smtp": 587}
TIMEOUT: Final = 30.0
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes the site's mail."""

    server: Server

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> Mapping[str, str]:
        """Hand a message over; gives the recipients that were refused for good, each with the server's words.

        NetworkError when it may work later, NetworkRefused when the server will never take this message.
        """
        try:
            with self._open(sender) as client:
                refused = client.send_message(message, sender, list(recipients))
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPResponseException as error:
            raise _error(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NetworkError("The mail server can't be used: {reason}", params={"reason": error}) from error
        later = [_words(words) for code, words in refused.values() if code < _PERMANENT]
        if later and len(refused) == len(recipients):
            raise NetworkError("The mail server says: {reason}", params={"reason": later[0]})
        return {address: f"{code} {_words(words)}" for address, (code, words) in refused.items()}

    def _open(self, sender: str) -> smtplib.SMTP:
        server = self.server
        # Without a name the library would look this machine's own up, and wait for an answer.
        name = sender.rpartition("@")[2] or None
        context = ssl.create_default_context()
        client = (
            smtplib.SMTP_SSL(server.host, server.port, name, timeout=TIMEOUT, context=context)
            if server.secure
            else smtplib.SMTP(server.host, server.port, name, timeout=TIMEOUT)
        )
        try:
            _sign_in(client, server, context)
        except BaseException:
            client.close()
            raise
        return client


def _sign_in(client: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    client.ehlo()
    if not server.secure and client.has_extn("starttls"):
        client.starttls(context=context)
        client.ehlo()
    elif server.user and not (server.secure or server.nearby):
        raise NetworkRefused(
            "The mail server {host} offers no encryption, and the password is not sent without.",
            params={"host": server.host},
        )
    if server.user:
        client.login(server.user, server.password)


def _error(code: int, words: bytes | str) -> NetworkError:
    kind = NetworkRefused if code >= _PERMANENT else NetworkError
    return kind("The mail server says: {reason}", params={"reason": f"{code} {_words(words)}"})


def _words(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
