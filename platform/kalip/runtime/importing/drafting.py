"""A pack in the making: what importers put together from another system's metadata, with the report of it."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kalip.base.errors import Where
from kalip.base.names import RESERVED_SEGMENTS
from kalip.base.text import Text
from kalip.model import DIRECTORY
from kalip.runtime.importers import Imported, Outcome, ReportLine, Source
from kalip.runtime.importing.conditions import KINDS, Operand
from kalip.runtime.importing.forms import TabDraft, form_document
from kalip.runtime.importing.naming import RESERVED_NAMES, Names, entity_name, made_name

LONGEST_LABEL: Final = 4000
MOST_OPTIONS: Final = 2000
"""More values than this are no closed list."""
_RESERVED_ENTITIES: Final = RESERVED_SEGMENTS | {*DIRECTORY, "system"}
_TAG = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_SYSTEM: Final[Mapping[str, Operand]] = {
    "id": Operand("id", "other"),
    "owner": Operand("owner", "record"),
    "created_by": Operand("created_by", "record"),
    "updated_by": Operand("updated_by", "record"),
    "created_at": Operand("created_at", "datetime"),
    "updated_at": Operand("updated_at", "datetime"),
}

Label = str | Text


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a choice list or a stage, in the words of the other system."""

    value: str
    label: Label
    colour: str = ""
    retired: bool = False
    outcome: str = ""
    probability: int | None = None


@dataclass(eq=False)
class EntityDraft:
    """An entity in the making.

    `known` leads from attributes of the other system to paths here, `values` from a field to its choices by their
    values there. `key` is the field by which the other system names records in conditions.
    """

    name: str
    subject: str
    names: Names
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    key: str = ""
    tabs: list[TabDraft] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    pipeline: dict[str, Any] | None = None
    permissions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, attribute: str, made: dict[str, Any], wanted: str = "") -> str:
        """Add a field for an attribute of the other system; its name here."""
        name = self.names.take(wanted or attribute, "field")
        self.fields[name] = made
        self.known[attribute] = name
        return name

    def set_stages(self, attribute: str, label: Label, options: Sequence[Option], first: str = "") -> None:
        """Make an attribute the stage of a pipeline in which every move is allowed. New records begin in `first`."""
        options = sorted(options, key=lambda each: each.value != first) if first else options
        stages, values = named_options(options, with_stages=True)
        moves = Names(mark="move")
        transitions = {
            moves.take(f"to {stage}"): {"label": said["label"], "to": stage}
            for stage, said in stages.items()
            if len(stages) > 1
        }
        name = made_name(attribute, "stages")
        document = {"label": label or attribute, "default": True, "stages": stages, "transitions": transitions}
        self.pipeline = {"name": name, "document": document}
        self.values["stage"] = values
        self.known[attribute] = "stage"

    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """The entity's documents by path."""
        folder = f"entities/{self.name}"
        types = {name: str(made["type"]) for name, made in self.fields.items()} | dict.fromkeys(_SYSTEM, "system")
        form = form_document(self.tabs, types, self.related)
        found: dict[str, Mapping[str, Any]] = {f"{folder}/entity.json": {**self.data, "fields": self.fields}}
        found |= {f"{folder}/views/{name}.json": made for name, made in self.views.items()}
        if form is not None:
            found[f"{folder}/views/form.json"] = form
        if self.pipeline is not None:
            found[f"{folder}/pipelines/{self.pipeline['name']}.json"] = self.pipeline["document"]
        if self.permissions:
            found[f"{folder}/access.json"] = {"permissions": self.permissions}
        return found


