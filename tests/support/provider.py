"""A real provider of sign-ins (OpenID Connect) on this machine: it signs tokens, checks codes and verifiers."""

import base64
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.types import StartResponse

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Request, Response

from tests.support.live import live_server

CLIENT, SECRET = "kalip", "the client's secret"


@dataclass
class FakePerson:
    """Somebody at the provider, with claims beside the subject."""

    subject: str
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class LocalProvider:
    """The provider. `who` signs in there next; `spoil` changes an id token before it is signed, as a liar would."""

    issuer: str = ""
    who: FakePerson = field(default_factory=lambda: FakePerson("s1"))
    spoil: Mapping[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    signing: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def sign_in(self, address: str) -> str:
        """What the provider does with a browser that was led there: the address that it is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["client_id"] == CLIENT
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        code = token_urlsafe(16)
        self.codes[code] = query
        self.asked.append(query)
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def serve(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer a call, as a WSGI application."""
        return self._answer(Request(environ))(environ, start)

    def _answer(self, request: Request) -> Response:
        if request.path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo")
            about = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in names}
            return _json({**about, "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"})
        if request.path == "/keys":
            return _json({"keys": [self.key.as_dict(private=False)]})
        if request.path == "/token":
            return self._token(request)
        if request.path == "/userinfo" and request.headers.get("Authorization") == "Bearer access":
            return _json({"sub": self.who.subject, **self.who.claims})
        return Response(status=404)

    def _token(self, request: Request) -> Response:
        sent = request.form
        known = self.codes.pop(sent.get("code", ""), None)
        basic = request.authorization
        authenticated = basic is not None and (basic.username, basic.password) == (CLIENT, SECRET)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if known is None or not authenticated or challenge != known["code_challenge"]:
            return _json({"error": "invalid_grant"}, 400)
        if sent["redirect_uri"] != known["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.who.subject, "aud": CLIENT, "iat": now, "exp": now + 60}
        claims |= {"nonce": known["nonce"], **self.spoil}
        signing = self.signing or self.key
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, signing)
        return _json({"access_token": "access", "token_type": "Bearer", "id_token": token})


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    """Run a provider for the block."""
    provider = LocalProvider()
    with live_server(provider.serve) as address:
        provider.issuer = address
        yield provider


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
