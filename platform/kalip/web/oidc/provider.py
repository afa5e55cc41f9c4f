"""What is said to a provider of sign-ins (OpenID Connect, code flow with PKCE), and whether its answers are true.

All calls go by the site's guarded client, so a provider on a private address must be named in `private_hosts`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kalip.base.errors import KalipError
from kalip.network import HttpClient, HttpRequest, NetworkError
from kalip.runtime.providers import Provider

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""How a provider may sign. Never by the secret it shares with the site, never not at all."""
_LEEWAY: Final = 120  # seconds by which clocks may differ
_KEPT: Final = 3600.0  # seconds for which what a provider says of itself is believed
_KEYS_KEPT: Final = 60.0  # seconds after which keys are asked for again when one is unknown
_LATE: Final = 15.0
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
Json = Mapping[str, Any]


class ProviderFault(KalipError):
    """A provider can't be reached, or says what can't be believed."""

    code = "N120"


@dataclass(frozen=True, slots=True)
class Asked:
    """What went to the provider with a person, and must come back: the nonce in its token, the verifier in ours."""

    nonce: str
    verifier: str
    redirect: str


@dataclass(slots=True)
class Client:
    """A provider as this process knows it. What it says of itself is kept for an hour."""

    provider: Provider
    http: HttpClient
    _about: Json = field(default_factory=dict, repr=False)
    _about_at: float = 0.0
    _keys: Any = field(default=None, repr=False)
    _keys_at: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def address(self, state: str, asked: Asked) -> str:
        """Where the browser goes to sign in. ProviderFault when the provider can't be reached."""
        about = self._discovered()
        address, _ = self._oauth(asked).create_authorization_url(
            str(about["authorization_endpoint"]), state=state, code_verifier=asked.verifier, nonce=asked.nonce
        )
        return str(address)

    def claims(self, code: str, asked: Asked, now: datetime) -> Json:
        """Who came, by the code that the browser brought back; its id token is checked, and its profile added.

        ProviderFault when the code is worth nothing, or the token isn't true, isn't for us, or isn't what was asked.
        """
        about = self._discovered()
        try:
            token = self._oauth(asked).fetch_token(
                str(about["token_endpoint"]),
                grant_type="authorization_code",
                code=code,
                redirect_uri=asked.redirect,
                code_verifier=asked.verifier,
            )
            claims = self._believed(token, asked, now)
        except (OAuth2Error, JoseError, ValueError, KeyError, TypeError) as error:
            raise self._fault("what {provider} answers can't be believed: {reason}", error) from error
        return self._with_profile(about, claims, str(token["access_token"]))

    def _believed(self, token: Json, asked: Asked, now: datetime) -> dict[str, Any]:
        decoded = self._decoded(str(token["id_token"]))
        provider = self.provider
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            {"nonce": asked.nonce, "client_id": provider.client_id, "access_token": token["access_token"]},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        return dict(claims)

    def _decoded(self, text: str) -> Any:
        try:
            return jwt.decode(text, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_at < _KEYS_KEPT:
                raise
            # The provider may have new keys.
            return jwt.decode(text, self._key_set(fresh=True), algorithms=ALGORITHMS)

    def _with_profile(self, about: Json, claims: dict[str, Any], access: str) -> Json:
        """The claims with those of the profile, where the token alone doesn't say enough."""
        address = about.get("userinfo_endpoint")
        if not isinstance(address, str) or {"email", "email_verified"} <= claims.keys():
            return claims
        profile = self._read(address, {"Authorization": f"Bearer {access}"})
        if profile.get("sub") != claims["sub"]:
            raise self._fault("what {provider} answers can't be believed: {reason}", "the profile is of somebody else")
        return {**profile, **claims}

    def _discovered(self) -> Json:
        with self._lock:
            if not self._about or time.monotonic() - self._about_at > _KEPT:
                found = self._read(self.provider.issuer.rstrip("/") + _WELL_KNOWN)
                if found.get("issuer") != self.provider.issuer:
                    raise self._fault("{provider} says that it is {reason}", found.get("issuer"))
                if missing := [name for name in _NEEDED if not isinstance(found.get(name), str)]:
                    raise self._fault("{provider} doesn't say its {reason}", ", ".join(missing))
                self._about, self._about_at = found, time.monotonic()
            return self._about

    def _key_set(self, *, fresh: bool = False) -> Any:
        address = str(self._discovered()["jwks_uri"])
        with self._lock:
            if fresh or self._keys is None or time.monotonic() - self._keys_at > _KEPT:
                try:
                    self._keys = KeySet.import_key_set({"keys": list(self._read(address).get("keys", ()))})
                except (JoseError, ValueError, TypeError) as error:
                    raise self._fault("the keys of {provider} can't be used: {reason}", error) from error
                self._keys_at = time.monotonic()
            return self._keys

    def _read(self, address: str, headers: Json | None = None) -> Json:
        request = HttpRequest(
            "GET", address, {"Accept": "application/json", **(headers or {})}, timeout=_LATE, redirects=0
        )
        try:
            answer = self.http.send(request)
            found = orjson.loads(answer.body) if answer.ok else None
        except (NetworkError, ValueError) as error:
            raise self._fault("{provider} can't be reached: {reason}", error) from error
        if not isinstance(found, dict):
            raise self._fault("{provider} can't be reached: {reason}", f"{address} answers {answer.status}")
        return found

    def _oauth(self, asked: Asked) -> OAuth2Client:
        return OAuth2Client(
            _Calls(self.http),
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret or None,
            scope=self.provider.scopes,
            redirect_uri=asked.redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.provider.client_secret else "none",
        )

    def _fault(self, template: str, reason: object) -> ProviderFault:
        said = reason.message if isinstance(reason, KalipError) else str(reason)
        return ProviderFault(template, params={"provider": self.provider.title, "reason": said[:300]})


class _Calls:
    """The part of a session of `requests` that Authlib uses, over the guarded client."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> "_Answer":
        """Post a form, authenticated as the client. OAuth2Error when nothing comes back."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        try:
            answer = self._http.send(HttpRequest("POST", url, headers, body.encode(), timeout=_LATE, redirects=0))
        except NetworkError as error:
            raise OAuth2Error("unreachable", error.message) from error
        return _Answer(answer.status, answer.body)


@dataclass(frozen=True, slots=True)
class _Answer:
    status_code: int
    body: bytes

    def json(self) -> Any:
        """The body."""
        return orjson.loads(self.body)

    def raise_for_status(self) -> None:
        """Raise OAuth2Error unless the call went well."""
        if self.status_code >= 400:
            raise OAuth2Error("refused", f"the answer is {self.status_code}")
