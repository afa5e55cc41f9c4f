"""The ways from a site to other machines, as its settings name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from types import MappingProxyType

from kalip.base.errors import ConfigurationError
from kalip.network import imap, smtp
from kalip.network.guard import Guard
from kalip.network.http import HttpClient
from kalip.network.servers import Server, read_server
from kalip.network.smtp import Smtp
from kalip.runtime.settings import Settings

_MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class MailboxAccount:
    """A mailbox that is read: `name` says in receipts where a message came from.

    `intake` is the entity whose intake takes the messages; empty for the only one there is. `largest` is in bytes.
    """

    name: str
    server: Server
    intake: str = ""
    largest: int = imap.LARGEST_MESSAGE


@dataclass(frozen=True, slots=True)
class Network:
    """What the site may reach. Without settings: the public web by HTTP, and no mail at all.

    `sender` is whom mails are from; `reply_to` is a mailbox that is read, to which answers on records come;
    `public_url` is where the site itself is reached, without a slash at its end. `secrets` sign messages to other
    systems and prove theirs, by the names that rules call them.
    """

    http: HttpClient = field(default_factory=HttpClient)
    smtp: Smtp | None = None
    mailboxes: tuple[MailboxAccount, ...] = ()
    sender: str = ""
    reply_to: str = ""
    public_url: str = ""
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def make_network(settings: Settings) -> Network:
    """The network of a site; ConfigurationError for an address that isn't one."""
    server = read_server("smtp_url", settings.smtp_url, smtp.PORTS) if settings.smtp_url else None
    for name, address in (("mail_from", settings.mail_from), ("mail_reply_to", settings.mail_reply_to)):
        if address and "@" not in parseaddr(address)[1]:
            raise ConfigurationError(
                "the setting {setting} is no mail address", params={"setting": name}, hint="Sales <sales@example.com>"
            )
    if server is not None and not settings.mail_from:
        raise ConfigurationError(
            "smtp_url is set, but mail_from isn't: nobody would know whom a mail is from",
            hint="set mail_from in site.toml, or KALIP_MAIL_FROM",
        )
    return Network(
        http=HttpClient(Guard(frozenset(settings.private_hosts.lower().split()))),
        smtp=None if server is None else Smtp(server),
        mailboxes=tuple(_mailbox(url) for url in settings.mailboxes.split()),
        sender=settings.mail_from,
        reply_to=settings.mail_reply_to,
        public_url=settings.public_url.rstrip("/"),
        secrets=settings.hook_secrets,
    )


def _mailbox(url: str) -> MailboxAccount:
    server = read_server("mailboxes", url, imap.PORTS)
    folder = "" if server.path in ("", imap.INBOX) else f"/{server.path}"
    name = server.options.get("name") or f"{server.user or 'mail'}@{server.host}{folder}"
    largest = server.options.get("largest", "")
    if largest and not (largest.isascii() and largest.isdecimal() and 0 < len(largest) < _MOST_DIGITS):
        raise ConfigurationError(
            "the mailbox {name} says largest={largest}",
            params={"name": name, "largest": largest[:20]},
            hint="largest=25",
        )
    size = int(largest) * 1024 * 1024 if largest else imap.LARGEST_MESSAGE
    return MailboxAccount(name, server, server.options.get("intake", ""), size)
