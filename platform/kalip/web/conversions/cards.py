"""What the dialogue says of each thing that can be made: what it will hold, what is like it, what it would fill."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from kalip.model import Entity
from kalip.records import Titles, Work
from kalip.web.cells import Cell, record_url
from kalip.web.conversions.sent import Sent, way_to
from kalip.web.inputs import Input, Option
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.values import shown_value
from kalip.web.shell import icon_of
from kalip.workflow.conversions import ConversionPlan, TargetPlan

_MOST_FACTS = 5


@dataclass(frozen=True, slots=True)
class Take:
    """A record that may be taken in place of a new one, and why it is thought to be the same."""

    id: str
    title: str
    href: str
    rule: str
    why: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """A field of an existing record: what it holds, what the conversion brings; `ticked` takes the latter."""

    name: str
    label: str
    present: Cell
    mapped: Cell
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """A field of the record that a target has no place for; `clashing`: it has another one of that name."""

    name: str
    label: str
    clashing: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class TargetCard:
    """One thing that can be made. `denied` says why not; `needs` are the fields that will be asked."""

    name: str
    label: str
    icon: str
    standing: str
    title: str
    href: str
    checked: bool
    denied: str
    facts: tuple[tuple[str, Cell], ...] = ()
    needs: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    pipelines: tuple[Option, ...] = ()
    takes: tuple[Take, ...] = ()
    taken: str = ""
    undecided: bool = False
    other: Input | None = None
    fills: tuple[Fill, ...] = ()
    differs: tuple[Fill, ...] = ()
    lacking: tuple[Lacking, ...] = ()


def card_of(work: Work, plan: ConversionPlan, target: TargetPlan, sent: Sent, titles: Titles) -> TargetCard:
    """One target's card; `titles` name the records that stand for it or may."""
    locale, name = current_locale(), target.target.name
    entity = work.seen.entities[target.target.entity]
    said = sent.target(name)
    taken = said.take if said.take and said.take != "new" else ""
    existing = target.existing or taken
    missing = [field.label.get(locale) for each in target.missing if (field := entity.attribute(each)) is not None]
    takes = () if target.standing != "offered" else tuple(_takes(entity, target, sent, titles))
    return TargetCard(
        name=name,
        label=target.target.label.get(locale),
        icon=icon_of(entity),
        standing=target.standing,
        title=titles.of(entity.name, existing) if existing else _new_title(work, entity, target),
        href=record_url(entity.name, existing) if existing and titles.of(entity.name, existing) else "",
        checked=target.selected,
        denied=message_of(locale, target.denied) if target.denied is not None else "",
        facts=tuple(_facts(work, entity, target, titles)) if not existing else (),
        needs=tuple(missing),
        faults=tuple(
            message_of(locale, each)
            for each in target.violations
            if "/values" not in each.pointer and each.code != "duplicate"
        ),
        pipelines=_pipelines(entity, target) if target.selected else (),
        takes=takes,
        taken=taken or ("new" if said.take == "new" else ""),
        other=_other(work, plan, target, said.unclear) if target.standing == "offered" else None,
        lacking=tuple(
            Lacking(each.field.name, each.field.label.get(locale), each.clashing, each.field.name in said.carry)
            for each in plan.gaps
            if each.target == name
        ),
        undecided=any(each.code == "duplicate" for each in target.violations),
        fills=tuple(_fills(work, entity, target, titles)) if existing else (),
        differs=tuple(_differs(work, entity, target, said.overwrite, titles)) if existing else (),
    )


def _new_title(work: Work, entity: Entity, target: TargetPlan) -> str:
    return shown_value(work, entity, entity.title, target.values.get(entity.title)).text


def _facts(work: Work, entity: Entity, target: TargetPlan, titles: Titles) -> Iterable[tuple[str, Cell]]:
    """The first values that the maps bring, so that one sees what is made without opening its form."""
    told = 0
    for name in target.target.fields:
        field = entity.attribute(name)
        if field is None or name == entity.title or target.values.get(name) is None or told == _MOST_FACTS:
            continue
        if field.type in ("long_text", "rich_text", "children", "boolean") or target.target.fields[name].target:
            continue
        cell = shown_value(work, entity, name, target.values[name], titles)
        if not cell.empty and not any(source.name == "id" for source in target.target.fields[name].sources):
            told += 1
            yield field.label.get(current_locale()), cell


def _takes(entity: Entity, target: TargetPlan, sent: Sent, titles: Titles) -> Iterable[Take]:
    said = sent.target(target.target.name)
    reasons = {each.id: each.rule for each in target.candidates}
    reasons |= {record_id: rule for record_id, rule in said.seen.items() if record_id not in reasons}
    if said.take not in ("", "new"):
        reasons.setdefault(said.take, "")
    locale = current_locale()
    for record_id, rule in reasons.items():
        title = titles.of(entity.name, record_id)
        known = next((each for each in entity.duplicates if each.name == rule), None)
        why = known.label.get(locale) if known is not None else ""
        if title:
            yield Take(record_id, title, record_url(entity.name, record_id), rule, why, record_id == said.take)


def _other(work: Work, plan: ConversionPlan, target: TargetPlan, typed: str) -> Input | None:
    """An input that finds any other record to take; None where a new one is made always or no field leads there."""
    made, source = target.target, work.model.entities[plan.conversion.entity]
    via = way_to(source, made)
    if not made.choose or not via:
        return None
    return Input(
        name=f"{made.name}~other",
        id=f"f-{made.name}-other",
        widget="reference",
        label=gettext("Use another one that is there"),
        texts={},
        typed=typed,
        error=gettext("Choose one from the list.") if typed else "",
        picker=url_for("picker.pick_record", entity=source.name, field=via),
    )


def _pipelines(entity: Entity, target: TargetPlan) -> tuple[Option, ...]:
    """The pipelines to choose from; none where there is nothing to choose."""
    if len(target.pipelines) < 2:
        return ()
    locale = current_locale()
    return tuple(
        Option(name, entity.pipelines[name].label.get(locale) or name, name == target.pipeline)
        for name in target.pipelines
    )


def _fills(work: Work, entity: Entity, target: TargetPlan, titles: Titles) -> Iterable[Fill]:
    differing = {each.field.name for each in target.differences}
    for name, raw in target.values.items():
        field = entity.attribute(name)
        if field is not None and name not in differing and field.type != "children":
            cell = shown_value(work, entity, name, raw, titles)
            yield Fill(name, field.label.get(current_locale()), Cell("text", ""), cell)


def _differs(work: Work, entity: Entity, target: TargetPlan, ticked: Sequence[str], titles: Titles) -> Iterable[Fill]:
    for each in target.differences:
        present = shown_value(work, entity, each.field.name, each.present, titles)
        mapped = shown_value(work, entity, each.field.name, each.mapped, titles)
        yield Fill(each.field.name, each.field.label.get(current_locale()), present, mapped, each.field.name in ticked)
