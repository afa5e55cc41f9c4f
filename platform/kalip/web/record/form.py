"""A record's form worked out for its templates: tabs, sections, inputs, lines with totals, faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kalip.base.errors import Violation
from kalip.fields import Money, Style
from kalip.model import Entity, Field, FormView, Section, Tab
from kalip.records import Preview, Row, Titles, Work
from kalip.web.cells import is_number, reader_of
from kalip.web.faults import Fault, errors_of, summary_of
from kalip.web.inputs import Input, Sheet, State, Submitted, input_of
from kalip.web.locale import current_locale, gettext
from kalip.web.record.submission import Line, Submission
from kalip.web.twins import Twins, twins_of, without_twins

_STARTS_WITH = ("owner", "pipeline")  # the system fields that whoever makes a record may say


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line's inputs in the order of the columns."""

    id: str
    index: int
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines edited in place. `totals` has a text for each column, empty where nothing is summed."""

    name: str
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[LineRow, ...]
    totals: tuple[str, ...]
    label: str
    editable: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A block of the form."""

    name: str
    label: str
    columns: int
    hidden: bool
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab; `sections` is None while it is not loaded."""

    name: str
    label: str
    active: bool
    sections: tuple[ShownSection, ...] | None
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form. `kept` are names and texts that a new record starts with and no input of the form sends.

    `given` are the fields that the address of a new record named.
    """

    tabs: tuple[ShownTab, ...]
    faults: tuple[Fault, ...]
    version: int | None
    touched: str
    given: str
    editable: bool
    kept: tuple[tuple[str, str], ...] = ()
    twins: Twins | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a form is made of: the record as saved (None for a new one), the preview, what was typed, what is wrong.

    `given` is what a new record starts with, typed or named in the address.
    `to_faults` shows the first tab with a fault instead of the active one.
    """

    preview: Preview
    record: Row | None = None
    children: Mapping[str, Sequence[Row]] | None = None
    submission: Submission | None = None
    violations: Sequence[Violation] = ()
    editable: bool = True
    titles: Titles | None = None
    active: str = ""
    to_faults: bool = False
    given: Submitted = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Table:
    """The lines of a field, in the form's order: each as it was sent, and with what it holds by now."""

    field: Field
    target: Entity
    names: tuple[str, ...]
    lines: tuple[Line, ...]
    values: tuple[Mapping[str, Any], ...]


def form_of(work: Work, entity: Entity, view: FormView, basis: Basis, style: Style) -> Form:
    """Work the form out. Tabs of a form to fill in load when they are opened, or have a fault."""
    submission = basis.submission
    twins = twins_of(work.model, basis.violations)
    # What may be the same is told in one place, with links; not at the fields too.
    basis = replace(basis, violations=without_twins(basis.violations))
    errors = errors_of(basis.violations)
    if submission:
        template = gettext("Choose one from the list.")
        errors |= {name: template for name in submission.unresolved if name not in errors}
    active = basis.active or (submission.active if submission else "") or (view.tabs[0].name if view.tabs else "")
    faulty = {tab.name for tab in view.tabs if errors.keys() and _names(tab) & {e.split(".")[0] for e in errors}}
    if basis.to_faults and faulty and active not in faulty:
        active = next(tab.name for tab in view.tabs if tab.name in faulty)
    sheet = Sheet(work, entity, _state(basis, errors), style)
    loaded = {active, *faulty, *(submission.tabs if submission else ()), *(tab.name for tab in view.tabs[:1])}
    tabs = tuple(
        ShownTab(
            tab.name,
            tab.label.get(current_locale()) or gettext("Details"),
            tab.name == active,
            _sections(sheet, tab, basis) if tab.name in loaded or not basis.editable else None,
            tab.name in faulty,
        )
        for tab in view.tabs
    )
    shown = [name for tab in view.tabs for section in tab.sections for name in section.fields]
    labels = {name: field.label.get(current_locale()) for name, field in entity.attributes.items()}
    return Form(
        tabs=tabs,
        # While one types, a fault is told at its field only: a summary would push the form down.
        faults=summary_of(basis.violations, shown, labels) if basis.to_faults else (),
        version=submission.version if submission else (basis.record.version if basis.record else None),
        touched=",".join(sorted(submission.touched)) if submission else "",
        given=",".join(sorted(submission.given) if submission else basis.given),
        editable=basis.editable,
        kept=tuple(_kept(entity, basis, tabs)),
        twins=twins,
    )


