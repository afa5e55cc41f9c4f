"""A site's settings: `site.toml` in the site folder, overruled by the environment."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kalip.base.errors import ConfigurationError
from kalip.base.names import did_you_mean
from kalip.base.sealing import Sealer
from kalip.runtime.directories import Directory, read_directories
from kalip.runtime.providers import Provider, read_providers

SITE_FILE = "site.toml"
_ENVIRONMENT = {
    "database_url": "KALIP_DATABASE_URL",
    "redis_url": "KALIP_REDIS_URL",
    "files_url": "KALIP_FILES_URL",
    "secret_key": "KALIP_SECRET_KEY",
    "previous_keys": "KALIP_PREVIOUS_KEYS",
    "smtp_url": "KALIP_SMTP_URL",
    "mail_from": "KALIP_MAIL_FROM",
    "mail_reply_to": "KALIP_MAIL_REPLY_TO",
    "mailboxes": "KALIP_MAILBOXES",
    "private_hosts": "KALIP_PRIVATE_HOSTS",
    "public_url": "KALIP_PUBLIC_URL",
}
_SHORTEST_SECRET = 32
_KEYS = ("secret_key", "previous_keys")
SETTING = "setting"
"""What sealed parts of settings are sealed for."""
_SECRETS = "hook_secrets"
_SECRET_PREFIX = "KALIP_HOOK_"
_PROVIDERS = "oidc"
_DIRECTORIES = "directories"
_LEAST = {
    "job_threads": 1,
    "job_lease": 3,
    "job_pause": 0,
    "job_kept": 1,
    "receipt_kept": 0,
    "mail_kept": 0,
    "statement_seconds": 0,
}
_KINDS = {bool: "true or false", int: "a whole number", str: "text"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a site lives and what it connects to.

    `folder` is absolute. `database_url` is an SQLAlchemy URL, `files_url` a folder,
    absolute or from the site's. Without `redis_url` jobs run inside the server. `demo` sites show their
    demo logins on the sign-in page. `proxies` is how many reverse proxies stand before the
    server, whose X-Forwarded headers are believed. `trusted_keys` are public keys, apart by spaces, whose signature
    under a pack is believed; `require_signed` refuses packs without one. `smtp_url` takes the mail that is sent, from
    `mail_from`; `mailboxes` are addresses, apart by spaces, whose mail is read, and answers come to `mail_reply_to`.
    `private_hosts` may be called though they lie on private addresses. `public_url` is where people reach the site.
    Without Redis the server runs jobs in `job_threads` threads of each process, where `jobs_in_server`. A runner that
    gives no sign of life for `job_lease` seconds loses its job; `job_pause` is the first pause, in seconds, after a
    failure; jobs that are done are kept for `job_kept` days, the contents of what came in for `receipt_kept`, mails
    for `mail_kept`: 0 is for ever; `event_kept` says of kinds of events for how many days. `hook_secrets` are the
    secrets of web hooks by name, each of them several apart by spaces while they are changed; KALIP_HOOK_<NAME>
    overrules one. A statement of the server may take `statement_seconds`, 0 any time. `previous_keys` were the secret
    key before, apart by spaces, the latest first: what they sealed and signed is still read. Parts of texts that
    `kalip secrets seal` sealed are open here.
    """

    folder: Path
    database_url: str = field(repr=False)
    files_url: str
    secret_key: str = field(repr=False)
    previous_keys: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    title: str = "Kalip"
    locale: str = "en"
    timezone: str = "UTC"
    demo: bool = False
    proxies: int = 0
    trusted_keys: str = ""
    require_signed: bool = False
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    mail_reply_to: str = ""
    mailboxes: str = field(default="", repr=False)
    private_hosts: str = ""
    public_url: str = ""
    jobs_in_server: bool = True
    job_threads: int = 1
    job_lease: int = 60
    job_pause: int = 5
    job_kept: int = 30
    receipt_kept: int = 365
    mail_kept: int = 0
    event_kept: str = ""
    statement_seconds: int = 30
    hook_secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    oidc: Mapping[str, Provider] = field(default_factory=lambda: MappingProxyType({}))
    directories: Mapping[str, Directory] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def sealer(self) -> Sealer:
        """What seals and opens the site's secrets."""
        return sealer_of(self.secret_key, self.previous_keys)


