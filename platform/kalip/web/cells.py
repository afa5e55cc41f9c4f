"""Values as people read them: each becomes a frozen `Cell` that a value template shows. Nothing is edited here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import url_for

from kalip.access import Masked
from kalip.fields import FieldType, Style
from kalip.fields.types.choice import choice_label
from kalip.model import FILE_KINDS, Entity, Field, Model
from kalip.records import Titles, Work
from kalip.runtime import Served
from kalip.web.locale import LOCALES, current_locale, gettext
from kalip.web.session import services
from kalip.web.tones import tone, tone_of_id

NUMBERS = frozenset({"integer", "decimal", "money", "percent", "duration"})
_LONGEST_IN_LIST = 300  # characters of a text that a list shows; the cell is clipped anyway


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to be shown. `raw` is the plain value where a template needs it (a rating's number)."""

    widget: str
    text: str
    raw: Any = None
    href: str = ""
    tone: str = "tone"
    items: tuple["Cell", ...] = ()
    limit: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.text and not self.items and self.raw is None


class _Shown(NamedTuple):
    """A value with all that its cell may be made of."""

    model: Model
    field: Field
    value: Any
    text: str
    style: Style


Reader = Callable[[Any], Cell]
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]


def style_of(work: Work, titles: Titles | None = None) -> Style:
    """How the person whose work this is reads values, with the titles of the records they name."""
    locale = current_locale()
    return Style(
        locale=locale,
        timezone=ZoneInfo(work.actor.timezone),
        choices=work.served.project(_labels)[locale],
        titles=titles.by_id() if titles else {},
    )


def reader_of(served: Served, entity: Entity, field: Field, style: Style) -> Reader:
    """A function from a field's Python value to its cell, made once for a whole column."""
    if field.system and field.name in ("stage", "pipeline"):
        return _stage_reader(entity, field.name)
    if field.system and field.name == "stage_due":
        return _due_reader(served.types[field.type], field, style)
    kind = served.types[field.type]
    make = _MAKERS.get(field.type, _plain)

    def read(value: Any) -> Cell:
        if value is None:
            return Cell(kind.widget, "")
        if isinstance(value, Masked):
            return Cell("text", str(value))
        return make(_Shown(served.model, field, value, kind.format(field, value, style), style))

    return read


def column_reader(served: Served, entity: Entity, field: Field, path: str, style: Style) -> Reader:
    """As `reader_of`, for a column that may show only a part of the field: `address.city`."""
    if path.rpartition(".")[2] == field.name:
        return reader_of(served, entity, field, style)
    return lambda value: Cell("text", "" if value is None else str(value))


def is_number(served: Served, field: Field) -> bool:
    """Whether a column of the field is set to the right."""
    return served.types[field.type].widget in NUMBERS or (
        field.type in ("computed", "rollup") and served.types[field.type].sums
    )


def record_url(entity: str, record_id: str) -> str:
    """The address of a record's page."""
    return url_for("record.show_record", entity=entity, record_id=record_id)


def _plain(shown: _Shown) -> Cell:
    return Cell(_WIDGETS.get(shown.field.type, "text"), shown.text, raw=shown.value)


def _boolean(shown: _Shown) -> Cell:
    return Cell("boolean", gettext("Yes") if shown.value else gettext("No"), raw=bool(shown.value))


def _choice(shown: _Shown) -> Cell:
    return Cell("choice", shown.text, raw=shown.value, tone=tone(_colour(shown, shown.value)))


def _choices(shown: _Shown) -> Cell:
    items = tuple(Cell("choice", _label(shown, each), tone=tone(_colour(shown, each))) for each in shown.value)
    return Cell("choices", shown.text, items=items)


def _label(shown: _Shown, value: str) -> str:
    return choice_label(shown.field, value, shown.style) if shown.field.choices else value


def _reference(shown: _Shown) -> Cell:
    title = shown.style.titles.get(shown.value, "")
    if not title:
        return Cell("reference", gettext("(not visible)"))
    return Cell("reference", title, raw=shown.value, href=record_url(shown.field.target or "", shown.value))