def is_chosen_here(entity: Entity, pipeline: str) -> bool:
    """Whether the form of a new record lets one choose its pipeline; not where the address names an unknown one."""
    return len(entity.pipelines) > 1 and pipeline in ("", *entity.pipelines)


def _state(basis: Basis, errors: Mapping[str, str]) -> State:
    preview = basis.preview
    saved = basis.record.values if basis.record else {}
    worked_out = {**preview.values, **preview.computed}
    return State(
        # What is only looked at is shown as it was saved, an archived record with the sums of its lines too.
        values={**saved, **worked_out} if basis.submission else {**worked_out, **saved},
        submitted=basis.submission.submitted if basis.submission else {},
        errors=errors,
        typed=basis.submission.unresolved if basis.submission else {},
        required=preview.required,
        readonly=preview.readonly,
        visible=preview.visible,
        record_id=basis.record.id if basis.record else "",
        editable=basis.editable,
    )


def _kept(entity: Entity, basis: Basis, tabs: Sequence[ShownTab]) -> Iterable[tuple[str, str]]:
    inputs = (each for tab in tabs for section in tab.sections or () for each in section.inputs)
    sent = {each.name for each in inputs if not each.shown_only}
    for name, parts in basis.given.items():
        known = entity.fields.get(name)
        said = next(iter(parts.get("", ())), "")
        chosen = name == "pipeline" and is_chosen_here(entity, said)
        settable = (name in _STARTS_WITH and not chosen) or (
            known and known.type != "children" and name not in basis.preview.readonly
        )
        if settable and name not in sent:
            yield from ((f"{name}.{part}" if part else name, text) for part, texts in parts.items() for text in texts)


def _names(tab: Tab) -> set[str]:
    return {name for section in tab.sections for name in section.fields}


def _sections(sheet: Sheet, tab: Tab, basis: Basis) -> tuple[ShownSection, ...]:
    return tuple(
        ShownSection(
            name=section.name,
            label=section.label.get(current_locale()),
            columns=section.columns,
            hidden=f"{tab.name}.{section.name}" in basis.preview.hidden_sections,
            inputs=tuple(_inputs(sheet, section, basis)),
        )
        for section in tab.sections
    )


def _inputs(sheet: Sheet, section: Section, basis: Basis) -> Iterable[Input]:
    for name, span in section.fields.items():
        field = sheet.entity.attribute(name)
        if field is None:
            continue
        if field.type == "children":
            yield _lines_input(sheet, field, basis, section.columns)
        else:
            whole = section.columns if field.type in ("long_text", "rich_text") and span == 1 else span
            own = replace(sheet, state=_visible(sheet.state, field))
            yield input_of(own, field, min(whole, section.columns))


def _visible(state: State, field: Field) -> State:
    # System fields have no conditions, so that a preview says nothing of them.
    if not field.system or state.visible is None:
        return state
    return replace(state, readonly={*state.readonly, *_locked(field)}, visible=None)


def _locked(field: Field) -> tuple[str, ...]:
    return () if field.name == "owner" else (field.name,)


def _lines_input(sheet: Sheet, field: Field, basis: Basis, columns: int) -> Input:
    work, state, locale = sheet.work, sheet.state, current_locale()
    table = _table_of(sheet, field, basis)
    target = table.target
    heads = tuple(
        (target.fields[name].label.get(locale), is_number(work.served, target.fields[name])) for name in table.names
    )
    editable = state.editable and field.name not in state.readonly
    label = target.label.get(locale)
    lines = Lines(
        field.name, heads, tuple(_line_rows(sheet, table, editable=editable)), _totals(sheet, table), label, editable
    )
    return Input(
        name=field.name,
        id=f"f-{field.name}",
        widget="children",
        label=field.label.get(locale),
        texts={},
        visible=state.visible is None or field.name in state.visible,
        error=state.errors.get(field.name, ""),
        span=columns,
        readonly=not editable,
        lines=lines,
    )


