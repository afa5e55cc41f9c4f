"""Fields as people edit them: each becomes a frozen `Input` for a template, and is read back from a form."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import get_territory_currencies
from flask import url_for
from werkzeug.datastructures import MultiDict

from kalip.access import Masked
from kalip.base.errors import Violation
from kalip.fields import PART_NAMES, Style
from kalip.fields.types.choice import choice_label
from kalip.model import DIRECTORY, FILE_KINDS, Entity, Field
from kalip.records import Work
from kalip.web.cells import Cell, reader_of, record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.tones import tone

GROUPED = frozenset({"person_name", "address", "location", "choices", "references", "children"})
_REFERENCES = frozenset({"reference", *DIRECTORY})
LARGEST_VERSION = 999_999_999
_COMMON_CURRENCIES = ("TRY", "USD", "EUR", "GBP", "RUB", "CHF", "JPY", "CNY", "AED", "AZN", "KZT")

Submitted = Mapping[str, Mapping[str, Sequence[str]]]
"""A form's fields: name to part ("" for the main one) to submitted texts."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    label: str
    selected: bool = False
    tone: str = "tone"


@dataclass(frozen=True, slots=True)
class Input:
    """A field ready to be edited. `texts` maps a part ("" is the main one) to its texts.

    `typed` is what was written into a reference without choosing one. `files` begins the addresses of its files,
    once its record is there.
    """

    name: str
    id: str
    widget: str
    label: str
    texts: Mapping[str, Sequence[str]]
    help: str = ""
    placeholder: str = ""
    unit: str = ""
    required: bool = False
    readonly: bool = False
    visible: bool = True
    error: str = ""
    span: int = 1
    options: tuple[Option, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    picked: tuple[Cell, ...] = ()
    picker: str = ""
    create: str = ""
    cell: Cell | None = None
    typed: str = ""
    files: str = ""
    lines: Any = None

    @property
    def text(self) -> str:
        """The text of the main part."""
        return next(iter(self.texts.get("", ())), "")

    def part(self, name: str) -> str:
        """The text of a part."""
        return next(iter(self.texts.get(name, ())), "")

    @property
    def grouped(self) -> bool:
        """Whether several controls make up the field, so that no single one can have its label."""
        return self.widget in GROUPED

    @property
    def shown_only(self) -> bool:
        """Whether the value is shown as text, since nobody may change it here."""
        return self.readonly and self.widget != "children"

    @property
    def described_by(self) -> str:
        """The ids of the texts that explain the field."""
        ids = [f"help-{self.id}"] if self.help else []
        return " ".join(ids + ([f"error-{self.id}"] if self.error else []))

    @property
    def part_labels(self) -> tuple[tuple[str, str], ...]:
        """The parts that are typed one by one, with what they are called."""
        return tuple((part, name.get(current_locale())) for part, name in PART_NAMES.get(self.widget, {}).items())


@dataclass(frozen=True, slots=True)
class State:
    """How the fields of a form stand: what is typed, which rules hold, what is wrong.

    `place` begins the ids of its inputs: a dialog over a form has the same fields once more.
    """

    values: Mapping[str, Any]
    submitted: Submitted = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    required: Collection[str] = ()
    readonly: Collection[str] = ()
    visible: Collection[str] | None = None
    record_id: str = ""
    prefix: str = ""
    place: str = "f"
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the fields of a form have in common: whose they are, how they stand, how their values are read."""

    work: Work
    entity: Entity
    state: State
    style: Style


def input_of(sheet: Sheet, field: Field, span: int = 1) -> Input:
    """A field of a form as its state says. `state.prefix` goes before names, for lines inside a form."""
    work, entity, state, style = sheet.work, sheet.entity, sheet.state, sheet.style
    kind = work.served.types[field.type]
    locale = current_locale()
    value = state.values.get(field.name)
    typed = state.submitted.get(field.name)
    masked = isinstance(value, Masked)
    if masked:
        typed = {}  # what is masked is looked at only: its dots must not come back as a value
    texts = typed if typed is not None else kind.to_inputs(field, value, style)
    name = state.prefix + field.name
    readonly = not state.editable or kind.readonly or field.name in state.readonly or masked
    return Input(
        name=name,
        id=f"{state.place}-{name.replace('.', '-')}",
        widget=kind.widget,
        label=field.label.get(locale),
        texts=texts,
        help=field.help.get(locale),
        placeholder=field.placeholder.get(locale),
        unit=field.unit.get(locale),
        required=field.name in state.required,
        readonly=readonly,
        visible=state.visible is None or field.name in state.visible,
        error=state.errors.get(name, ""),
        typed=state.typed.get(name, ""),
        span=span,
        options=_options(work, field, texts, style),
        limits=_limits(field),
        picked=_picked(sheet, field, value, texts),
        picker=_picker(entity, field),
        create=_create(field),
        files=record_url(entity.name, state.record_id) if state.record_id and field.type in FILE_KINDS else "",
        cell=reader_of(work.served, entity, field, style)(value) if readonly else None,
    )


def read_inputs(form: MultiDict[str, str], fields: Iterable[str], prefix: str = "") -> Submitted:
    """The submitted texts of the named fields; a field that the form did not send is absent."""
    wanted = set(fields)
    found: dict[str, dict[str, Sequence[str]]] = {}
    for key, texts in form.lists():
        if not key.startswith(prefix) or "~" in key:
            continue
        name, _, part = key[len(prefix) :].partition(".")
        if name in wanted:
            found.setdefault(name, {})[part] = _meant(texts)
    return found


def whole_number(text: str, most: int) -> int | None:
    """The number that a text of digits names, up to a bound; None for any other text, however long."""
    if not text.isdecimal() or len(text) > len(str(most)):
        return None
    return number if (number := int(text)) <= most else None


def read_moment(work: Work, text: str, pointer: str, faults: list[Violation]) -> datetime | None:
    """A moment typed by the person, in the person's own time zone; nothing for nothing."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(work.actor.timezone))
    except ValueError:
        faults.append(Violation(pointer, "not_a_moment", "There is no such day or time."))
        return None


def _meant(texts: Sequence[str]) -> Sequence[str]:
    # A hidden input says "nothing" for boxes that browsers leave out when they are empty.
    chosen = [text for text in texts if text]
    return (chosen[-1:] if texts[0] == "false" else chosen) or [""]


def _options(work: Work, field: Field, texts: Mapping[str, Sequence[str]], style: Style) -> tuple[Option, ...]:
    chosen = set(texts.get("", ()))
    if field.type in ("choice", "choices"):
        return _choices(work, field, chosen, style)
    if field.type == "money":
        code = next(iter(texts.get("currency", ())), "") or str(field.options.get("currency", ""))
        return tuple(Option(each, each, each == code) for each in currencies(code))
    if field.type == "any_reference":
        present = next(iter(texts.get("entity", ())), "")
        return tuple(
            Option(each, entity.label.get(style.locale), each == present)
            for each in field.targets
            if (entity := work.model.entity(each))
        )
    return ()


def _choices(work: Work, field: Field, chosen: set[str], style: Style) -> tuple[Option, ...]:
    found = work.model.choices.get(field.choices or "")
    known = found.choices if found else {}
    offered = (
        Option(value, choice.label.get(style.locale) or value, value in chosen, tone(choice.colour))
        for value, choice in known.items()
        if not choice.retired or value in chosen
    )
    # What the record holds though the list no longer has it can be left as it is.
    gone = (value for value in sorted(chosen) if value and value not in known)
    return (*offered, *(Option(value, choice_label(field, value, style), selected=True) for value in gone))


def currencies(first: str) -> tuple[str, ...]:
    """Currency codes to choose from: the present one, common ones, then all others by code."""
    return tuple(dict.fromkeys(code for code in (first, *_COMMON_CURRENCIES, *_all_currencies()) if code))


@cache
def _all_currencies() -> tuple[str, ...]:
    territories = Locale("en").territories
    return tuple(sorted({code for each in territories for code in get_territory_currencies(str(each))}))


def _limits(field: Field) -> Mapping[str, Any]:
    limits = {key: field.options[key] for key in ("min", "max", "max_length") if key in field.options}
    if field.type in FILE_KINDS:
        limits["many"] = field.type == "files"
        limits["accept"] = field.options.get("accept") or ("image/*" if field.type == "image" else "")
    return limits


def _picked(sheet: Sheet, field: Field, value: Any, texts: Mapping[str, Sequence[str]]) -> tuple[Cell, ...]:
    style = sheet.style
    ids = [text for text in texts.get("", ()) if text]
    if field.type in FILE_KINDS:
        return reader_of(sheet.work.served, sheet.entity, field, style)(value).items if value else ()
    if field.type == "user":
        return tuple(Cell("user", style.titles.get(each, ""), each) for each in ids)
    if field.type == "group":
        return tuple(Cell("group", style.titles.get(each, "") or gettext("(no longer there)"), each) for each in ids)
    if field.type in ("reference", "references"):
        return tuple(_target(field.target or "", each, style) for each in ids)
    if field.type == "any_reference":
        target = next(iter(texts.get("entity", ())), "") or (field.targets or ("",))[0]
        return tuple(_target(target, each, style) for each in ids)
    return ()


def _target(entity: str, record_id: str, style: Style) -> Cell:
    title = style.titles.get(record_id, "")
    href = record_url(entity, record_id) if title and entity else ""
    return Cell("reference", title or gettext("(not visible)"), record_id, href)


def _picker(entity: Entity, field: Field) -> str:
    if field.type in _REFERENCES or field.type in ("references", "any_reference"):
        return url_for("picker.pick_record", entity=entity.name, field=field.name)
    return ""


def _create(field: Field) -> str:
    if field.type in ("reference", "references") and field.target:
        return url_for("picker.show_new", entity=field.target)
    return ""


def locale_names(codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Locale codes with what their speakers call them."""
    return tuple((code, Locale.parse(code).get_display_name(code) or code) for code in codes)
