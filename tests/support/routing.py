"""The table of what each route answers to whom: read from a file, and tried for real.

A line is `METHOD route anonymous outsider reader owner administrator` and, where the call needs them, a JSON object:
`path` (parts of the address that the usual ones don't fit), `query`, `form` or `json`, and `proof`: "none" where a
form needs no token of our page since the caller has no session. `{names}` in it are the house's ids. A status is a
number, or `login` for whoever is asked to sign in, `confirm` for whoever is asked for the password again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flask import Flask
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from tests.support.house import PEOPLE, House

LOGIN: Final = "login"
_PROOFS: Final = {LOGIN: "/login", "confirm": "/account/confirm"}
SAFE: Final = frozenset({"GET"})
# Routes may hold spaces within <>.
_LINE: Final = re.compile(
    rf"(\w+)\s+((?:<[^>]*>|[^\s<])+)((?:\s+(?:{'|'.join(_PROOFS)}|\d{{3}})){{{len(PEOPLE)}}})\s*(\{{.*\}})?"
)
_USUAL: Final[Mapping[str, str]] = {
    "action": "archive",
    "address": "entities/matter/entity",
    "board": "default",
    "calendar": "default",
    "comment_id": "{comment}",
    "conversion_id": "{conversion}",
    "delivery_id": "{delivery}",
    "entity": "matter",
    "exception_id": "{exception}",
    "file_id": "{file}",
    "job_id": "{job}",
    "kind": "csv",
    "mail_id": "{mail}",
    "merge_id": "{merge}",
    "notification_id": "{notification}",
    "pipeline": "flow",
    "receipt_id": "{receipt}",
    "record_id": "{matter}",
    "revision": "{revision}",
    "rule": "matter.mark",
    "rule_address": "matter.mark",
    "run_id": "{run}",
    "task_id": "{task}",
    "user_id": "{someone}",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A route by one method: what each of the five is answered, and what is sent."""

    method: str
    route: str
    answers: tuple[str, ...]
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.method, self.route

    def __str__(self) -> str:
        said = f" {json.dumps(self.sent, ensure_ascii=False)}" if self.sent else ""
        return f"{self.method:6} {self.route:60} {' '.join(f'{each:>5}' for each in self.answers)}{said}"


def read_table(path: Path) -> dict[tuple[str, str], Line]:
    """The lines of a table; a line that begins with # is a remark."""
    found: dict[tuple[str, str], Line] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        if not text.strip() or text.startswith("#"):
            continue
        parts = _LINE.fullmatch(text.strip())
        assert parts is not None, f"this is no line of the table: {text}"
        line = Line(parts[1], parts[2], tuple(parts[3].split()), json.loads(parts[4] or "{}"))
        assert line.key not in found, f"{line.method} {line.route} has two lines"
        found[line.key] = line
    return found


def routes_of(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every route and method of an application, but what Flask answers by itself: HEAD, OPTIONS and static files."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint != "static":
                yield method, rule


def address_of(house: House, rule: Rule, line: Line) -> str:
    """The address of a line's route, its parts filled in."""
    parts = {**_USUAL, **line.sent.get("path", {})}
    values = {name: _filled(house, parts.get(name, "nothing")) for name in rule.arguments}
    for name, converter in rule._converters.items():
        if isinstance(converter, AnyConverter) and values[name] not in converter.items:
            values[name] = min(converter.items)
    adapter = house.site.app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, values, method=line.method)


def ask(house: House, who: str, line: Line, address: str) -> TestResponse:
    """Send a line's call as somebody: REST by token, pages by session."""
    query = _filled(house, line.sent.get("query", ""))
    body = _filled(house, line.sent.get("json"))
    given: dict[str, Any] = {"query_string": query, "buffered": True, "method": line.method}
    if body is not None:
        given["json"] = body
    elif line.method not in SAFE:
        given["data"] = _filled(house, line.sent.get("form", {}))
    if not is_rest(address):
        return house.client(who).open(address, **given)
    token = {"Authorization": f"Bearer {house.callers[who].token}"} if who in house.callers else {}
    return house.client("anonymous").open(address, headers=token, **given)


def is_rest(address: str) -> bool:
    """Whether an address is called by programmes, who show a token."""
    return address.startswith(("/api/", "/scim/"))


def said_by(answer: TestResponse) -> str:
    """An answer as the table writes it."""
    led = str(answer.location) if answer.status_code == 302 else ""
    for word, address in _PROOFS.items():
        if led.startswith(address):
            return word
    return str(answer.status_code)


def _filled(house: House, value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: house.ids.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: _filled(house, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(house, each) for each in value]
    return value
