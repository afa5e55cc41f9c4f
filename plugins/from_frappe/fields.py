"""What each field type of Frappe becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kalip.runtime.plugins import MOST_OPTIONS, EntityDraft, Label, Option, PackDraft
from plugins.from_frappe.doctypes import DocField, DocType

LONG_TEXT: Final = 1_000_000
_MOST_LINE: Final = 500
_USUAL_LINE: Final = 140
_MOST_TARGETS: Final = 200
_FLOAT_PLACES: Final = 3
_MOST_PLACES: Final = 9
_MOST_STARS: Final = 10


@dataclass(frozen=True, slots=True)
class Made:
    """A field of the pack, or None with the reason; `lost` says what it doesn't do as before."""

    field: dict[str, Any] | None
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: its DocType and entity, and how to find those of others."""

    draft: PackDraft
    doctypes: Mapping[str, DocType]
    entities: Mapping[str, EntityDraft]
    doctype: DocType
    entity: EntityDraft
    label: Callable[[str], Label]
    lines: Callable[[DocField], EntityDraft | None]


def make_field(place: Place, field: DocField) -> Made:
    """The field of the pack for one of a DocType; a type that isn't known becomes text."""
    maker = _MAKERS.get(field.type)
    if maker is None:
        return Made({"type": "text", "max_length": _MOST_LINE}, f"the field type '{field.type}' is not known")
    return maker(place, field)


def options_of(place: Place, field: DocField) -> list[Option]:
    """The options of a Select, empty ones left out."""
    lines = field.data.get("options")
    values = [line.strip() for line in lines.splitlines()] if isinstance(lines, str) else []
    return [Option(value, place.label(value)) for value in dict.fromkeys(values) if value]


def _plain(type_: str, lost: str = "", **options: Any) -> Callable[[Place, DocField], Made]:
    return lambda _place, _field: Made({"type": type_, **options}, lost)


def _dropped(reason: str) -> Callable[[Place, DocField], Made]:
    return lambda _place, _field: Made(None, reason)


def _data(_place: Place, field: DocField) -> Made:
    kind = field.text("options").split("\n")[0].strip()
    simple = {"Email": "email", "Phone": "phone", "URL": "url"}.get(kind)
    if simple:
        return Made({"type": simple})
    length = _number(field.text("length")) or _USUAL_LINE
    if length > _MOST_LINE:
        return Made({"type": "long_text", "max_length": min(length, LONG_TEXT)})
    if kind == "IBAN":
        return Made({"type": "text", "max_length": length}, "the check digits of an IBAN are not checked")
    return Made({"type": "text", "max_length": length})


def _whole(_place: Place, field: DocField) -> Made:
    return Made({"type": "integer", **({"min": 0} if field.flag("non_negative") else {})})


def _decimal(type_: str, usual: int) -> Callable[[Place, DocField], Made]:
    def make(_place: Place, field: DocField) -> Made:
        places = _number(field.text("precision"))
        scale = usual if places is None else min(places, _MOST_PLACES)
        least = {"min": "0"} if field.flag("non_negative") else {}
        return Made({"type": type_, "scale": scale, **least})

    return make


def _money(_place: Place, field: DocField) -> Made:
    places = _number(field.text("precision"))
    made: dict[str, Any] = {"type": "money", **({"scale": places} if places is not None and places <= 4 else {})}
    if field.flag("non_negative"):
        made["min"] = "0"
    source = field.text("options")
    if source:
        return Made(made, f"each amount says its currency itself, instead of by '{source}'")
    return Made(made)


def _select(place: Place, field: DocField) -> Made:
    options = options_of(place, field)
    if not options:
        return Made({"type": "text"}, "the list of options is filled by a programme")
    if len(options) > MOST_OPTIONS:
        return Made({"type": "text", "max_length": _MOST_LINE}, f"a choice list has at most {MOST_OPTIONS} values")
    name = place.entity.names.peek(field.name)
    label = place.label(field.text("label") or field.name)
    made, values = place.draft.choice_list(place.entity.name, name, label, options)
    place.entity.values[name] = values
    return Made({"type": "choice", "choices": made})


def _suggestions(_place: Place, field: DocField) -> Made:
    lost = "values are not suggested" if field.text("options") else ""
    return Made({"type": "text", "max_length": _MOST_LINE}, lost)


def _link(place: Place, field: DocField) -> Made:
    target = field.text("options")
    if target == "User":
        return Made({"type": "user"})
    found = place.entities.get(target)
    if found is None:
        why = f"'{target}' is not among what is imported" if target else "it says no target"
        return Made({"type": "text"}, f"{why}: the name of the record is kept as text")
    return Made({"type": "reference", "to": found.name})


