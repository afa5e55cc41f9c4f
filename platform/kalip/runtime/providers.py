"""Providers of sign-ins (OpenID Connect) as `site.toml` names them: `[oidc.<name>]`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from kalip.base.errors import ConfigurationError
from kalip.base.names import did_you_mean

SECRET_PREFIX: Final = "KALIP_OIDC_"
"""What the variables of the environment begin with that overrule the secret of one provider."""
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_KINDS: Final[Mapping[str, type]] = {
    "title": str,
    "issuer": str,
    "client_id": str,
    "client_secret": str,
    "scopes": str,
    "roles_claim": str,
    "roles": dict,
    "creates": bool,
    "second_factor": bool,
}
_SAID: Final[Mapping[type, str]] = {str: "text", bool: "true or false", dict: "a table of texts"}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of sign-ins. `issuer` is its address as it names itself; without `client_secret` the client is public.

    `roles` are the site's roles by the values of the claim `roles_claim`: those that are named here come and go with
    it. `creates` makes users of strangers, `second_factor` says that the provider asks for one.
    """

    name: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid email profile"
    roles_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    creates: bool = False
    second_factor: bool = False


def read_providers(written: object, environment: Mapping[str, str]) -> Mapping[str, Provider]:
    """The providers by name, in the order of the file. ConfigurationError names what is wrong, and where."""
    if not isinstance(written, dict) or not all(isinstance(each, dict) for each in written.values()):
        raise ConfigurationError("the setting oidc must be tables", hint='write [oidc.work] with issuer = "https://…"')
    return MappingProxyType({name: _provider(name, values, environment) for name, values in written.items()})


def _provider(name: str, written: Mapping[str, Any], environment: Mapping[str, str]) -> Provider:
    for key, value in written.items():
        if key not in _KINDS:
            hint = did_you_mean(key, _KINDS) or f"known: {', '.join(_KINDS)}"
            raise _wrong(name, "there is no '{key}'", hint, key=key)
        texts = not isinstance(value, dict) or all(isinstance(one, str) for one in value.values())
        if type(value) is not _KINDS[key] or not texts:
            raise _wrong(name, "'{key}' must be {kind}", key=key, kind=_SAID[_KINDS[key]])
    if not name.isascii() or not name.replace("_", "").replace("-", "").isalnum():
        raise _wrong(name, "its name is part of addresses: letters, digits, '-' and '_' only")
    values = {**written, "roles": MappingProxyType(dict(written.get("roles", {})))}
    if secret := environment.get(SECRET_PREFIX + name.upper().replace("-", "_")):
        values["client_secret"] = secret
    for key in ("issuer", "client_id"):
        if not values.get(key):
            raise _wrong(name, "'{key}' is missing", key=key)
    _check_issuer(name, str(values["issuer"]))
    if "openid" not in str(values.get("scopes", "openid")).split():
        raise _wrong(name, "'scopes' must hold openid")
    values.setdefault("title", name)
    return Provider(name=name, **values)


def _check_issuer(name: str, issuer: str) -> None:
    parts = urlsplit(issuer)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not secure or not parts.hostname or parts.query or parts.fragment:
        raise _wrong(name, "'issuer' must be an address that begins with https://")


def _wrong(provider: str, template: str, hint: str = "", **params: object) -> ConfigurationError:
    return ConfigurationError(f"[oidc.{provider}]: {template}", hint=hint, params=params)
