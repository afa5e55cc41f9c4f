"""Operands of conditions between what people type, what expressions hold and what chips say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from kalip.fields import FieldFault, Operator, Style
from kalip.fields.families import decimal_text
from kalip.fields.numbers import decimal_from_json, machine_number
from kalip.model import DIRECTORY
from kalip.records import Work
from kalip.web.cells import reader_of
from kalip.web.inputs import Option, whole_number
from kalip.web.lists.conditions import Condition
from kalip.web.lists.paths import ListPath
from kalip.web.locale import current_locale, gettext

_PICKED = frozenset({"reference", *DIRECTORY})
_OF_PIPELINES = frozenset({"stage", "pipeline"})  # text in the table, but one of a few names
_MANY = 3  # places offered for an operator that takes several values
_PLACES = 4
_MOST_DAYS = 99_999


@dataclass(frozen=True, slots=True)
class Operand:
    """An input for an operand; `operand` is the name of the input."""

    operand: str
    kind: str
    widget: str
    id: str
    label: str
    text: str = ""
    shown: str = ""
    picker: str = ""
    options: tuple[Option, ...] = ()


def raw_operands(work: Work, path: ListPath, operator: Operator, texts: Sequence[str]) -> tuple[Any, ...]:
    """Read typed operands as raw JSON. Raises FieldFault."""
    said = [text.strip() for text in texts if text.strip()]
    if operator.many:
        if not said:
            raise FieldFault("missing", "Choose at least one value.")
        return tuple(_raw(work, path, operator.operands[0], text) for text in said)
    if len(said) < len(operator.operands):
        raise FieldFault("missing", "Enter a value to compare with.")
    pairs = zip(operator.operands, said, strict=False)
    return tuple(_raw(work, path, kind, text) for kind, text in pairs)


def inputs_for(
    path: ListPath, operator: Operator, raw: Sequence[Any], style: Style, name: str = "value"
) -> tuple[Operand, ...]:
    """The inputs for an operator's operands, filled with those there are."""
    places = max(_MANY, len(raw) + 1) if operator.many else len(operator.operands)
    kinds = operator.operands * places if operator.many else operator.operands
    given = (*raw, *[None] * places)
    return tuple(
        Operand(
            operand=name,
            kind=kinds[at],
            widget=_widget(path),
            id=f"q-{path.path}-{name}-{at}".replace(".", "-"),
            label=path.label(style.locale),
            text="" if given[at] is None else _typed(path, kinds[at], given[at], style),
            shown="" if given[at] is None else style.titles.get(str(given[at]), ""),
            picker=_picker(path),
            options=_options(path, style),
        )
        for at in range(places)
    )


def described(work: Work, path: ListPath, condition: Condition, style: Style) -> str:
    """A condition in people's words: Amount is more than 1,000."""
    locale = current_locale()
    kinds = condition.operator.operands
    texts = [
        _shown(work, path, kinds[0] if condition.operator.many else kinds[at], raw, style)
        for at, raw in enumerate(condition.operands)
    ]
    verb = condition.operator.label.get(locale)
    if "…" in verb and texts:
        return f"{path.label(locale)} {verb.replace('…', texts[0])}"
    joint = f" {gettext('and')} " if condition.operator.name == "between" else ", "
    return f"{path.label(locale)} {verb} {joint.join(texts)}".strip()


def ids_in(path: ListPath, condition: Condition) -> tuple[tuple[str, str], ...]:
    """Entity and id of each record that a condition names, so that their titles can be looked up."""
    if path.field.type not in _PICKED:
        return ()
    entity = path.field.names or ""
    return tuple((entity, str(raw)) for raw in condition.operands)


def _raw(work: Work, path: ListPath, kind: str, text: str) -> Any:
    locale, timezone = current_locale(), ZoneInfo(work.actor.timezone)
    if kind == "days":
        days = whole_number(text, _MOST_DAYS)
        if days is None:
            raise FieldFault("wrong_type", "Expected a number of days.")
        return days
    if kind == "text":
        return text
    if path.field.type == "money":
        return machine_number(text, locale)
    value = path.kind.parse_text(path.field, text, locale, timezone)
    return text if isinstance(value, tuple | list) else path.kind.to_json(path.field, value)


def _widget(path: ListPath) -> str:
    if path.field.system and path.field.name in _OF_PIPELINES:
        return "choice"
    return "decimal" if path.field.type == "money" else path.kind.widget


def _typed(path: ListPath, kind: str, raw: Any, style: Style) -> str:
    if kind != "value":
        return str(raw)
    if path.field.type == "money":
        amount = decimal_from_json(raw, _PLACES)
        return decimal_text(amount, style.locale, 0 if amount == amount.to_integral_value() else 2, grouped=False)
    value = path.kind.parse_operand(path.field, raw)
    if isinstance(raw, str) and isinstance(value, str):
        return raw
    return next(iter(path.kind.to_inputs(path.field, value, style).get("", ())), "")


def _shown(work: Work, path: ListPath, kind: str, raw: Any, style: Style) -> str:
    if kind != "value":
        return str(raw)
    if path.field.type in _PICKED:
        return style.titles.get(str(raw), "") or gettext("(not visible)")
    if path.field.type == "money":
        return decimal_text(decimal_from_json(raw, _PLACES), style.locale, 2)
    try:
        value = path.kind.parse_operand(path.field, raw)
    except FieldFault:
        return str(raw)
    if path.field.type in ("choices", "tags"):
        return style.choices.get(path.field.choices or "", {}).get(str(value), str(value))
    return reader_of(work.served, path.entity, path.field, style)(value).text


def _picker(path: ListPath) -> str:
    if path.field.type not in _PICKED:
        return ""
    return url_for("picker.pick_record", entity=path.entity.name, field=path.field.name)


def _options(path: ListPath, style: Style) -> tuple[Option, ...]:
    if path.field.system and path.field.name in _OF_PIPELINES:
        return _stages(path, style)
    return tuple(Option(value, label) for value, label in style.choices.get(path.field.choices or "", {}).items())


def _stages(path: ListPath, style: Style) -> tuple[Option, ...]:
    pipelines = path.entity.pipelines.values()
    if path.field.name == "pipeline":
        return tuple(Option(each.name, each.label.get(style.locale)) for each in pipelines)
    stages = {stage.name: stage for each in pipelines for stage in each.stages.values()}
    return tuple(Option(name, stage.label.get(style.locale)) for name, stage in stages.items())
