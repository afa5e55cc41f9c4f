"""What each field type of EspoCRM becomes; links are in a file of their own."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kalip.runtime.plugins import MOST_OPTIONS, Option
from plugins.from_espocrm.jobs import Job
from plugins.from_espocrm.metadata import strings, text
from plugins.from_espocrm.words import Words

LONG_TEXT: Final = 1_000_000
_MOST_LINE: Final = 500
_USUAL_LINE: Final = 100
_MOST_PLACES: Final = 9
_PLACES: Final = 4
_COLOURS: Final = {
    "success": "green",
    "warning": "orange",
    "danger": "red",
    "primary": "blue",
    "info": "azure",
    "default": "grey",
}
_NAMED_PATTERN: Final = re.compile(r"\$\w+")
_HARMLESS_PATTERNS: Final = frozenset({"$noBadCharacters", "$noAsciiSpecialCharacters"})
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SCRIPT: Final = "javascript:"


@dataclass(frozen=True, slots=True)
class Made:
    """A field of the pack, or None with the reason; `lost` says what it doesn't do as before."""

    field: dict[str, Any] | None
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: its entity, what things are called, and all entities by their names there."""

    job: Job
    words: Words
    jobs: Mapping[str, Job]

    def label(self, name: str) -> Any:
        """The field's label."""
        return self.words.field(self.job.name, name)


def make_field(place: Place, name: str, said: Mapping[str, Any]) -> Made:
    """The field of the pack for one of an entity; a type that isn't known becomes text."""
    kind = text(said.get("type")) or "varchar"
    maker = _MAKERS.get(kind)
    if maker is None:
        return Made({"type": "text", "max_length": _MOST_LINE}, f"the field type '{kind}' is not known")
    return maker(place, name, said)


def options_of(place: Place, name: str, said: Mapping[str, Any]) -> list[Option]:
    """The options of a field: its own, those of a field that it refers to, or those that translations know."""
    owner, at = place.job.name, name
    reference = text(said.get("optionsReference"))
    values = strings(said.get("options"))
    if reference.count(".") == 1:
        owner, at = reference.split(".")
        other = place.jobs.get(owner)
        values = strings(other.fields.get(at, {}).get("options")) if other is not None else []
    translation = text(said.get("translation")).split(".")
    if len(translation) == 3 and translation[1] == "options":
        owner, at = translation[0], translation[2]
    values = values or place.words.options(owner, at)
    style = said.get("style") if isinstance(said.get("style"), dict) else {}
    return [
        Option(value, place.words.option((owner, at), value), _COLOURS.get(text((style or {}).get(value)), ""))
        for value in dict.fromkeys(values)
        if value.strip()
    ]


def set_default(job: Job, name: str, said: Mapping[str, Any], made: dict[str, Any]) -> None:
    """Give a field its default; one that can't be said is noted."""
    default, kind = said.get("default"), made["type"]
    if kind == "boolean":
        made["default"] = default is True or default == 1
        return
    if default is None or default in ("", [], {}):
        return
    found = _default(job, made, default)
    if found is None:
        job.note(name, f"the default '{str(default)[:60]}' is left out: it can't be said here")
    else:
        made |= found


def _default(job: Job, made: dict[str, Any], default: Any) -> dict[str, Any] | None:
    kind = made["type"]
    values = next((each for here, each in job.entity.values.items() if job.entity.fields.get(here) is made), {})
    if isinstance(default, str) and default.startswith(_SCRIPT):
        is_now = ".getNow(" in default or ".getToday(" in default
        by_type = {"date": "today()", "datetime": "now()"}
        return {"default_expression": by_type[kind]} if is_now and kind in by_type else None
    if kind == "choice":
        return {"default": values[str(default)]} if str(default) in values else None
    if kind == "choices":
        known = [values[each] for each in strings(default) if each in values]
        return {"default": known} if known else None
    if isinstance(default, bool) or (kind == "money" and "currency" not in made):
        return None
    if kind == "integer":
        return {"default": default} if isinstance(default, int) else None
    if kind in ("decimal", "percent"):
        return {"default": str(default)} if isinstance(default, int | float) else None
    if kind == "duration":
        return {"default": f"PT{default}S"} if isinstance(default, int) and default >= 0 else None
    if kind == "date":
        return {"default": default} if isinstance(default, str) and _DATE.fullmatch(default) else None
    is_plain = isinstance(default, str) and kind in (
        "text",
        "long_text",
        "rich_text",
        "url",
        "email",
        "phone",
        "colour",
    )
    return {"default": default} if is_plain else None


def _plain(type_: str, lost: str = "", **options: Any) -> Callable[[Place, str, Mapping[str, Any]], Made]:
    return lambda _place, _name, _said: Made({"type": type_, **options}, lost)


def _dropped(reason: str) -> Callable[[Place, str, Mapping[str, Any]], Made]:
    return lambda _place, _name, _said: Made(None, reason)