def _table_of(sheet: Sheet, field: Field, basis: Basis) -> _Table:
    target = sheet.work.seen.entities[str(field.target)]
    saved = {row.id: row for row in (basis.children or {}).get(field.name, ())}
    typed = basis.submission.lines.get(field.name) if basis.submission else None
    lines = typed if typed is not None else tuple(Line(row_id, {}) for row_id in saved)
    worked_out = basis.preview.lines.get(field.name, ())
    values = []
    for index, line in enumerate(lines):
        known = saved.get(line.id)
        flat = worked_out[index] if index < len(worked_out) else {}
        composed = {name: _composed(sheet.work, each, flat) for name, each in target.fields.items() if name in flat}
        values.append({**(known.values if known else {}), **composed})
    return _Table(field, target, _line_fields(target, field), lines, tuple(values))


def _line_fields(target: Entity, field: Field) -> tuple[str, ...]:
    parent = field.via or target.owned_by
    skipped = ("children", "json", "rich_text", "long_text")
    view = next(iter(target.lists.values()), None)
    listed = [column.field for column in view.columns] if view else list(target.fields)
    ordered = dict.fromkeys((*(name for name in listed if name in target.fields), *_required(target)))
    return tuple(name for name in ordered if name != parent and target.fields[name].type not in skipped)


def _required(target: Entity) -> Iterable[str]:
    return (name for name, each in target.fields.items() if each.required)


def _line_rows(sheet: Sheet, table: _Table, *, editable: bool) -> Iterable[LineRow]:
    fields = [table.target.fields[name] for name in table.names]
    for index, (line, values) in enumerate(zip(table.lines, table.values, strict=True)):
        state = State(
            values=values,
            submitted=line.submitted,
            errors=sheet.state.errors,
            typed=sheet.state.typed,
            required=[each.name for each in fields if each.required],
            readonly=[each.name for each in fields if each.readonly or not _may_write(sheet, table.target, each, line)],
            prefix=f"{table.field.name}.{index}.",
            editable=editable,
        )
        own = Sheet(sheet.work, table.target, state, sheet.style)
        yield LineRow(line.id, index, tuple(input_of(own, each) for each in fields))


def _may_write(sheet: Sheet, target: Entity, field: Field, line: Line) -> bool:
    """Whether the person may fill a field of a line in, or change it."""
    return sheet.work.sight(target.name).may_write(field.name, "", new=not line.id)


def _composed(work: Work, field: Field, flat: Mapping[str, Any]) -> Any:
    kind = work.served.types[field.type]
    parts = tuple(flat.get(f"{field.name}.{part.name}" if part.name else field.name) for part in kind.parts(field))
    return None if all(part is None for part in parts) else kind.from_parts(field, parts)


def _totals(sheet: Sheet, table: _Table) -> tuple[str, ...]:
    return tuple(_total(sheet, table, table.target.fields[name]) for name in table.names)


def _total(sheet: Sheet, table: _Table, field: Field) -> str:
    served = sheet.work.served
    if not served.types[field.type].sums or field.type in ("percent", "rating"):
        return ""
    total = _sum([row[field.name] for row in table.values if row.get(field.name) is not None])
    return reader_of(served, table.target, field, sheet.style)(total).text if total is not None else ""


def _sum(values: Sequence[Any]) -> Any:
    if not values:
        return None
    if isinstance(values[0], Money):
        same = {value.currency for value in values}
        amount = sum((value.amount for value in values), Decimal(0))
        return Money(amount, values[0].currency) if len(same) == 1 else None
    return sum(values[1:], values[0])