def read_settings(folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read a site's settings; raises ConfigurationError when there is no site or a setting is wrong."""
    environment = os.environ if environment is None else environment
    folder = folder.absolute()
    written = _read_file(folder / SITE_FILE)
    values = written | {key: environment[name] for key, name in _ENVIRONMENT.items() if environment.get(name)}
    if len(str(values.get("secret_key", ""))) < _SHORTEST_SECRET:
        raise ConfigurationError(
            "the secret key of the site in {folder} is missing or shorter than {length} characters",
            params={"folder": folder, "length": _SHORTEST_SECRET},
            hint="set KALIP_SECRET_KEY, or secret_key in site.toml",
        )
    for name, least in _LEAST.items():
        if int(str(values.get(name, least))) < least:
            raise ConfigurationError("{name} must be {least} or more", params={"name": name, "least": least})
    overruled = {
        name.removeprefix(_SECRET_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(_SECRET_PREFIX) and value
    }
    values[_SECRETS] = written.get(_SECRETS, {}) | overruled
    values = _opened(values)
    values[_SECRETS] = MappingProxyType(values[_SECRETS])
    values[_PROVIDERS] = read_providers(values.get(_PROVIDERS, {}), environment)
    values[_DIRECTORIES] = read_directories(values.get(_DIRECTORIES, {}), environment)
    values.setdefault("database_url", f"sqlite:///{folder / 'site.db'}")
    values["files_url"] = str(folder / _files_folder(str(values.get("files_url", "files"))))
    return Settings(folder=folder, **values)


def sealer_of(secret_key: str, previous_keys: str = "") -> Sealer:
    """What seals by a secret key, and opens by it and by those before it, apart by spaces."""
    return Sealer.of((secret_key, *previous_keys.split()))


def write_settings(folder: Path, *, title: str = "Kalip", locale: str = "en", demo: bool = False) -> None:
    """Make a site folder with a `site.toml` of its own secret, readable by its owner only.

    Raises ConfigurationError when the folder holds a site already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = (
        f"title = {_toml(title)}",
        f"locale = {_toml(locale)}",
        f"demo = {'true' if demo else 'false'}",
        f'secret_key = "{secrets.token_hex(32)}"',
    )
    try:
        handle = os.open(folder / SITE_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(
            "{folder} holds a site already",
            params={"folder": folder},
            hint="choose another folder by --site",
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _opened(values: dict[str, Any]) -> dict[str, Any]:
    sealer = sealer_of(*(str(values.get(name, "")) for name in _KEYS))

    def opened(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: opened(each) for name, each in value.items()}
        return sealer.open_within(value, SETTING) if isinstance(value, str) else value

    return {name: value if name in _KEYS else opened(value) for name, value in values.items()}


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            "there is no site in {folder}",
            params={"folder": path.parent},
            hint="make one by `kalip init`",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("{path} is not valid TOML: {error}", params={"path": path, "error": error}) from None
    known = {name: slot for name, slot in Settings.__annotations__.items() if name != "folder"}
    for name, value in values.items():
        if name not in known:
            raise ConfigurationError(
                "{path}: unknown setting '{name}'",
                params={"path": path, "name": name},
                hint=did_you_mean(name, known) or f"known settings: {', '.join(known)}",
            )
        if name == _SECRETS:
            _check_secrets(path, value)
        elif name not in (_PROVIDERS, _DIRECTORIES) and type(value) is not known[name]:
            raise ConfigurationError(
                "{path}: setting '{name}' must be {kind}",
                params={
                    "path": path,
                    "name": name,
                    "kind": _KINDS[known[name]],
                },
            )
    return values


def _check_secrets(path: Path, value: object) -> None:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ConfigurationError(
            "{path}: setting '{name}' must be a table of texts",
            params={"path": path, "name": _SECRETS},
            hint='write [hook_secrets] with lines as shop = "…"',
        )


def _files_folder(url: str) -> str:
    scheme, sign, rest = url.partition("://")
    if sign and scheme != "file":
        raise ConfigurationError(
            "files can't be kept at {url}",
            params={"url": url},
            hint="name a folder that all processes share",
        )
    return rest if sign else url


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
