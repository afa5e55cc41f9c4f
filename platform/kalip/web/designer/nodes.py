"""A place in a document as people edit it, made from the schema: properties as inputs, maps as lists of entries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kalip.base.canonical import canonical_text
from kalip.base.names import humanize
from kalip.metadata import MergedDocument
from kalip.metadata.schemas import Schema, part_of
from kalip.metadata.source import escape, unescape, value_at
from kalip.web.inputs import Option
from kalip.web.locale import LOCALES, current_locale, gettext

_REF: Final = "#/$defs/"
_HIDDEN: Final = frozenset({"extends", "removed", "was"})
_FIRST: Final = frozenset({"fields", "stages", "columns", "choices", "tabs"})
_TEXTS: Final = f"{_REF}text"
_WIDGETS: Final = {
    f"{_REF}expression": "expression",
    f"{_REF}colour": "colour",
    f"{_REF}entity_name": "entity",
    f"{_REF}name": "name",
    f"{_REF}path": "name",
}
COLOURS: Final = (
    "blue", "azure", "indigo", "purple", "pink", "red", "orange", "yellow", "lime", "green", "teal", "cyan", "grey",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Which layer said it last; `own` when that is this site, whose change can be taken back."""

    layer: str
    own: bool


@dataclass(frozen=True, slots=True)
class Property:
    """A property as an input. `texts` are (locale, language, text), of many lines where it is `tall`.

    `around` names the object that it is part of.
    """

    key: str
    pointer: str
    label: str
    help: str
    widget: str
    text: str
    source: Source | None
    required: bool = False
    options: tuple[Option, ...] = ()
    texts: tuple[tuple[str, str, str], ...] = ()
    tall: bool = False
    limits: Mapping[str, Any] | None = None
    error: str = ""
    around: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a map. `opens` when it has properties of its own."""

    key: str
    pointer: str
    label: str
    note: str
    tone: str
    source: Source
    opens: bool


@dataclass(frozen=True, slots=True)
class Entries:
    """A map of named entries, ordered as written."""

    key: str
    pointer: str
    label: str
    help: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document: what it is called, its properties and its maps."""

    pointer: str
    kind: str
    label: str
    help: str
    properties: tuple[Property, ...]
    maps: tuple[Entries, ...]


def node_at(document: MergedDocument, schema: Schema, pointer: str, errors: Mapping[str, str]) -> Node | None:
    """The node at a pointer; None where the schema or the document has none. `errors` are messages by pointer."""
    found = schema_at(schema, document.data, pointer)
    data = value_at(document.data, pointer)
    if pointer[:1] not in ("", "/") or found is None or not isinstance(data, Mapping):
        return None
    name = unescape(pointer.rpartition("/")[2])
    properties, maps = [], []
    for key, part in found.get("properties", {}).items():
        resolved = _resolved(schema, part)
        place = f"{pointer}/{escape(key)}"
        if key in _HIDDEN or (pointer == "" and key == "permissions"):
            continue
        if _is_map(resolved, part):
            maps.append(_entries(document, schema, place, resolved, key))
        else:
            properties += _properties(document, schema, place, part, errors)
            if key in found.get("required", ()) and properties[-1].pointer == place:
                properties[-1] = replace(properties[-1], required=True)
    maps.sort(key=lambda each: each.key not in _FIRST)
    if _is_map(found, {}):
        maps.append(_entries(document, schema, pointer, found, name))
    return Node(
        pointer,
        str(found.get("title", "")),
        label_of(data, name) if pointer else "",
        str(found.get("description", "")),
        tuple(properties),
        tuple(maps),
    )


def schema_at(schema: Schema, data: Any, pointer: str) -> Schema | None:
    """The schema of the value at a pointer, references followed and a field's type considered."""
    found: Schema | None = _resolved(schema, schema)
    for step in pointer.split("/")[1:]:
        if found is None:
            return None
        key = unescape(step)
        data = data.get(key) if isinstance(data, Mapping) else None
        part = part_of(found, key)
        found = _resolved(schema, part, data) if isinstance(part, dict) else None
    return found


def label_of(data: Any, name: str) -> str:
    """What people call an entry: its label in their language, or its name made readable."""
    label = data.get("label") if isinstance(data, Mapping) else None
    if isinstance(label, Mapping):
        label = label.get(current_locale()) or next((each for each in label.values() if each), None)
    return str(label) if label else humanize(name)


def name_of(document: MergedDocument) -> str:
    """What people call a document: its label, the name of a view, or what kind of thing it is."""
    if document.data.get("label") or document.names[-1] != "default":
        return label_of(document.data, document.names[-1])
    return gettext(humanize(document.kind))


def texts_of(value: Any) -> dict[str, str]:
    """A text by locale; one that is written for all languages is English."""
    if isinstance(value, Mapping):
        return {str(locale): str(text) for locale, text in value.items() if text is not None}
    return {"en": str(value)} if value else {}


