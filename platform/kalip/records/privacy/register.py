"""The register of processing, made from the marks of the model: what is kept, why, how long, and who sees it."""

from dataclasses import dataclass
from typing import Any

from kalip.access import deciding_entity
from kalip.base.text import Text
from kalip.model import Entity, Personal, Scope, Verb
from kalip.model.personal import SPECIAL
from kalip.records.privacy.officers import officer
from kalip.records.services import Work


@dataclass(frozen=True, slots=True)
class Entry:
    """One marked field. `readers` are roles that may read such records; `hooks`: they are told to other systems."""

    entity: Entity
    mark: Personal
    readers: tuple[str, ...]
    special: bool
    hooks: bool

    @property
    def label(self) -> Text:
        """What the field is called."""
        return self.entity.fields[self.mark.field].label

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the mark leaves open: basis, term, subject."""
        found = [name for name, said in (("basis", self.mark.basis), ("term", self.mark.term)) if not said]
        return (*found, *(() if self.entity.subject or self.entity.owned_by else ("subject",)))

    def told(self, locale: str) -> dict[str, Any]:
        """The entry as plain JSON, its texts in a language."""
        term = self.mark.term
        return {
            "entity": self.entity.name,
            "entity_label": self.entity.label.get(locale),
            "field": self.mark.field,
            "label": self.label.get(locale),
            "kind": self.mark.kind,
            "special": self.special,
            "purpose": self.mark.purpose.get(locale),
            "basis": self.mark.basis or None,
            "term": term.text if term else None,
            "after": term.after if term else None,
            "roles": list(self.readers),
            "told_to_others": self.hooks,
            "gaps": list(self.gaps),
        }


def register_of(work: Work) -> tuple[Entry, ...]:
    """The register, in order of entities and fields."""
    officer(work)
    return tuple(
        Entry(entity, mark, _readers(work, entity), mark.kind in SPECIAL, bool(entity.hooks))
        for entity in work.model.entities.values()
        for mark in entity.personal
    )


def _readers(work: Work, entity: Entity) -> tuple[str, ...]:
    decider, _ = deciding_entity(work.served, entity.name)
    granted = (
        role
        for (role, verb), permission in decider.permissions.items()
        if verb == Verb.READ and permission.scope is not Scope.NONE and not permission.deny
    )
    return tuple(dict.fromkeys((*granted, *work.model.administrators)))
