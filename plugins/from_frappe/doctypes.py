"""Finds DocTypes in an app's files, with what customizes them. Knows Frappe's JSON, nothing of packs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kalip.runtime.plugins import PackDraft, Source, SourceDocument

LAYOUT: Final = frozenset({"Section Break", "Column Break", "Tab Break", "Fold", "Heading"})
_YES = (1, "1", True, "true", "True", "Yes")


@dataclass(frozen=True, slots=True)
class DocField:
    """A field of a DocType; `pointer` leads to it in its file."""

    name: str
    type: str
    data: Mapping[str, Any]
    document: SourceDocument
    pointer: str

    def text(self, key: str) -> str:
        """A property as text."""
        return text(self.data, key)

    def flag(self, key: str) -> bool:
        """Whether a property is set."""
        return flag(self.data, key)


@dataclass(eq=False, slots=True)
class DocType:
    """A DocType with its fields in the order of the form."""

    name: str
    data: dict[str, Any]
    document: SourceDocument
    pointer: str
    fields: list[DocField] = field(default_factory=list)

    def text(self, key: str) -> str:
        """A property as text."""
        return text(self.data, key)

    def flag(self, key: str) -> bool:
        """Whether a property is set."""
        return flag(self.data, key)

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        """The objects of a list."""
        found = self.data.get(key)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    @property
    def is_table(self) -> bool:
        """Whether its records are lines of others."""
        return self.flag("istable")


@dataclass(frozen=True, slots=True)
class Found:
    """What the files hold."""

    doctypes: Mapping[str, DocType]
    workflows: Mapping[str, Mapping[str, Any]]


def find_doctypes(source: Source, draft: PackDraft) -> Found:
    """Every DocType of the files, customized; what can't be used is reported."""
    doctypes: dict[str, DocType] = {}
    workflows: dict[str, Mapping[str, Any]] = {}
    custom: list[tuple[Mapping[str, Any], SourceDocument, str]] = []
    for document in source.documents:
        for data, pointer in _records(document):
            kind = data.get("doctype")
            if kind == "DocType":
                _take(doctypes, data, document, pointer, draft)
            elif kind == "Workflow" and text(data, "document_type"):
                workflows[text(data, "document_type")] = data
            elif kind in ("Custom Field", "Property Setter"):
                custom.append((data, document, pointer))
    for data, document, pointer in custom:
        _customize(doctypes, data, document, pointer, draft)
    return Found(doctypes, workflows)


def text(data: Mapping[str, Any], key: str) -> str:
    """A property as text; empty for what is no single value."""
    value = data.get(key)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def flag(data: Mapping[str, Any], key: str) -> bool:
    """Whether a property is set."""
    value = data.get(key)
    return isinstance(value, str | int | bool) and value in _YES


def _records(document: SourceDocument) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The records of a file: one, a list of fixtures, or the customizations of a DocType."""
    data = document.data
    if isinstance(data, list):
        for number, each in enumerate(data):
            if isinstance(each, dict):
                yield each, f"/{number}"
    if not isinstance(data, dict):
        return
    for key, kind in (("custom_fields", "Custom Field"), ("property_setters", "Property Setter")):
        rows = data.get(key)
        for number, each in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(each, dict):
                yield {**each, "doctype": kind}, f"/{key}/{number}"
    yield data, ""


def _take(
    doctypes: dict[str, DocType], data: Mapping[str, Any], document: SourceDocument, pointer: str, draft: PackDraft
) -> None:
    name = text(data, "name")
    if not name:
        draft.dropped(document.path, "the DocType has no name", document.where(pointer))
        return
    if name in doctypes:
        draft.dropped(name, "a DocType of this name was read already", document.where(pointer))
        return
    made = DocType(name, dict(data), document, pointer)
    rows = data.get("fields")
    if not isinstance(rows, list):
        draft.dropped(f"{name}.fields", "'fields' is no list", document.where(f"{pointer}/fields"))
        rows = []
    by_name: dict[str, DocField] = {}
    for number, row in enumerate(rows):
        at = f"{pointer}/fields/{number}"
        found = _field(row, number, document, at)
        if found is None:
            draft.dropped(f"{name}.fields", f"entry {number + 1} is no field", document.where(at))
        elif found.name in by_name:
            draft.dropped(f"{name}.{found.name}", "there are two fields of this name", document.where(at))
        else:
            by_name[found.name] = found
    order = data.get("field_order")
    first = [each for each in order if isinstance(each, str)] if isinstance(order, list) else []
    made.fields = [by_name[each] for each in dict.fromkeys((*first, *by_name)) if each in by_name]
    doctypes[name] = made


def _field(row: object, number: int, document: SourceDocument, pointer: str) -> DocField | None:
    if not isinstance(row, dict):
        return None
    kind = text(row, "fieldtype")
    name = text(row, "fieldname") or (f"{kind} {number}" if kind in LAYOUT else text(row, "label"))
    return DocField(name, kind or "Data", row, document, pointer) if name else None


def _customize(
    doctypes: dict[str, DocType], data: Mapping[str, Any], document: SourceDocument, pointer: str, draft: PackDraft
) -> None:
    is_field = data["doctype"] == "Custom Field"
    target = text(data, "dt" if is_field else "doc_type")
    doctype = doctypes.get(target)
    name = text(data, "fieldname" if is_field else "field_name")
    subject = f"{target}.{name}" if name else target
    if doctype is None:
        draft.dropped(subject, f"it customizes the DocType '{target}', which is not here", document.where(pointer))
        return
    names = [each.name for each in doctype.fields]
    if is_field:
        found = _field(data, 0, document, pointer)
        if found is None or found.name in names:
            draft.dropped(subject, "there is a field of this name already", document.where(pointer))
            return
        after = text(data, "insert_after")
        doctype.fields.insert(names.index(after) + 1 if after in names else len(names), found)
        return
    key = text(data, "property")
    if not name:
        doctype.data[key] = data.get("value")
    elif name in names:
        at = names.index(name)
        old = doctype.fields[at]
        changed = {**old.data, key: data.get("value")}
        doctype.fields[at] = DocField(old.name, text(changed, "fieldtype") or old.type, changed, document, pointer)
    else:
        draft.dropped(subject, "it customizes a field that is not here", document.where(pointer))
