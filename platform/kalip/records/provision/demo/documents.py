"""Demo documents understood: users, tables, and entities in an order in which each finds what it picks from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from kalip.records.provision.demo.world import DemoError

Data = Mapping[str, object]
ORGANISATION: Final = ("units", "groups", "absences", "shares")


@dataclass(frozen=True, slots=True)
class EntityDocument:
    """Records to make of one entity."""

    file: str
    entity: str
    count: int
    locales: Mapping[str, float]
    locale_of: str | None
    let: Data
    fields: Data

    @property
    def picks_from(self) -> frozenset[str]:
        """The entities that its generators pick records of."""
        return frozenset(_picked([self.let, self.fields]))

    @property
    def is_catalogue(self) -> bool:
        """Whether each record is made of a row of a table: other records pick from all of them."""
        return any(isinstance(said, Mapping) and said.get("each") is True for said in self.let.values())


@dataclass(frozen=True, slots=True)
class DemoDocuments:
    """All demo documents of a pack: users by key, tables by name, entities in the order to make them.

    `organisation` has what else the documents say by `ORGANISATION`: units, groups, absences, shares.
    """

    users: Mapping[str, Data]
    organisation: Mapping[str, Mapping[str, Data]]
    tables: Mapping[str, object]
    entities: tuple[EntityDocument, ...]


def read_demo(documents: Mapping[str, Data]) -> DemoDocuments:
    """Understand demo documents by path. DemoError when some of them pick from each other in a circle."""
    users: dict[str, Data] = {}
    organisation: dict[str, dict[str, Data]] = {kind: {} for kind in ORGANISATION}
    tables: dict[str, object] = {}
    entities = []
    for path, data in sorted(documents.items()):
        if "entity" in data:
            entities.append(_entity(path, data))
        users.update(cast("Mapping[str, Data]", data.get("users", {})))
        for kind, known in organisation.items():
            known.update(cast("Mapping[str, Data]", data.get(kind, {})))
        tables.update(cast("Data", data.get("tables", {})))
    return DemoDocuments(users, organisation, tables, tuple(_ordered(entities)))


def _entity(path: str, data: Data) -> EntityDocument:
    locales = cast("Mapping[str, float]", data.get("locales") or {"en_US": 1})
    locale_of = data.get("locale_of")
    return EntityDocument(
        file=path,
        entity=str(data["entity"]).rsplit("/", 1)[-1],
        count=int(str(data.get("count", 10))),
        locales=locales,
        locale_of=None if locale_of is None else str(locale_of),
        let=cast("Data", data.get("let", {})),
        fields=cast("Data", data.get("fields", {})),
    )


def _ordered(entities: list[EntityDocument]) -> Iterator[EntityDocument]:
    waiting = list(entities)
    while waiting:
        made_later = {document.entity for document in waiting}
        ready = [each for each in waiting if not (each.picks_from & made_later) - {each.entity}]
        if not ready:
            names = ", ".join(document.file for document in waiting)
            raise DemoError("These demo documents pick from each other in a circle: {files}.", params={"files": names})
        yield from ready
        waiting = [document for document in waiting if document not in ready]


def _picked(said: object) -> Iterator[str]:
    if isinstance(said, Mapping):
        if isinstance(said.get("pick_record"), str):
            yield said["pick_record"]
        if isinstance(said.get("pick_any"), Mapping):
            yield from said["pick_any"]
        for value in said.values():
            yield from _picked(value)
    elif isinstance(said, list):
        for value in said:
            yield from _picked(value)
