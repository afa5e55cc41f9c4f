"""Says changes of metadata in sentences, which callers translate. Knows where documents lie and how parts are called.

Things are called by their labels where effective documents are given, and by their names, as in files, where not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kalip.base.canonical import canonical_text
from kalip.base.errors import fill
from kalip.base.names import humanize
from kalip.base.text import Text
from kalip.metadata.difference import Change, ChangeKind, States
from kalip.metadata.kinds import Kind, is_locale, place_of
from kalip.metadata.source import unescape, value_at

LONGEST: Final = 60
_MOST_NAMED: Final = 12
_DOCUMENTS: Final[Mapping[Kind, str]] = {
    Kind.PACK: "The manifest",
    Kind.CHOICES: "Choice list '{name}'",
    Kind.ROLE: "Role '{name}'",
    Kind.CALENDAR: "Calendar '{name}'",
    Kind.ENTITY: "Entity '{name}'",
    Kind.PIPELINE: "Pipeline '{name}' of {entity}",
    Kind.CONVERSION: "Conversion '{name}' of {entity}",
    Kind.ACCESS: "Rights on {entity}",
    Kind.RULES: "Rules of {entity}",
    Kind.LIST: "List '{name}' of {entity}",
    Kind.FORM: "Form '{name}' of {entity}",
    Kind.CARD: "Card '{name}' of {entity}",
    Kind.BOARD: "Board '{name}' of {entity}",
    Kind.CALENDAR_VIEW: "Calendar '{name}' of {entity}",
    Kind.MAIL: "Mail '{name}'",
    Kind.INTAKE: "Intake of {entity}",
    Kind.WEBFORM: "Public form '{name}' of {entity}",
    Kind.LANGUAGE: "Translations '{name}'",
    Kind.SEED: "Records '{name}'",
    Kind.DEMO: "Demo records '{name}'",
    Kind.TEST: "Tests '{name}'",
}
_MAIN: Final[Mapping[Kind, str]] = {
    Kind.LIST: "The list of {entity}",
    Kind.FORM: "The form of {entity}",
    Kind.CARD: "The card of {entity}",
    Kind.BOARD: "The board of {entity}",
    Kind.CALENDAR_VIEW: "The calendar of {entity}",
}
_ENTRIES: Final[Mapping[str, str]] = {
    "actors": "Actor '{name}' of {around}",
    "alarms": "Alarm '{name}' of {around}",
    "cases": "Case '{name}' of {around}",
    "checks": "Check '{name}' of {around}",
    "choices": "Choice '{name}' of {around}",
    "clocks": "Clock '{name}' of {around}",
    "columns": "Column '{name}' of {around}",
    "conversions": "Conversion '{name}' of {around}",
    "duplicates": "Duplicate rule '{name}' of {around}",
    "effects": "Effect '{name}' of {around}",
    "fields": "Field '{name}' of {around}",
    "hooks": "Hook '{name}' of {around}",
    "navigation": "Menu entry '{name}' of {around}",
    "parameters": "Parameter '{name}' of {around}",
    "permissions": "Role '{name}' in {around}",
    "records": "Record '{name}' of {around}",
    "related": "Related list '{name}' of {around}",
    "requires": "Requirement '{name}' of {around}",
    "roles": "Role '{name}' in {around}",
    "rules": "Rule '{name}' of {around}",
    "search": "Searched field '{name}' of {around}",
    "sections": "Section '{name}' of {around}",
    "stages": "Stage '{name}' of {around}",
    "tabs": "Tab '{name}' of {around}",
    "targets": "Target '{name}' of {around}",
    "then": "Action '{name}' of {around}",
    "transitions": "Move '{name}' of {around}",
    "unique": "Unique key '{name}' of {around}",
}
"""What one entry of a map is called."""
_SWITCHES: Final[Mapping[str, tuple[str, str]]] = {
    "required": ("{place} becomes required.", "{place} is not required any more."),
    "unique": ("{place} becomes unique.", "{place} need not be unique any more."),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """An English template with what fills it: texts in several languages, wordings, and plain words.

    Callers that speak another language translate the template, and those inside, first.
    """

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English."""
        return fill(self.template, self.params)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What changed at a place of a document. `kind` is how."""

    address: str
    pointer: str
    kind: ChangeKind
    wording: Wording


def sentences(
    changes: Sequence[Change], before: States | None = None, after: States | None = None
) -> tuple[Sentence, ...]:
    """A sentence for each change between two states of documents; a renamed entry is one change."""
    renamed = dict(_renamed(changes))
    old = set(renamed.values())
    return tuple(
        Sentence(each.address, each.pointer, each.kind, _worded(each, renamed, before, after))
        for each in changes
        if (each.address, each.pointer) not in old
    )


def comparison(change: Change) -> Wording:
    """How two places differ, `before` being here: "Entity 'lead': label is 'Lead' here, 'Enquiry' there."."""
    place = _subject(change, None)
    if change.kind is ChangeKind.MOVED:
        orders = {"before": _order(change.before), "after": _order(change.after)}
        return Wording("{place} are in this order here: {before}; there: {after}.", {"place": place, **orders})
    params = _params(place, change, None)
    if change.kind is ChangeKind.CHANGED:
        return Wording("{place} is {before} here, {after} there.", params)
    is_there = change.kind is ChangeKind.ADDED
    value = change.after if is_there else change.before
    if isinstance(value, Mapping):
        return Wording("{place} is only there." if is_there else "{place} is only here.", params)
    if value is None:
        return Wording("{place} is taken out only there." if is_there else "{place} is taken out only here.", params)
    return Wording("{place} is only there: {after}." if is_there else "{place} is only here: {before}.", params)


def place_words(address: str, pointer: str = "", states: States | None = None) -> Wording:
    """What a place is called: "Field 'Budget' of Lead"."""
    address, place = _document(address, states)
    data: Any = states.get(address, {}) if states is not None else {}
    for around, name in _split(pointer)[0]:
        data = value_at(data, f"/{around}") or {}
        entry = data.get(name) if isinstance(data, Mapping) else None
        label = _label_of(entry) or _foreign_label(address, around, name, states or {})
        place = Wording(_ENTRIES[around], {"name": _called(name, label, states), "around": place})
        data = entry or {}
    return place


def value_words(value: Any, states: States | None = None) -> object:
    """A value in a sentence, cut where it is long. Without states a text is told in all its languages."""
    if value is None:
        return Wording("taken out")
    if isinstance(value, bool):
        return Wording("yes" if value else "no")
    if isinstance(value, str):
        return Wording("'{text}'", {"text": _cut(value)})
    if _is_text(value):
        if states is None:
            return _cut(", ".join(f"'{each}' ({locale})" for locale, each in value.items()))
        return Wording("'{text}'", {"text": Text.of({locale: _cut(each) for locale, each in value.items()})})
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return _cut(", ".join(value))
    return _cut(canonical_text(value))


def _worded(
    change: Change, renamed: Mapping[tuple[str, str], tuple[str, str]], before: States | None, after: States | None
) -> Wording:
    entries, rest = _split(change.pointer)
    # What is called otherwise now is named as people know it.
    is_known = change.kind is ChangeKind.REMOVED or (change.kind is ChangeKind.CHANGED and "label" in rest)
    states = before if is_known else after
    place = place_words(change.address, change.pointer, states)
    if (was := renamed.get((change.address, change.pointer))) is not None:
        names = {"before": _split(was[1])[0][-1][1], "after": entries[-1][1]}
        return Wording("{place} is renamed from {before} to {after}.", {"place": place, **names})
    if change.kind is ChangeKind.MOVED:
        order = _order(change.after) if states is None else ""
        template = "{place} are in another order: {order}." if order else "{place} are in another order."
        return Wording(template, {"place": _subject(change, states), "order": order})
    if len(rest) == 1 and rest[0] in _SWITCHES and not isinstance(change.after or change.before, Mapping):
        return Wording(_SWITCHES[rest[0]][0 if change.after is True else 1], {"place": place})
    if rest == ["label"] and states is not None and change.kind is not ChangeKind.REMOVED:
        return Wording("{place} is now called {after}.", _params(place, change, states))
    if rest or change.kind is ChangeKind.CHANGED:
        return _property_change(change, states)
    if change.kind is ChangeKind.REMOVED:
        taken = "{place} is not taken out any more."
        return Wording("{place} is removed." if change.before is not None else taken, {"place": place})
    return _addition(place, change.after, states)


def _property_change(change: Change, states: States | None) -> Wording:
    params = _params(_subject(change, states), change, states)
    if change.kind is ChangeKind.REMOVED:
        return Wording("{place} is not set any more, was {before}.", params)
    if change.kind is ChangeKind.ADDED:
        return Wording("{place} is now {after}.", params)
    return Wording("{place} is now {after}, was {before}.", params)


def _addition(place: Wording, value: Any, states: States | None) -> Wording:
    """What is said of a new document or entry; without states its type and label too, or its value."""
    if value is None:
        return Wording("{place} is taken out.", {"place": place})
    said: list[object] = []
    if states is None and isinstance(value, Mapping):
        said = [each if key == "type" else value_words(each) for key, each in value.items() if key in ("type", "label")]
    elif states is None:
        said = [value_words(value)]
    what = ", ".join(map(str, said))
    return Wording("{place} is new: {what}." if what else "{place} is new.", {"place": place, "what": what})


def _params(place: Wording, change: Change, states: States | None) -> Mapping[str, object]:
    before, after = value_words(change.before, states), value_words(change.after, states)
    return {"place": place, "before": before, "after": after}


def _renamed(changes: Sequence[Change]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    gone = {(each.address, each.pointer) for each in changes if each.kind is ChangeKind.REMOVED}
    for each in changes:
        was = each.after.get("was") if each.kind is ChangeKind.ADDED and isinstance(each.after, Mapping) else None
        for name in was if isinstance(was, list) else ():
            old = (each.address, f"{each.pointer.rpartition('/')[0]}/{name}")
            if old in gone:
                yield (each.address, each.pointer), old


def _subject(change: Change, states: States | None) -> Wording:
    """What a sentence is about: a place, or a property of one."""
    place, rest = place_words(change.address, change.pointer, states), _split(change.pointer)[1]
    if not rest and change.kind is not ChangeKind.MOVED:
        return place
    what: object = Wording("Properties")
    if rest:
        what = ".".join(rest) if states is None else Wording(humanize(rest[0]))
    if len(rest) > 1 and states is not None:
        what = Wording("{first}, {rest}", {"first": what, "rest": " ".join(map(humanize, rest[1:]))})
    return Wording("{place}: {what}", {"place": place, "what": what})


def _document(address: str, states: States | None) -> tuple[str, Wording]:
    """What the document at an address is called, and its address in its pack."""
    path, pack = f"{address.removesuffix('.json')}.json", ""
    place = place_of(path)
    if place is None:
        pack, _, path = path.partition("/")
        place = place_of(path)
    if place is None:
        return address, Wording("File {name}", {"name": address})
    address = path.removesuffix(".json")
    known, names = states or {}, place.names or ("",)
    params: dict[str, object] = {"name": _called(names[-1], _label_of(known.get(address)), states)}
    if address.startswith("entities/") and place.kind is not Kind.ENTITY:
        params["entity"] = _called(names[0], _label_of(known.get(f"entities/{names[0]}/entity")), states)
    template = _MAIN.get(place.kind) if names[-1] == "default" else None
    said = Wording(template or _DOCUMENTS[place.kind], params)
    return address, Wording("{place} ({pack})", {"place": said, "pack": pack}) if pack else said


def _called(name: str, label: Text | None, states: States | None) -> object:
    return name if states is None else label or humanize(name)


def _foreign_label(address: str, around: str, name: str, states: States) -> Text | None:
    """What an entry is called that is named after something else: a column after its field, rights after a role."""
    if around == "permissions":
        return _label_of(states.get(f"roles/{name}"))
    entity = "/".join([*address.split("/")[:2], "entity"])
    fields = states.get(entity, {}).get("fields")
    return _label_of(fields.get(name)) if isinstance(fields, Mapping) else None


def _label_of(data: Any) -> Text | None:
    label = data.get("label") if isinstance(data, Mapping) else None
    return Text.of(label) if isinstance(label, str | Mapping) and label else None


def _split(pointer: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The entries that a pointer passes, each a map and a name, and the property in the last."""
    steps, entries = [unescape(step) for step in pointer.split("/")[1:]], []
    while len(steps) > 1 and steps[0] in _ENTRIES:
        entries.append((steps[0], steps[1]))
        steps = steps[2:]
    return entries, steps


def _is_text(value: Any) -> bool:
    is_map = isinstance(value, Mapping) and value
    return bool(is_map) and all(isinstance(each, str) and is_locale(key) for key, each in value.items())


def _order(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join([*names[:_MOST_NAMED], *(["…"] if more > 0 else [])])


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
