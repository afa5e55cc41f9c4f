"""Scenarios as rows: a call, its status, what its answer must and must not hold. All rows run; all faults are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.web_site import Caller


@dataclass(frozen=True)
class Row:
    """One call. `{names}` in path, body and expectations are filled from what earlier calls or the test know.

    `keep` remembers values of the answer under names: `{"lead": "id"}`. `has` and `lacks` look at the text of the
    body, `tells` at answer headers.
    """

    call: str
    status: int
    body: Any = None
    has: Sequence[str] = ()
    lacks: Sequence[str] = ()
    who: str = "admin"
    sends: Mapping[str, str] = field(default_factory=dict)
    tells: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)


def play(callers: Mapping[str, Caller], rows: Sequence[Row], names: dict[str, str] | None = None) -> dict[str, str]:
    """Run the rows in order; fails with one line for each expectation that was not met. Gives the names known."""
    known = {} if names is None else names
    faults: list[str] = []
    for row in rows:
        faults += [f"{row.call} {row.body!r:.120}: {fault}" for fault in _play(callers, row, known)]
    assert not faults, "\n".join(["", *faults])
    return known


def _play(callers: Mapping[str, Caller], row: Row, names: dict[str, str]) -> list[str]:
    method, _, path = _filled(row.call, names).partition(" ")
    sent = {name: _filled(value, names) for name, value in row.sends.items()}
    response = callers[row.who].call(method, path, _filled_body(row.body, names), **sent)
    text = response.get_data(as_text=True)
    faults = []
    if response.status_code != row.status:
        faults.append(f"answered {response.status_code}, not {row.status}: {text[:400]}")
    faults += [f"lacks {each!r}: {text[:600]}" for each in row.has if _filled(each, names) not in text]
    faults += [f"has {each!r}: {text[:600]}" for each in row.lacks if _filled(each, names) in text]
    for name, value in row.tells.items():
        got = response.headers.get(name)
        if got is None or _filled(value, names) not in got:
            faults.append(f"header {name} is {got!r}, not {value!r}")
    if response.status_code == row.status:
        for name, key in row.keep.items():
            names[name] = str((response.json or {})[key])
    return faults


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _filled_body(body: Any, names: Mapping[str, str]) -> Any:
    if isinstance(body, str):
        return _filled(body, names)
    if isinstance(body, dict):
        return {key: _filled_body(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled_body(value, names) for value in body]
    return body
