"""The targets' own forms inside the dialogue: the ordinary ones, filled by the maps, under names of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalip.base.errors import Violation
from kalip.fields import FieldFault
from kalip.model import FILE_KINDS, Conversion, Entity, FormView
from kalip.records import Preview, SaveRecord, Titles, Work, preview_record
from kalip.web.cells import Cell, style_of
from kalip.web.inputs import Input, State
from kalip.web.locale import current_locale, gettext
from kalip.web.record.form import Basis, Lines, ShownSection, form_of
from kalip.web.record.page import titles_with_typed
from kalip.web.record.submission import Line, Submission
from kalip.web.record.values import shown_value, titles_in
from kalip.web.shell import icon_of
from kalip.workflow.conversions import ConversionPlan, TargetPlan

_PLACE = State({}).place


@dataclass(frozen=True, slots=True)
class TargetForm:
    """One target's form: what is filled or must be, and the rest. `links` tells what it is tied to by itself."""

    name: str
    label: str
    icon: str
    title: str
    sections: tuple[ShownSection, ...]
    more: tuple[ShownSection, ...]
    links: tuple[tuple[str, Cell], ...]
    files: tuple[str, ...]
    faults: int


def target_form(
    work: Work, plan: ConversionPlan, target: TargetPlan, sent: Submission | None, faults: Sequence[Violation]
) -> TargetForm:
    """The form of a record that is still to be made; as it was sent, else as the maps fill it."""
    entity = work.seen.entities[target.target.entity]
    view = _reduced(entity, plan.conversion, target)
    submission = replace(sent or _mapped(work, entity, target), tabs=tuple(tab.name for tab in view.tabs))
    command = SaveRecord(
        entity.name, submission.values(), source="text", pipeline=target.pipeline or None, accept_duplicates=True
    )
    preview = preview_record(work, command)
    titles = titles_with_typed(work, entity, Titles(), preview)
    basis = Basis(preview, submission=submission, violations=faults)
    form = form_of(work, entity, view, basis, style_of(work, titles))
    wanted = {*target.values, *target.missing, *target.target.ask, *preview.required}
    wanted |= {fault.pointer.strip("/").split("/")[0] for fault in faults}
    sections = [section for tab in form.tabs for section in tab.sections or () if not section.hidden]
    name = target.target.name
    return TargetForm(
        name=name,
        label=target.target.label.get(current_locale()),
        icon=icon_of(entity),
        title=_title(entity, submission, preview),
        sections=_named(_parted(sections, wanted, inside=True), name),
        more=_named(_parted(sections, wanted, inside=False), name),
        links=tuple(_links(work, entity, plan, target)),
        files=tuple(
            entity.fields[each].label.get(current_locale())
            for each in target.values
            if each in entity.fields and entity.fields[each].type in FILE_KINDS
        ),
        faults=len(faults),
    )


def own_faults(violations: Iterable[Violation], target: str) -> tuple[Violation, ...]:
    """The faults of one target's values, as its own form names them."""
    prefix = f"/targets/{target}/values"
    return tuple(
        replace(each, pointer=each.pointer.removeprefix(prefix))
        for each in violations
        if each.pointer == prefix or each.pointer.startswith(f"{prefix}/")
    )


def linked_fields(conversion: Conversion, target: str) -> dict[str, str]:
    """The fields of a target that refer to other targets of the conversion, with the names of these."""
    return {name: each.target for name, each in conversion.targets[target].fields.items() if each.target}


def _reduced(entity: Entity, conversion: Conversion, target: TargetPlan) -> FormView:
    """The entity's first form without what the conversion itself sees to: files, ties between what it makes."""
    view = next(iter(entity.forms.values()), FormView("form", ()))
    own = {*linked_fields(conversion, target.target.name), *_of_source(target)}

    def keeps(name: str) -> bool:
        field = entity.attribute(name)
        if field is None or name in own or field.type in FILE_KINDS:
            return False
        return field.type != "children" or name in target.values

    return replace(
        view,
        tabs=tuple(
            replace(
                tab,
                sections=tuple(
                    replace(section, fields={name: span for name, span in section.fields.items() if keeps(name)})
                    for section in tab.sections
                ),
            )
            for tab in view.tabs
        ),
    )