class PackDraft:
    """A pack in the making: entities, choice lists and roles, each under a name that Kalip takes."""

    def __init__(self, source: Source, title: Label, description: Label = "") -> None:
        self.source = source
        self.entities: dict[str, EntityDraft] = {}
        self.navigation: list[str] | None = None
        self.lines: list[ReportLine] = []
        self._title, self._description = title, description
        self._names = Names(_RESERVED_ENTITIES, "record")
        self._lists = Names(mark="list")
        self._roles = Names({"administrator"}, "role")
        self._role_of: dict[str, str] = {}
        self._list_of: dict[tuple[object, ...], tuple[str, dict[str, str]]] = {}
        self._others: dict[str, Mapping[str, Any]] = {}

    def entity(self, subject: str, wanted: str = "") -> EntityDraft:
        """Begin an entity for one of the other system."""
        name = entity_name(self._names, wanted or subject, self.source.pack, self.source.prefix, _RESERVED_ENTITIES)
        made = EntityDraft(name, subject, Names(RESERVED_NAMES))
        self.entities[name] = made
        return made

    def role(self, subject: str, label: Label, description: Label = "") -> str:
        """The role for one of the other system, made when it is first asked for."""
        if subject not in self._role_of:
            name = self._roles.take(f"{self.source.prefix} {subject}", "role")
            self._role_of[subject] = name
            said = {"label": label, "description": description}
            self._others[f"roles/{name}.json"] = {key: text for key, text in said.items() if text}
        return self._role_of[subject]

    def choice_list(
        self, entity: str, name: str, label: Label, options: Sequence[Option]
    ) -> tuple[str, dict[str, str]]:
        """The choice list of a field and its values by those of the other system.

        Fields of one name with the same options share a list.
        """
        key = (name, tuple(options))
        if key not in self._list_of:
            choices, values = named_options(options, with_stages=False)
            made = self._lists.take(f"{entity}_{name}")
            self._others[f"choices/{made}.json"] = {"label": label or name, "choices": choices}
            self._list_of[key] = (made, values)
        return self._list_of[key]

    def operand(self, entity: EntityDraft, attribute: str) -> Operand | None:
        """What an attribute of the other system is in a condition; None for one that isn't known."""
        path = entity.known.get(attribute)
        if path is None:
            return None
        if path == "stage" and entity.pipeline is not None:
            return Operand("stage", "choice", entity.values.get("stage", {}))
        if path in _SYSTEM and path not in entity.fields:
            return _SYSTEM[path]
        name, _, part = path.partition(".")
        made = entity.fields.get(name)
        if made is None:
            return None
        if part:
            values = {each.subject: each.name for each in self.entities.values()} if part == "entity" else None
            return Operand(path, "text", values)
        kind = KINDS.get(made["type"], "other")
        target = self.entities.get(made["to"]) if made["type"] == "reference" else None
        title = None
        if target is not None and target.key and target.fields.get(target.key, {}).get("type") == "text":
            title = Operand(f"{path}.{target.key}", "text")
        return Operand(path, kind, entity.values.get(name), title)

    def mapped(self, subject: str, became: str, reason: str = "", where: Where | None = None) -> None:
        """Report something that means the same here."""
        self.lines.append(ReportLine(Outcome.MAPPED, subject, became, reason, where))

    def degraded(self, subject: str, became: str, reason: str, where: Where | None = None) -> None:
        """Report something that means less here."""
        self.lines.append(ReportLine(Outcome.DEGRADED, subject, became, reason, where))

    def dropped(self, subject: str, reason: str, where: Where | None = None) -> None:
        """Report something that has no place here."""
        self.lines.append(ReportLine(Outcome.DROPPED, subject, "", reason, where))

    def finish(self) -> Imported:
        """The pack's documents and the report."""
        manifest: dict[str, Any] = {
            "name": self.source.pack,
            "version": "0.1.0",
            "title": self._title,
            **({"description": self._description} if self._description else {}),
            **({} if self.navigation is None else {"navigation": {name: {} for name in self.navigation}}),
        }
        documents: dict[str, Mapping[str, Any]] = {"pack.json": manifest, **self._others}
        for entity in self.entities.values():
            documents |= entity.documents()
        return Imported(documents, tuple(self.lines))


def named_options(options: Iterable[Option], *, with_stages: bool) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Choices or stages by name, and their names by the values of the other system."""
    names = Names(mark="value")
    made: dict[str, dict[str, Any]] = {}
    values: dict[str, str] = {}
    for option in options:
        if option.value in values:
            continue
        name = names.take(option.value, "value")
        values[option.value] = name
        said: dict[str, Any] = {"label": option.label or option.value, "colour": option.colour}
        if with_stages:
            said |= {"outcome": option.outcome, "probability": option.probability}
        else:
            said["retired"] = option.retired
        made[name] = {key: each for key, each in said.items() if each != "" and each is not None and each is not False}
    return made, values


def plain_text(value: object) -> str:
    """A text for people as Kalip shows it: one that can be stored, without HTML, not too long."""
    if not isinstance(value, str):
        return "" if value is None or isinstance(value, dict | list | bool) else str(value)
    value = value[: 4 * LONGEST_LABEL]
    text = html.unescape(_TAG.sub(" ", value)) if "<" in value or "&" in value else value
    return " ".join(_UNSTORABLE.sub("", text).split())[:LONGEST_LABEL]


def texts(by_locale: Mapping[str, object]) -> Label:
    """A label in several languages, English first; empty when no language says anything."""
    said = {locale: plain for locale, each in by_locale.items() if (plain := plain_text(each))}
    if "en" in said:
        said = {"en": said.pop("en"), **said}
    if set(said) == {"en"}:
        return said["en"]
    return Text(tuple(said.items())) if said else ""
