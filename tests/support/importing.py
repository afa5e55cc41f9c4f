"""Runs importers of metadata on documents that a test writes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from kalip.base.bundle import bundle_path
from kalip.base.canonical import pretty_text
from kalip.compiler import compile_packs
from kalip.runtime import Extensions, load_extensions
from kalip.runtime.importers import ReportLine, Source, SourceDocument
from kalip.runtime.importing.finishing import Finished, finish_import

ESPO_METADATA = "Resources/metadata"


@cache
def extensions() -> Extensions:
    """What the shipped plugins bring."""
    return load_extensions(bundle_path("plugins"))


def imported(
    system: str, documents: Mapping[str, Any], files: Mapping[str, bytes] | None = None, **source: Any
) -> Finished:
    """The pack that an importer makes of documents by path. It compiles without a diagnostic, or the test fails."""
    read = tuple(SourceDocument(path, data, pretty_text(data), path) for path, data in documents.items())
    found = extensions()
    finished = finish_import(found.importers[system].read(Source(read, files or {}, **{"pack": "p", **source})), found)
    compiled = compile_packs([finished.pack], found.types, functions=found.functions, actions=found.actions)
    assert compiled.diagnostics == ()
    return finished


def fields_of(finished: Finished, entity: str) -> dict[str, Any]:
    """The fields of an entity of the pack."""
    return dict(document(finished, f"entities/{entity}/entity")["fields"])


def document(finished: Finished, address: str) -> Mapping[str, Any]:
    """A document of the pack."""
    return finished.pack.documents[f"{address}.json"].data


def told(finished: Finished, subject: str) -> ReportLine:
    """The one line about a thing of the other system."""
    lines = [each for each in finished.lines if each.subject == subject]
    assert len(lines) == 1, lines
    return lines[0]


def a_field(name: str, kind: str = "Data", **more: Any) -> dict[str, Any]:
    """A field of a DocType."""
    return {"fieldname": name, "fieldtype": kind, "label": name.replace("_", " ").title(), **more}


def a_doctype(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A DocType with fields."""
    order = [each["fieldname"] for each in fields]
    return {"doctype": "DocType", "name": name, "field_order": order, "fields": list(fields), **more}


def of_frappe(*doctypes: dict[str, Any], **source: Any) -> Finished:
    """The pack of DocTypes."""
    return imported("frappe", {f"app/m/doctype/{each['name']}.json": each for each in doctypes}, **source)


def of_espocrm(
    entities: Mapping[str, Mapping[str, Any]], more: Mapping[str, Any] | None = None, **source: Any
) -> Finished:
    """The pack of entities by name: their definitions, and other files by path."""
    files = {f"{ESPO_METADATA}/entityDefs/{name}.json": said for name, said in entities.items()}
    return imported("espocrm", {**files, **(more or {})}, **source)


CITY_AND_WHEEL = (
    a_doctype("City", a_field("city_name", reqd=1), autoname="field:city_name"),
    a_doctype("Wheel", a_field("size", "Int", in_list_view=1), istable=1),
)


def garage(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A DocType with fields of several types, links and lines; it goes with `CITY_AND_WHEEL`."""
    return a_doctype(
        "Car",
        a_field("kind", "Select", options="Van\nBus"),
        a_field("electric", "Check"),
        a_field("seats", "Int"),
        a_field("bought", "Date"),
        a_field("city", "Link", options="City"),
        a_field("about_type", "Link", options="DocType"),
        a_field("about", "Dynamic Link", options="about_type"),
        a_field("wheels", "Table", options="Wheel"),
        *fields,
        **more,
    )


ESPO_CAR: dict[str, Any] = {
    "fields": {
        "kind": {"type": "enum", "options": ["Big Van", "Bus"]},
        "electric": {"type": "bool"},
        "extras": {"type": "multiEnum", "options": ["Radio"]},
        "note": {"type": "varchar"},
        "seats": {"type": "int"},
        "bought": {"type": "date"},
        "driver": {"type": "link"},
        "about": {"type": "linkParent", "entityList": ["Car"]},
        "x": {"type": "varchar", "required": True},
    },
    "links": {"driver": {"type": "belongsTo", "entity": "User"}},
}