def _dynamic(place: Place, field: DocField) -> Made:
    """Leads to what the field that `options` names can name: its options, or any DocType."""
    chooser = next((each for each in place.doctype.fields if each.name == field.text("options")), None)
    names = [each.value for each in options_of(place, chooser)] if chooser and chooser.type == "Select" else []
    targets = [place.entities[name].name for name in names if name in place.entities]
    lost = ""
    if not targets:
        ordinary = [
            each.name
            for name, each in place.entities.items()
            if not place.doctypes[name].is_table and not place.doctypes[name].flag("issingle")
        ]
        targets = ordinary[:_MOST_TARGETS]
        lost = "it may lead to any entity of the pack" if targets else ""
    missing = [name for name in names if name not in place.entities]
    if not targets:
        return Made({"type": "text"}, "none of its targets is among what is imported")
    if missing and len(missing) < len(names):
        lost = f"not imported, so not among the targets: {', '.join(missing)}"
    return Made({"type": "any_reference", "to": {name: {} for name in targets}}, lost)


def _table(place: Place, field: DocField) -> Made:
    lines = place.lines(field)
    if lines is None:
        target = field.text("options")
        why = "lines have no lines of their own here" if place.doctype.is_table else f"the table '{target}' is not here"
        return Made({"type": "json"}, f"{why}: its lines are kept as JSON")
    return Made({"type": "children", "of": lines.name, "max_count": 5000})


def _several(place: Place, field: DocField) -> Made:
    """A table with one link: references to what the link leads to."""
    table = place.doctypes.get(field.text("options"))
    link = next((each for each in table.fields if each.type == "Link"), None) if table else None
    target = link.text("options") if link else ""
    found = place.entities.get(target)
    if found is None:
        what = target or field.text("options")
        return Made({"type": "tags"}, f"'{what}' is not among what is imported: names are kept as tags")
    more = [each.name for each in table.fields if each is not link and each.type not in _LAYOUT] if table else []
    lost = f"only the records are kept, not {', '.join(more)}" if more else ""
    return Made({"type": "references", "to": found.name}, lost)


def _rating(_place: Place, field: DocField) -> Made:
    stars = _number(field.text("options")) or 5
    return Made(
        {"type": "rating", "max": max(2, min(stars, _MOST_STARS))}, "stars are whole: Frappe keeps parts of one"
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 7 else None


_LAYOUT = frozenset({"Section Break", "Column Break", "Tab Break", "Fold", "Heading", "HTML", "Button"})
_MAKERS: Final[Mapping[str, Callable[[Place, DocField], Made]]] = {
    "Data": _data,
    "Small Text": _plain("long_text", max_length=LONG_TEXT, rows=3),
    "Text": _plain("long_text", max_length=LONG_TEXT),
    "Long Text": _plain("long_text", max_length=LONG_TEXT, rows=10),
    "Code": _plain("long_text", "code is kept as plain text", max_length=LONG_TEXT, rows=10),
    "Markdown Editor": _plain("long_text", "Markdown is kept as plain text", max_length=LONG_TEXT, rows=10),
    "HTML Editor": _plain("rich_text", "only HTML that is safe is kept", max_length=LONG_TEXT),
    "Text Editor": _plain("rich_text", max_length=LONG_TEXT),
    "Int": _whole,
    "Long Int": _whole,
    "Float": _decimal("decimal", _FLOAT_PLACES),
    "Percent": _decimal("percent", 2),
    "Currency": _money,
    "Check": _plain("boolean"),
    "Select": _select,
    "Autocomplete": _suggestions,
    "Link": _link,
    "Dynamic Link": _dynamic,
    "Table": _table,
    "Table MultiSelect": _several,
    "Date": _plain("date"),
    "Datetime": _plain("datetime"),
    "Time": _plain("time"),
    "Duration": _plain("duration"),
    "Attach": _plain("file"),
    "Attach Image": _plain("image"),
    "Signature": _plain("image", "it is a picture, not drawn on the form"),
    "Color": _plain("colour"),
    "Rating": _rating,
    "Geolocation": _plain("json", "shapes on a map are kept as GeoJSON, not drawn"),
    "JSON": _plain("json"),
    "Phone": _plain("phone"),
    "Barcode": _plain("text", "the code is kept as text, not drawn", max_length=_MOST_LINE),
    "Icon": _plain("text", "the icon is kept by its name"),
    "Read Only": _plain("text", max_length=_MOST_LINE, readonly=True),
    "Password": _dropped("passwords are kept encrypted and are not taken along"),
    "Button": _dropped("a button runs a programme"),
    "HTML": _dropped("it shows a text or what a programme makes, and keeps nothing"),
    "Image": _dropped("it shows the picture of another field"),
}
