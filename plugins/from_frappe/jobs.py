"""A DocType on its way to an entity, and what its fields don't do as before."""

from dataclasses import dataclass, field
from typing import Any

from kalip.runtime.plugins import EntityDraft, PackDraft
from plugins.from_frappe.doctypes import DocField, DocType


@dataclass(eq=False)
class Job:
    """A DocType that becomes an entity. `parent` owns its records; `is_copy` when an earlier job tells of it."""

    doctype: DocType
    entity: EntityDraft
    parent: EntityDraft | None = None
    is_copy: bool = False
    notes: dict[str, list[str]] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    guards: list[tuple[dict[str, Any], str]] = field(default_factory=list)

    def note(self, field_name: str, text: str) -> None:
        """Remember what a field doesn't do as before."""
        if text:
            self.notes.setdefault(field_name, []).append(text)

    def report(self, draft: PackDraft) -> None:
        """Tell of each field that has a place in the entity."""
        if self.is_copy:
            return
        for each in self.doctype.fields:
            name = self.entity.known.get(each.name, "")
            made = self.entity.fields.get(name)
            if made is None or each.name == "naming_series":
                continue
            subject, became = f"{self.doctype.name}.{each.name}", f"{self.entity.name}.{name}: {made['type']}"
            where = each.document.where(each.pointer)
            notes = self.notes.get(each.name)
            if notes:
                draft.degraded(subject, became, "; ".join(notes), where)
            else:
                draft.mapped(subject, became, "", where)

    def drop(self, draft: PackDraft, each: DocField, reason: str) -> None:
        """Tell of a field that has no place."""
        if not self.is_copy:
            draft.dropped(f"{self.doctype.name}.{each.name}", reason, each.document.where(each.pointer))
