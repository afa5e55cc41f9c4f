"""Changes of metadata in people's words: sentences with labels, which callers translate. Knows no catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kalip.base.canonical import canonical_text
from kalip.base.errors import fill
from kalip.base.names import humanize
from kalip.base.text import Text
from kalip.metadata import Change, ChangeKind, Kind, place_of
from kalip.metadata.kinds import is_locale
from kalip.metadata.source import unescape, value_at

LONGEST: Final = 80
States = Mapping[str, Mapping[str, Any]]

_DOCUMENTS: Final[Mapping[Kind, str]] = {
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
    "fields": "Field '{name}' of {around}",
    "choices": "Choice '{name}' of {around}",
    "stages": "Stage '{name}' of {around}",
    "transitions": "Move '{name}' of {around}",
    "columns": "Column '{name}' of {around}",
    "sections": "Section '{name}' of {around}",
    "tabs": "Tab '{name}' of {around}",
    "targets": "Target '{name}' of {around}",
    "permissions": "Role '{name}' in {around}",
    "checks": "Check '{name}' of {around}",
    "unique": "Unique key '{name}' of {around}",
    "search": "Searched field '{name}' of {around}",
    "rules": "Rule '{name}' of {around}",
    "clocks": "Clock '{name}' of {around}",
    "hooks": "Hook '{name}' of {around}",
    "alarms": "Alarm '{name}' of {around}",
    "parameters": "Parameter '{name}' of {around}",
    "then": "Action '{name}' of {around}",
    "duplicates": "Duplicate rule '{name}' of {around}",
}
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

    @property
    def message(self) -> str:
        """In English."""
        return fill(self.template, {name: getattr(each, "message", each) for name, each in self.params.items()})


@dataclass(frozen=True, slots=True)
class Sentence:
    """What changed at a place of an effective document. `kind` is how."""

    address: str
    pointer: str
    kind: ChangeKind
    wording: Wording


def sentences(changes: Sequence[Change], before: States, after: States) -> tuple[Sentence, ...]:
    """A sentence for each change between two states of effective documents; a renamed entry is one change."""
    renamed = dict(_renamed(changes))
    old = set(renamed.values())
    return tuple(
        Sentence(each.address, each.pointer, each.kind, _worded(each, renamed, before, after))
        for each in changes
        if (each.address, each.pointer) not in old
    )


def place_words(address: str, pointer: str, states: States) -> Wording:
    """What a place is called: "Field 'Budget' of Lead", by the labels in a state."""
    place = _document(address, states)
    steps = _steps(pointer)
    data: Any = states.get(address, {})
    for around, name in zip(steps[::2], steps[1::2], strict=False):
        if around not in _ENTRIES:
            break
        data = value_at(data, f"/{around}") or {}
        entry = data.get(name) if isinstance(data, Mapping) else None
        label = _label_of(entry) or _foreign_label(address, around, name, states)
        place = Wording(_ENTRIES[around], {"name": label or Text.of(humanize(name)), "around": place})
        data = entry or {}
    return place


def value_words(value: Any) -> object:
    """A value in a sentence, cut where it is long."""
    if isinstance(value, bool):
        return Wording("yes" if value else "no")
    if isinstance(value, Mapping) and value and all(map(is_locale, value)):
        return Text.of(value)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return _cut(", ".join(value))
    return _cut(value if isinstance(value, str) else canonical_text(value))


def _worded(
    change: Change, renamed: Mapping[tuple[str, str], tuple[str, str]], before: States, after: States
) -> Wording:
    steps = _steps(change.pointer)
    # What is called otherwise now is named as people know it.
    is_known = change.kind is ChangeKind.REMOVED or (change.kind is ChangeKind.CHANGED and "label" in steps)
    states = before if is_known else after
    if change.kind is ChangeKind.MOVED:
        within = change.pointer.rpartition("/")[0]
        params = {"place": place_words(change.address, within, states), "what": _property(steps[-1:])}
        return Wording("{place}: {what} are in another order.", params)
    place = place_words(change.address, change.pointer, states)
    if (was := renamed.get((change.address, change.pointer))) is not None:
        names = {"before": _steps(was[1])[-1], "after": steps[-1]}
        return Wording("{place} is renamed from {before} to {after}.", {"place": place, **names})
    rest = _rest(steps)
    if not rest:
        texts = {ChangeKind.ADDED: "{place} is new.", ChangeKind.REMOVED: "{place} is removed."}
        return Wording(texts.get(change.kind, "{place} is changed."), {"place": place})
    return _property_change(change, place, rest)


def _property_change(change: Change, place: Wording, rest: Sequence[str]) -> Wording:
    if len(rest) == 1 and rest[0] in _SWITCHES and not isinstance(change.after or change.before, Mapping):
        return Wording(_SWITCHES[rest[0]][0 if change.after is True else 1], {"place": place})
    params = {"place": place, "what": _property(rest), "after": value_words(change.after)}
    if change.kind is ChangeKind.REMOVED:
        return Wording(
            "{place}: {what} is not set any more, was {before}.", {**params, "before": value_words(change.before)}
        )
    if rest[0] == "label" and len(rest) == 1:
        return Wording("{place} is now called '{after}'.", params)
    if change.kind is ChangeKind.ADDED:
        return Wording("{place}: {what} is now {after}.", params)
    return Wording("{place}: {what} is now {after}, was {before}.", {**params, "before": value_words(change.before)})


def _renamed(changes: Sequence[Change]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    gone = {(each.address, each.pointer) for each in changes if each.kind is ChangeKind.REMOVED}
    for each in changes:
        was = each.after.get("was") if each.kind is ChangeKind.ADDED and isinstance(each.after, Mapping) else None
        for name in was if isinstance(was, list) else ():
            old = (each.address, f"{each.pointer.rpartition('/')[0]}/{name}")
            if old in gone:
                yield (each.address, each.pointer), old


def _document(address: str, states: States) -> Wording:
    place = place_of(f"{address}.json")
    if place is None:
        return Wording("{name}", {"name": address})
    name = _label_of(states.get(address)) or Text.of(humanize(place.names[-1]))
    if place.kind is Kind.ENTITY or len(place.names) < 1 or not address.startswith("entities/"):
        return Wording(_DOCUMENTS[place.kind], {"name": name})
    entity = _label_of(states.get(f"entities/{place.names[0]}/entity")) or Text.of(humanize(place.names[0]))
    template = _MAIN.get(place.kind) if place.names[-1] == "default" else None
    return Wording(template or _DOCUMENTS[place.kind], {"name": name, "entity": entity})


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


def _property(steps: Sequence[str]) -> Wording:
    """A property's name for people, whose parts are told apart; its English words may be in a catalogue."""
    if len(steps) == 1:
        return Wording(humanize(steps[0]))
    return Wording(
        "{first}, {rest}", {"first": Wording(humanize(steps[0])), "rest": " ".join(map(humanize, steps[1:]))}
    )


def _rest(steps: Sequence[str]) -> Sequence[str]:
    while len(steps) > 1 and steps[0] in _ENTRIES:
        steps = steps[2:]
    return steps


def _steps(pointer: str) -> list[str]:
    return [unescape(step) for step in pointer.split("/")[1:]]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