def _references(shown: _Shown) -> Cell:
    items = tuple(_reference(shown._replace(value=each)) for each in shown.value)
    return Cell("references", shown.text, items=items)


def _any_reference(shown: _Shown) -> Cell:
    title = shown.style.titles.get(shown.value.id, "")
    return Cell(
        "reference", title or shown.text, raw=shown.value.id, href=record_url(shown.value.entity, shown.value.id)
    )


def _user(shown: _Shown) -> Cell:
    name = shown.style.titles.get(shown.value, "") or shown.text
    return Cell("user", name, raw=shown.value, tone=tone_of_id(shown.value))


def _group(shown: _Shown) -> Cell:
    return Cell("group", shown.style.titles.get(shown.value, "") or gettext("(no longer there)"), raw=shown.value)


def _url(shown: _Shown) -> Cell:
    # Only what opens a page may become a link: `javascript:` is text.
    href = shown.value if shown.value.lower().startswith(("http://", "https://")) else ""
    return Cell("url" if href else "text", shown.text, href=href)


def _rating(shown: _Shown) -> Cell:
    limit = int(shown.field.options.get("max", 5))
    return Cell("rating", gettext("{value} of {limit}", value=shown.value, limit=limit), raw=shown.value, limit=limit)


def _file(shown: _Shown) -> Cell:
    ids = (shown.value,) if isinstance(shown.value, str) else tuple(shown.value)
    items = tuple(
        Cell("text", shown.style.titles.get(each) or gettext("File"), raw=each, href=f"/api/files/{each}")
        for each in ids
    )
    return Cell("file", shown.text, items=items)


def _stage_reader(entity: Entity, name: str) -> Reader:
    locale = current_locale()
    known: dict[str, Cell] = {}
    for pipeline in entity.pipelines.values():
        if name == "pipeline":
            known[pipeline.name] = Cell("text", pipeline.label.get(locale))
            continue
        for stage in pipeline.stages.values():
            cell = Cell("choice", stage.label.get(locale), stage.name, tone=tone(stage_colour(stage)))
            known.setdefault(stage.name, cell)
    return lambda value: known.get(value) or Cell("text", value or "")


def _due_reader(kind: FieldType, field: Field, style: Style) -> Reader:
    """A time limit; one that has passed stands out."""
    now = services().clock()

    def read(value: Any) -> Cell:
        if value is None:
            return Cell("text", "")
        text = kind.format(field, value, style)
        if value > now:
            return Cell("text", text, raw=value)
        return Cell("choice", text, raw=value, tone=tone("red"))

    return read


def stage_colour(stage: Any) -> str:
    """A stage's colour: its own, else one that fits its outcome."""
    return stage.colour or {"won": "green", "lost": "red"}.get(stage.outcome, "blue")


def _colour(shown: _Shown, value: str) -> str:
    choices = shown.model.choices.get(shown.field.choices or "")
    found = choices.choices.get(value) if choices else None
    return found.colour if found else ""


def _labels(served: Served) -> Labels:
    """Labels by locale, choice list and value."""
    lists = served.model.choices.items()
    return {
        locale: {
            name: {value: choice.label.get(locale) or value for value, choice in each.choices.items()}
            for name, each in lists
        }
        for locale in LOCALES
    }


def shortened(cell: Cell) -> Cell:
    """The cell for a list, where a long text is only begun."""
    if len(cell.text) <= _LONGEST_IN_LIST:
        return cell
    return Cell("text", cell.text[:_LONGEST_IN_LIST] + "…")


_Maker = Callable[[_Shown], Cell]
_MAKERS: Mapping[str, _Maker] = {
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
    "tags": _choices,
    "reference": _reference,
    "references": _references,
    "any_reference": _any_reference,
    "user": _user,
    "group": _group,
    "url": _url,
    "rating": _rating,
    **dict.fromkeys(FILE_KINDS, _file),
}
_WIDGETS: Mapping[str, str] = {
    "email": "email",
    "phone": "phone",
    "colour": "colour",
    "long_text": "long_text",
    "rich_text": "rich_text",
    "json": "json",
}
