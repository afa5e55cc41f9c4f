"""What a run of the demo generator has made so far, and what it draws from: records, users, tables of words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from faker import Faker

from kalip.base.errors import KalipError
from kalip.base.names import did_you_mean

Values = dict[str, object]


class DemoError(KalipError):
    """A demo document that can't be followed; the message names the file and the place."""

    code = "R131"


@dataclass(slots=True)
class Made:
    """A record that was made: its id, and its hidden and field values in one namespace."""

    entity: str
    id: str
    values: Values
    locale: str


@dataclass(slots=True)
class World:
    """Everything made, by entity and by id; tables by name; user ids with their roles, ids of groups by code."""

    now: datetime
    records: dict[str, list[Made]] = field(default_factory=dict)
    by_id: dict[str, Made] = field(default_factory=dict)
    tables: dict[str, object] = field(default_factory=dict)
    users: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    _found: dict[tuple[str, tuple[str, ...]], dict[tuple[object, ...], list[Made]]] = field(default_factory=dict)
    _indexed: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    def add(self, made: Made) -> None:
        """Remember a record."""
        self.records.setdefault(made.entity, []).append(made)
        self.by_id[made.id] = made

    def matching(self, entity: str, where: Mapping[str, object]) -> Sequence[Made]:
        """The records of an entity whose values at the paths equal those given, in the order made."""
        if not where:
            return self.records.get(entity, ())
        paths = tuple(where)
        key = (entity, paths)
        index, done = self._found.setdefault(key, {}), self._indexed.get(key, 0)
        everyone = self.records.get(entity, [])
        for made in everyone[done:]:
            mark = tuple(_hashable(self.walk(made.values, path)) for path in paths)
            index.setdefault(mark, []).append(made)
        self._indexed[key] = len(everyone)
        return index.get(tuple(_hashable(value) for value in where.values()), ())

    def walk(self, values: Mapping[str, object], path: str) -> object:
        """The value at a path: through objects, and through the records that values refer to."""
        found: object = values
        for step in path.split("."):
            if isinstance(found, str):
                made = self.by_id.get(found)
                found = made.values if made is not None else None
            if isinstance(found, Mapping) and "entity" in found and "id" in found and step not in found:
                made = self.by_id.get(str(found["id"]))
                found = made.values if made is not None else None
            if not isinstance(found, Mapping):
                return None
            found = found.get(step)
        return found


@dataclass(slots=True)
class Making:
    """One record being made: its values so far, and the randomness of its document."""

    world: World
    random: Random
    fakers: Mapping[str, Faker]
    file: str
    values: Values
    locale: str
    seen: dict[str, set[str]]
    parent: "Making | None" = None
    used: dict[str, set[str]] = field(default_factory=dict)
    lines: dict[str, list[Values]] = field(default_factory=dict)
    naming: str = ""

    def get(self, path: str) -> object:
        """The value at a path: of this record, of its parent (`parent.x`), or of a record referred to."""
        if path == "parent" or path.startswith("parent."):
            if self.parent is None:
                raise self.fault("there is no parent here", path)
            return self.parent.get(path.removeprefix("parent."))
        head = path.split(".", 1)[0]
        if head not in self.values:
            raise self.fault("unknown name '{name}'", path, name=head, hint=did_you_mean(head, self.values))
        return self.world.walk(self.values, path)

    def faker(self, locale: str | None = None) -> Faker:
        """The Faker of a locale."""
        name = locale or self.locale
        if name not in self.fakers:
            raise self.fault("'{name}' is no locale of this document", "locale", name=name)
        return self.fakers[name]

    def fault(self, template: str, place: str, hint: str = "", **params: object) -> DemoError:
        """The error for something in the document, at a place of it."""
        return DemoError(
            "{file}: {place}: " + template, hint=hint, params={"file": self.file, "place": place, **params}
        )


def weighted(random: Random, options: Sequence[object], weights: Iterable[float]) -> object:
    """One of the options by weight."""
    return random.choices(options, weights=list(weights))[0]


def _hashable(value: object) -> object:
    if isinstance(value, Mapping):
        return tuple(sorted((key, _hashable(each)) for key, each in value.items()))
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
