"""Says changes of metadata in sentences. Knows where documents lie and what their parts are called, no meaning."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.base.canonical import canonical_text
from kalip.metadata.difference import Change, ChangeKind
from kalip.metadata.kinds import Kind, is_locale, place_of
from kalip.metadata.source import unescape

LONGEST: Final = 60
_MOST_NAMED: Final = 12
_DOCUMENTS: Final[Mapping[Kind, str]] = {
    Kind.PACK: "the manifest",
    Kind.CHOICES: "choice list {0}",
    Kind.ROLE: "role {0}",
    Kind.CALENDAR: "calendar {0}",
    Kind.ENTITY: "entity {0}",
    Kind.PIPELINE: "pipeline {1} of {0}",
    Kind.CONVERSION: "conversion {1} of {0}",
    Kind.ACCESS: "rights on {0}",
    Kind.RULES: "rules of {0}",
    Kind.LIST: "list of {0}",
    Kind.FORM: "form of {0}",
    Kind.CARD: "card of {0}",
    Kind.BOARD: "board of {0}",
    Kind.CALENDAR_VIEW: "calendar of {0}",
    Kind.MAIL: "mail {0}",
    Kind.INTAKE: "intake of {0}",
    Kind.WEBFORM: "public form {1} of {0}",
    Kind.LANGUAGE: "translation {0}",
    Kind.SEED: "seed {0}",
    Kind.DEMO: "demo data {0}",
    Kind.TEST: "tests {0}",
}
_VIEWS: Final = (Kind.LIST, Kind.FORM, Kind.CARD, Kind.BOARD, Kind.CALENDAR_VIEW)
_ENTRIES: Final[Mapping[str, str]] = {
    "actors": "actor",
    "alarms": "alarm",
    "cases": "case",
    "checks": "check",
    "choices": "choice",
    "clocks": "clock",
    "columns": "column",
    "conversions": "conversion",
    "effects": "effect",
    "fields": "field",
    "hooks": "hook",
    "navigation": "menu entry",
    "parameters": "parameter",
    "permissions": "role",
    "records": "record",
    "related": "related list",
    "requires": "requirement",
    "roles": "role",
    "rules": "rule",
    "search": "searched field",
    "sections": "section",
    "stages": "stage",
    "tabs": "tab",
    "targets": "target",
    "then": "action",
    "transitions": "transition",
    "unique": "unique set",
}
"""What one entry of a map is called."""


def sentence(change: Change) -> str:
    """What happened: "Entity lead, field email: label is now 'E-mail', was 'Mail'"."""
    around, name, is_entry = _parts(change)
    if change.kind is ChangeKind.MOVED:
        return f"{around}: {_plural(change)} are in another order: {_names(change.after)}"
    if not change.pointer:
        return f"{around} is {'new' if change.kind is ChangeKind.ADDED else 'gone'}"
    if change.kind is ChangeKind.ADDED:
        what = f"{name} is new{_told_of(change.after)}" if is_entry else f"{name} is now {value_text(change.after)}"
        return f"{around}: {name} is taken out" if change.after is None else f"{around}: {what}"
    if change.kind is ChangeKind.REMOVED:
        if change.before is None:
            return f"{around}: {name} is not taken out any more"
        said = "is gone" if is_entry else f"is not set any more, was {value_text(change.before)}"
        return f"{around}: {name} {said}"
    return f"{around}: {name} is now {value_text(change.after)}, was {value_text(change.before)}"


def comparison(change: Change) -> str:
    """How two places differ, `before` being here: "Entity lead: label is 'Lead' here, 'Enquiry' there"."""
    around, name, _ = _parts(change)
    if change.kind is ChangeKind.MOVED:
        orders = f"in this order here: {_names(change.before)}; there: {_names(change.after)}"
        return f"{around}: {_plural(change)} are {orders}"
    if not change.pointer:
        return f"{around} is only {'there' if change.kind is ChangeKind.ADDED else 'here'}"
    if change.kind is ChangeKind.CHANGED:
        return f"{around}: {name} is {value_text(change.before)} here, {value_text(change.after)} there"
    where, value = ("there", change.after) if change.kind is ChangeKind.ADDED else ("here", change.before)
    return f"{around}: {name} is {'taken out' if value is None else 'set'} only {where}{_is(value)}"


def document_words(address: str) -> str:
    """What the document at an address is called: `entities/lead/pipelines/inbound` is "pipeline inbound of lead"."""
    path = f"{address.removesuffix('.json')}.json"
    place, pack = place_of(path), ""
    if place is None:
        pack, _, inside = path.partition("/")
        place = place_of(inside)
    if place is None:
        return f"file {address}"
    said = _DOCUMENTS[place.kind].format(*place.names)
    named = place.names[1] if place.kind in _VIEWS else "default"
    said = said if named == "default" else said.replace(" of ", f" {named} of ", 1)
    return f"{said} ({pack})" if pack else said


def value_text(value: Any) -> str:
    """A value in a sentence, cut where it is long."""
    if value is None:
        return "taken out"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        text = f"'{value}'"
    elif (
        isinstance(value, Mapping)
        and value
        and all(isinstance(each, str) and is_locale(key) for key, each in value.items())
    ):
        text = ", ".join(f"'{each}' ({key})" for key, each in value.items())
    elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        text = ", ".join(value)
    else:
        text = canonical_text(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _parts(change: Change) -> tuple[str, str, bool]:
    """What a sentence is about, the property in it, and whether that is an entry of a map."""
    steps = [unescape(step) for step in change.pointer.split("/")[1:]]
    if change.kind is ChangeKind.MOVED and steps and steps[-1] in _ENTRIES:
        steps = steps[:-1]
    around, rest = [_capital(document_words(change.address))], steps
    while len(rest) > 2 and rest[0] in _ENTRIES:
        around.append(f"{_ENTRIES[rest[0]]} {rest[1]}")
        rest = rest[2:]
    if change.kind is ChangeKind.MOVED and len(rest) > 1 and rest[0] in _ENTRIES:
        around.append(f"{_ENTRIES[rest[0]]} {rest[1]}")
        rest = rest[2:]
    if len(rest) == 2 and rest[0] in _ENTRIES:
        return ", ".join(around), f"{_ENTRIES[rest[0]]} {rest[1]}", True
    return ", ".join(around), ".".join(rest), False


def _plural(change: Change) -> str:
    return unescape(change.pointer.rpartition("/")[2]) or "keys"


def _told_of(value: Any) -> str:
    """What a new entry is, in brackets: its type and label, or its value."""
    if isinstance(value, Mapping):
        said = [
            value_text(value[key]) if key == "label" else str(value[key]) for key in ("type", "label") if key in value
        ]
        return f" ({', '.join(said)})" if said else ""
    return f": {value_text(value)}"


def _is(value: Any) -> str:
    return "" if value is None or isinstance(value, Mapping) else f", {value_text(value)}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
