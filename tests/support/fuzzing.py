"""Requests that nobody sane sends: any route with paths, queries, headers, cookies and bodies that may break things."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from werkzeug.routing import AnyConverter, Rule

from tests.support.house import House

NASTY: Final = (
    *("", " ", "0", "-1", "9" * 400, "1e999", "NaN", "null", "true", "[]", "{}", "\0", "\r\n", "\u202e", "\ud7ff", "²"),
    *("' OR '1'='1", '" || true || "', "x%' --", "../../../etc/passwd", "..%2f..%2f", "%00", "{{7*7}}", "${7*7}"),
    *("<script>alert(1)</script>", "=1+1", "owner == actor.id", "true", "id != ''", "!" * 60 + "true", "(" * 300),
    *("name.name.name", "company.name", "-name,note", "2026-13-45", "9999-12-31T23:59:59Z", "*", "x" * 3000, "ı" * 50),
    *("size(name) > 0 || true", "[1,2,3].all(a, [1,2].all(b, a + b > 0))", "*/*", "gzip", "bytes=0-", "\U0010ffff"),
)
QUERIES: Final = (
    "filter", "sort", "fields", "columns", "view", "cursor", "limit", "count", "archived", "q", "entities", "stage",
    "skip", "id", "ids", "user", "entity", "record_id", "before", "state", "rule", "history", "dry_run", "template",
    "answers", "path", "operator", "value", "next", "lang", "tab", "role", "exact", "from", "to", "day", "name",
)  # fmt: skip
HEADERS: Final = (
    "Accept", "Accept-Language", "Accept-Encoding", "If-Match", "If-None-Match", "Range", "Content-Type", "Referer",
    "HX-Request", "HX-Target", "HX-Current-URL", "Idempotency-Key", "X-Forwarded-For", "X-Forwarded-Host",
    "X-CSRFToken", "Origin", "Host", "User-Agent", "webhook-id", "webhook-timestamp", "webhook-signature",
    "X-HTTP-Method-Override",
)  # fmt: skip
KEYS: Final = (
    "name", "note", "email", "amount", "company", "owner", "id", "ids", "stage", "version", "created_at", "archived_at",
    "title", "text", "to", "subject", "body", "user", "role", "roles", "survivor", "others", "take", "operations",
    "outcome", "comment", "locale", "timezone", "password", "csrf_token", "_version", "values", "filter", "targets",
)  # fmt: skip
GARBAGE: Final = (b"", b"\0", b"{", b'{"a":1,"a":2}', b"[" * 2000, b"\xff\xfe", b'"x"', b"1e400")
COOKIES: Final = ("kalip_session", "session", "kalip_theme", "kalip_locale", "x")
_METHODS: Final = ("GET", "GET", "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")


@dataclass
class Fuzzer:
    """Draws requests. `known` are ids and names that are somebody's: those that a curious person would try."""

    chance: random.Random
    rules: Sequence[Rule]
    known: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict)

    def request(self, house: House) -> tuple[str, str, dict[str, Any]]:
        """A method, an address, and what is sent."""
        chance = self.chance
        rule = chance.choice(self.rules)
        allowed = sorted((rule.methods or {"GET"}) - {"OPTIONS", "HEAD"})
        method = chance.choice(allowed) if chance.random() < 0.9 else chance.choice(_METHODS)
        values = {name: self._part(name, rule) for name in rule.arguments}
        path = house.site.app.url_map.bind("localhost").build(rule.endpoint, values, method=allowed[0])
        if chance.random() < 0.03:
            path += chance.choice(("/", "//", "/..", ";x", "%2e%2e", "/\u202e"))
        given: dict[str, Any] = {"query_string": self._some(QUERIES, 4), "headers": self._headers(), "buffered": True}
        if method not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            given |= self._body()
        return method, path, given

    def cookies(self) -> Mapping[str, str]:
        """Cookies that a browser of somebody else could send."""
        sent = [name for name in COOKIES if self.chance.random() < 0.2]
        return {name: self.chance.choice(NASTY).replace("\0", "")[:200] for name in sent}

    def _part(self, name: str, rule: Rule) -> str:
        converter = rule._converters.get(name)
        if isinstance(converter, AnyConverter):
            return self.chance.choice(sorted(converter.items))
        if name in self.names and self.chance.random() < 0.8:
            return self.names[name]
        drawn = self.chance.choice(self.known if self.chance.random() < 0.85 else NASTY)
        return drawn.strip("/") or "x"

    def _value(self) -> str:
        return self.chance.choice(self.known if self.chance.random() < 0.4 else NASTY)

    def _some(self, names: Sequence[str], most: int) -> dict[str, str]:
        return {name: self._value() for name in self.chance.sample(names, self.chance.randint(0, most))}

    def _headers(self) -> dict[str, str]:
        drawn = self._some(HEADERS, 3)
        # A header is one line of Latin letters: no client can send more.
        return {name: "".join(each for each in text if " " <= each <= "~")[:500] for name, text in drawn.items()}

    def _body(self) -> dict[str, Any]:
        chance = self.chance
        if chance.random() < 0.15:
            return {"data": chance.choice(GARBAGE)}
        if chance.random() < 0.5:
            return {"data": {name: [self._value()] for name in chance.sample(KEYS, chance.randint(0, 5))}}
        return {"data": json.dumps(self._json(2)), "content_type": "application/json"}

    def _json(self, depth: int) -> Any:
        chance = self.chance
        if depth and chance.random() < 0.7:
            return {name: self._json(depth - 1) for name in chance.sample(KEYS, chance.randint(0, 4))}
        if depth and chance.random() < 0.3:
            return [self._json(depth - 1) for _ in range(chance.randint(0, 3))]
        return chance.choice((self._value(), chance.randint(-5, 10**20), None, True, 1.5))
