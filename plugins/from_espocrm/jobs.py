"""An entity of EspoCRM on its way, and what its fields don't do as before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, PackDraft
from plugins.from_espocrm.metadata import Metadata, objects, where_of

_LINK_FIELDS: Final = {
    "belongsTo": "link",
    "hasMany": "linkMultiple",
    "belongsToParent": "linkParent",
    "hasOne": "linkOne",
}


@dataclass(eq=False)
class Job:
    """An entity with its definition and scope."""

    name: str
    entity: EntityDraft
    draft: PackDraft
    found: Metadata
    notes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def definition(self) -> dict[str, Any]:
        """Fields, links, collection, indexes."""
        return self.found.entity_defs.get(self.name, {})

    @property
    def scope(self) -> dict[str, Any]:
        """What the system does with the entity."""
        return self.found.scopes.get(self.name, {})

    @cached_property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields' definitions, each with a type: a site's own changes leave out what lower layers say."""
        return {name: self._typed(name, said) for name, said in objects(self.definition.get("fields")).items()}

    @cached_property
    def links(self) -> dict[str, dict[str, Any]]:
        """The links' definitions."""
        return objects(self.definition.get("links"))

    def note(self, name: str, text: str) -> None:
        """Remember what a field doesn't do as before."""
        if text:
            self.notes.setdefault(name, []).append(text)

    def map(self, name: str, became: str, reason: str = "") -> None:
        """Tell of something that means the same here."""
        self.draft.mapped(f"{self.name}.{name}", became, reason, self._where(name))

    def degrade(self, name: str, became: str, reason: str) -> None:
        """Tell of something that means less here."""
        self.draft.degraded(f"{self.name}.{name}", became, reason, self._where(name))

    def drop(self, name: str, reason: str) -> None:
        """Tell of something that has no place here."""
        self.draft.dropped(f"{self.name}.{name}", reason, self._where(name))

    def report(self, made: Mapping[str, str]) -> None:
        """Tell of the fields that were made, by their names there."""
        for name, here in made.items():
            field_made = self.entity.fields.get(here)
            if field_made is None:
                continue
            became = f"{self.entity.name}.{here}: {field_made['type']}"
            notes = self.notes.get(name)
            if notes:
                self.degrade(name, became, "; ".join(notes))
            else:
                self.map(name, became)

    def _typed(self, name: str, said: dict[str, Any]) -> dict[str, Any]:
        if isinstance(said.get("type"), str):
            return said
        link = self.links.get(name, {}).get("type")
        usual = "enum" if isinstance(said.get("options"), list) else "varchar"
        return {**said, "type": _LINK_FIELDS.get(str(link), usual)}

    def _where(self, name: str) -> Any:
        kind = "links" if name not in self.fields and name in self.links else "fields"
        step = name.replace("~", "~0").replace("/", "~1")
        return where_of(self.found.documents, self.name, f"/{kind}/{step}")