def _varchar(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    length = _whole(said.get("maxLength")) or _USUAL_LINE
    if length > _MOST_LINE:
        return Made({"type": "long_text", "max_length": min(length, LONG_TEXT)})
    lost = ["values are not suggested"] if strings(said.get("options")) else []
    made: dict[str, Any] = {"type": "text", "max_length": length}
    pattern = text(said.get("pattern"))
    if pattern and not _NAMED_PATTERN.fullmatch(pattern):
        made["pattern"] = pattern
    elif pattern and pattern not in _HARMLESS_PATTERNS:
        lost.append(f"the pattern '{pattern}' is not known here")
    return Made(made, "; ".join(lost))


def _text(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    length = min(_whole(said.get("maxLength")) or LONG_TEXT, LONG_TEXT)
    rows = _whole(said.get("rows")) or _whole(said.get("rowsMin")) or 0
    return Made({"type": "long_text", "max_length": length, **({"rows": rows} if 2 <= rows <= 40 else {})})


def _choice(place: Place, name: str, said: Mapping[str, Any]) -> Made:
    return _listed(place, name, said, "choice")


def _choices(place: Place, name: str, said: Mapping[str, Any]) -> Made:
    return _listed(place, name, said, "choices")


def _array(place: Place, name: str, said: Mapping[str, Any]) -> Made:
    """A list of values: closed when there are options and no others are allowed."""
    if strings(said.get("options")) and not said.get("allowCustomOptions"):
        return _listed(place, name, said, "choices")
    return Made({"type": "tags"}, "each value has at most 60 characters" if said.get("options") is None else "")


def _listed(place: Place, name: str, said: Mapping[str, Any], type_: str) -> Made:
    options = options_of(place, name, said)
    if not options:
        plain = "text" if type_ == "choice" else "tags"
        return Made({"type": plain}, "the list of options is filled by a programme")
    if len(options) > MOST_OPTIONS:
        return Made(
            {"type": "tags" if type_ == "choices" else "text"}, f"a choice list has at most {MOST_OPTIONS} values"
        )
    entity = place.job.entity
    here = entity.names.peek(name)
    made, values = place.job.draft.choice_list(entity.name, here, place.label(name), options)
    entity.values[here] = values
    lost = "other values than the options can't be given" if said.get("allowCustomOptions") else ""
    return Made({"type": type_, "choices": made}, lost)


def _int(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    bounds = {key: each for key in ("min", "max") if (each := _integer(said.get(key))) is not None}
    return Made({"type": "integer", **bounds})


def _float(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    places = _whole(said.get("decimalPlaces"))
    places = _whole(said.get("scale")) if places is None else places
    return Made({"type": "decimal", "scale": _PLACES if places is None else min(places, _MOST_PLACES), **_bounds(said)})


def _money(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    codes = [code for code in strings(said.get("currencyList")) if re.fullmatch("[A-Z]{3}", code)]
    return Made({"type": "money", **({"currencies": list(dict.fromkeys(codes))} if codes else {}), **_bounds(said)})


def _number(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    prefix = re.sub(r"[{}\x00-\x1f]", "", text(said.get("prefix")))[:40]
    digits = min(_whole(said.get("padLength")) or 5, 12)
    lost = "counting begins at 1" if _whole(said.get("nextNumber")) not in (None, 0, 1) else ""
    return Made({"type": "autonumber", "format": f"{prefix}{{number:{digits:02}}}"}, lost)


def _duration(_place: Place, _name: str, said: Mapping[str, Any]) -> Made:
    start, end = text(said.get("start")), text(said.get("end"))
    if said.get("notStorable") and start and end:
        return Made({"type": "computed", "expression": "", "between": (start, end)})
    return Made({"type": "duration"})


def _bounds(said: Mapping[str, Any]) -> dict[str, str]:
    found = {key: said.get(key) for key in ("min", "max")}
    return {
        key: format(each, "f") if isinstance(each, float) else str(each)
        for key, each in found.items()
        if isinstance(each, int | float) and not isinstance(each, bool)
    }


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


_MAKERS: Final[Mapping[str, Callable[[Place, str, Mapping[str, Any]], Made]]] = {
    "varchar": _varchar,
    "base": _varchar,
    "text": _text,
    "wysiwyg": _plain("rich_text", max_length=LONG_TEXT),
    "url": _plain("url"),
    "urlMultiple": _plain("long_text", "addresses are kept as lines of text", max_length=LONG_TEXT),
    "email": _plain("email", "one address is kept, not several with a primary one"),
    "phone": _plain("phone", "one number is kept, not several with types"),
    "enum": _choice,
    "enumInt": _choice,
    "enumFloat": _choice,
    "multiEnum": _choices,
    "multienum": _choices,
    "checklist": _choices,
    "array": _array,
    "arrayInt": _plain("json", "numbers are kept as JSON"),
    "jsonArray": _plain("json"),
    "jsonObject": _plain("json"),
    "bool": _plain("boolean"),
    "int": _int,
    "float": _float,
    "decimal": _float,
    "currency": _money,
    "currencyConverted": _dropped("amounts are not converted to one currency"),
    "date": _plain("date"),
    "datetime": _plain("datetime"),
    "datetimeOptional": _plain("datetime", "a day without a time becomes a moment"),
    "duration": _duration,
    "autoincrement": _plain("autonumber", format="{number}"),
    "number": _number,
    "file": _plain("file"),
    "attachment": _plain("file"),
    "image": _plain("image"),
    "attachmentMultiple": _plain("files"),
    "address": _plain("address"),
    "personName": _plain("person_name"),
    "barcode": _plain("text", "the code is kept as text, not drawn", max_length=_MOST_LINE),
    "colorpicker": _plain("colour"),
    "password": _dropped("passwords are kept encrypted and are not taken along"),
    "map": _dropped("maps are not drawn"),
    "mapRoute": _dropped("maps are not drawn"),
}
PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "address": {
        "Street": "street",
        "City": "city",
        "State": "region",
        "Country": "country",
        "PostalCode": "postal_code",
        "Map": "",
    },
    "currency": {"Currency": "currency"},
}
"""Attributes that belong to a field: what is put behind its name, and the part here."""
NAME_PARTS: Final = {"first": "first", "middle": "middle", "last": "last"}
RANGES: Final = {"rangeInt": "int", "rangeFloat": "float", "rangeCurrency": "currency"}