def _of_source(target: TargetPlan) -> Iterable[str]:
    """Fields that point back to the record which is converted."""
    return (
        name
        for name, each in target.target.fields.items()
        if any(source.name == "id" and source.expression is None for source in each.sources)
    )


def _mapped(work: Work, entity: Entity, target: TargetPlan) -> Submission:
    """What the maps and defaults give, as the form's inputs would hold it."""
    lines: dict[str, tuple[Line, ...]] = {}
    submitted: dict[str, Mapping[str, Sequence[str]]] = {}
    for name, raw in target.values.items():
        field = entity.attribute(name)
        if field is None:
            continue
        if field.type == "children":
            owned = work.seen.entities[str(field.target)]
            rows = [each for each in raw if isinstance(each, Mapping)] if isinstance(raw, list) else []
            lines[name] = tuple(Line("", _inputs(work, owned, row)) for row in rows)
    submitted = _inputs(work, entity, target.values)
    return Submission(submitted, lines)


def _inputs(work: Work, entity: Entity, values: Mapping[str, object]) -> dict[str, Mapping[str, Sequence[str]]]:
    style = style_of(work)
    found: dict[str, Mapping[str, Sequence[str]]] = {}
    for name, raw in values.items():
        field = entity.attribute(name)
        if field is None or field.type == "children" or work.served.types[field.type].readonly:
            continue
        kind = work.served.types[field.type]
        try:
            found[name] = kind.to_inputs(field, kind.parse(field, raw), style)
        except FieldFault:
            continue
    return found


def _title(entity: Entity, submission: Submission, preview: Preview) -> str:
    texts = submission.submitted.get(entity.title, {})
    said = " ".join(text for part in texts.values() for text in part if text)
    return said or str(preview.values.get(entity.title) or "") or gettext("(no name)")


def _links(work: Work, entity: Entity, plan: ConversionPlan, target: TargetPlan) -> Iterable[tuple[str, Cell]]:
    """What the record will be tied to: another target that is there or about to be made."""
    for name, other in linked_fields(plan.conversion, target.target.name).items():
        field, tied = entity.attribute(name), plan.target(other)
        if field is None:
            continue
        label = field.label.get(current_locale())
        if tied.selected and tied.existing is None:
            yield label, Cell("text", gettext("the new one: {label}", label=tied.target.label.get(current_locale())))
        elif target.values.get(name) is not None:
            titles = titles_in(work, [(entity, {name: target.values[name]})])
            yield label, shown_value(work, entity, name, target.values[name], titles)


def _parted(sections: Sequence[ShownSection], wanted: set[str], *, inside: bool) -> Iterable[ShownSection]:
    for section in sections:
        shown = [each for each in section.inputs if (each.name in wanted or bool(each.error)) is inside]
        # What nobody may change here tells nothing yet of a record that is still to be made.
        shown = [each for each in shown if not each.shown_only]
        if any(each.visible for each in shown) or (shown and not inside):
            yield replace(section, inputs=tuple(shown))


def _named(sections: Iterable[ShownSection], target: str) -> tuple[ShownSection, ...]:
    return tuple(
        replace(section, inputs=tuple(_renamed(each, target) for each in section.inputs)) for section in sections
    )


def _renamed(field: Input, target: str) -> Input:
    """An input of a form within the form: several of them may have fields of the same name."""
    return replace(
        field,
        name=f"{target}.{field.name}",
        id=f"{_PLACE}-{target}-{field.name.replace('.', '-')}",
        # A new record would take the dialogue's place on the page.
        create="",
        lines=_lines(field.lines, target) if isinstance(field.lines, Lines) else field.lines,
    )


def _lines(lines: Lines, target: str) -> Any:
    rows = (replace(row, inputs=tuple(_renamed(each, target) for each in row.inputs)) for row in lines.rows)
    return replace(lines, name=f"{target}.{lines.name}", rows=tuple(rows))
