"""Addresses of mail servers in the site's settings: `smtps://user:password@host:port`, parts percent-encoded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from kalip.base.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to sign in. `secure` is encrypted from the first byte; without it STARTTLS is used."""

    host: str
    port: int
    secure: bool
    user: str = ""
    password: str = field(default="", repr=False)
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def nearby(self) -> bool:
        """Whether it is this machine, to which a password may go unencrypted."""
        return self.host in ("localhost", "127.0.0.1", "::1")


def read_server(setting: str, url: str, ports: Mapping[str, int]) -> Server:
    """Read an address of one of the schemes in `ports`; ConfigurationError never shows it: it holds a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong(setting, ports) from None
    if parts.scheme not in ports or not parts.hostname:
        raise _wrong(setting, ports)
    return Server(
        host=parts.hostname,
        port=port or ports[parts.scheme],
        secure=parts.scheme.endswith("s"),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        path=unquote(parts.path.lstrip("/")),
        options=dict(parse_qsl(parts.query)),
    )


def _wrong(setting: str, ports: Mapping[str, int]) -> ConfigurationError:
    return ConfigurationError(
        "the setting {setting} is no address of a mail server",
        params={"setting": setting},
        hint=f"write {next(iter(ports))}://user:password@host:port, signs such as @ in the password percent-encoded",
    )