def _resolved(schema: Schema, part: Schema, data: Any = None) -> Schema:
    name = str(part.get("$ref", "")).removeprefix(_REF)
    if not name:
        return part
    by_type = f"field_{data.get('type')}" if name == "field" and isinstance(data, Mapping) else ""
    definitions = schema["$defs"]
    resolved: Schema = definitions.get(by_type) or definitions[name]
    # What stands beside a reference says more than what it refers to.
    return {**_resolved(schema, resolved), **{key: each for key, each in part.items() if key != "$ref"}}


def _is_map(resolved: Schema, part: Schema) -> bool:
    named = isinstance(resolved.get("additionalProperties"), dict) and not resolved.get("properties")
    return named and resolved.get("type") == "object" and part.get("$ref") != _TEXTS


def _entries(document: MergedDocument, schema: Schema, pointer: str, resolved: Schema, key: str) -> Entries:
    data = value_at(document.data, pointer)
    entries = tuple(_entry(document, schema, pointer, resolved, *each) for each in _items(data))
    return Entries(
        key, pointer, str(resolved.get("title") or humanize(key)), str(resolved.get("description", "")), entries
    )


def _items(data: Any) -> Iterator[tuple[str, Any]]:
    yield from data.items() if isinstance(data, Mapping) else ()


def _entry(  # noqa: PLR0913, PLR0917 the document and the entry's place in it
    document: MergedDocument, schema: Schema, pointer: str, resolved: Schema, key: str, data: Any
) -> Entry:
    place = f"{pointer}/{escape(key)}"
    inner = _resolved(schema, resolved["additionalProperties"], data)
    typed = isinstance(data, Mapping) and "type" in data
    note = gettext(str(inner.get("title", data["type"]))) if typed else "" if isinstance(data, Mapping) else str(data)
    tone = data.get("colour", "") if isinstance(data, Mapping) else ""
    label = label_of(data, key)
    return Entry(key, place, label, str(note or ""), str(tone or ""), source_of(document, place), bool(_opens(inner)))


def _opens(inner: Schema) -> bool:
    return bool(inner.get("properties")) or isinstance(inner.get("additionalProperties"), dict)


def source_of(document: MergedDocument, pointer: str) -> Source:
    """The layer that set a property last."""
    layer = document.setter(pointer)[0].layer
    return Source(layer, layer == "site")


def _properties(
    document: MergedDocument, schema: Schema, pointer: str, part: Schema, errors: Mapping[str, str]
) -> list[Property]:
    """A property; of an object with properties of its own, each of them."""
    resolved = _resolved(schema, part)
    if resolved.get("type") != "object" or not resolved.get("properties"):
        return [_property(document, pointer, resolved, part, errors.get(pointer, ""))]
    title = str(resolved.get("title", ""))
    return [
        replace(inner, around=title)
        for key, each in resolved["properties"].items()
        for inner in _properties(document, schema, f"{pointer}/{escape(key)}", each, errors)
    ]


def _property(document: MergedDocument, pointer: str, resolved: Schema, part: Schema, error: str) -> Property:
    value = value_at(document.data, pointer)
    key = unescape(pointer.rpartition("/")[2])
    widget = "type" if pointer.endswith("/type") and pointer.startswith("/fields/") else _widget(resolved, part)
    return Property(
        key=key,
        pointer=pointer,
        label=str(part.get("title") or resolved.get("title") or humanize(key)),
        help=str(part.get("description") or resolved.get("description", "")),
        widget=widget,
        text=_text(value, widget),
        source=source_of(document, pointer) if value is not None else None,
        options=_options(resolved, widget, value),
        texts=_texts(value) if widget == "texts" else (),
        tall="contentMediaType" in part,
        limits=resolved,
        error=error,
    )


def _widget(resolved: Schema, part: Schema) -> str:
    reference = part.get("$ref", "")
    if reference == _TEXTS:
        return "texts"
    if reference in _WIDGETS:
        return _WIDGETS[reference]
    kind = resolved.get("type")
    if "enum" in resolved:
        return "choice"
    if kind == "string":
        return "name" if resolved.get("pattern", "").startswith("^[a-z]") else "text"
    if kind in ("boolean", "integer", "number"):
        return "flag" if kind == "boolean" else "number"
    return "json"


def _text(value: Any, widget: str) -> str:
    if value is None:
        return ""
    if widget == "json":
        return canonical_text(value)
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


def _texts(value: Any) -> tuple[tuple[str, str, str], ...]:
    texts = texts_of(value)
    locales = {**LOCALES, **{locale: locale for locale in texts}}
    return tuple((locale, name, texts.get(locale, "")) for locale, name in locales.items())


def _options(resolved: Schema, widget: str, value: Any) -> tuple[Option, ...]:
    if widget == "colour":
        return tuple(Option(each, gettext(humanize(each)), each == value, f"tone tone-{each}") for each in COLOURS)
    if widget != "choice":
        return ()
    chosen = value if value is not None else resolved.get("default")
    return tuple(Option(str(each), gettext(humanize(str(each))), each == chosen) for each in resolved["enum"])
