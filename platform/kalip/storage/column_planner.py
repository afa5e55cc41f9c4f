"""Plans the columns of one table: which fields stay, change, come, go or come back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kalip.storage.catalogue import LiveColumn, LiveTable, column_entry
from kalip.storage.column_steps import (
    AddColumn,
    ChangeReference,
    RenameColumn,
    RetireColumn,
    ReviveColumn,
)
from kalip.storage.convert_planner import plan_type
from kalip.storage.draft import Draft, Filling, Pair
from kalip.storage.matching import match
from kalip.storage.retarget_steps import Retarget, count_elsewhere
from kalip.storage.rewrite import count_filled
from kalip.storage.tables import EntityTable
from kalip.storage.terms import Terms, is_aside
from kalip.storage.value_planner import plan_values


def match_columns(draft: Draft, wanted: EntityTable, old: LiveTable) -> list[LiveColumn]:
    """Give the columns that stay as they are (under whatever name)."""
    live: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    retired: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    for column in draft.columns[old.name]:
        group = live if column.retired_at is None else retired
        if not is_aside(column.terms):
            group[column.field].setdefault(column.part, column)
    entries = {
        name: {part.part: column_entry(wanted, part) for part in parts}
        for name, parts in wanted.fields.items()
        if parts
    }
    was = {name: wanted.entity.attributes[name].was for name in entries}
    remembered = {
        name: terms.was for name, parts in live.items() if "" in parts and (terms := Terms.read(parts[""].terms))
    }
    found = match(was, live, retired, remembered)
    kept: list[Pair] = []
    back: list[Pair] = []
    for name, former in found.held.items():
        if not plan_type(draft, wanted, entries[name], live[former]):
            _match_parts(draft, wanted, entries[name], live[former], kept)
    for name in (*found.revived, *found.new):
        former = found.revived.get(name, name)
        _add_field(draft, wanted, entries[name], retired.get(former, {}), back)
    for name, columns in live.items():
        if name not in found.held.values():
            for column in columns.values():
                _retire_column(draft, wanted, column)
    plan_values(draft, wanted, (*kept, *back))
    before = {pair.new.field: pair.old for pair in (*kept, *back) if not pair.new.part}
    converted = {name: live[former][""] for name, former in found.held.items() if "" in live[former]}
    draft.filling.append(Filling(wanted, old.name, {**converted, **before}))
    return [pair.new for pair in kept]


def _match_parts(
    draft: Draft,
    wanted: EntityTable,
    entries: Mapping[str, LiveColumn],
    live: Mapping[str, LiveColumn],
    kept: list[Pair],
) -> None:
    entity = wanted.entity.name
    for part, new in entries.items():
        old = live.get(part)
        if old is None:
            _add_column(draft, wanted, new)
            continue
        target = draft.target_of(old.target)
        if new.kind == old.kind and (new.target in (target, None)):
            if (old.name, old.field) != (new.name, new.field):
                held = replace(new, target=target, on_delete=old.on_delete)
                draft.steps.append(RenameColumn(old=old, new=held, entity=entity))
            if (target, old.on_delete) != (new.target, new.on_delete):
                draft.steps.append(ChangeReference(old=old, new=new, entity=entity))
            kept.append(Pair(old, new))
        elif not _retarget(draft, wanted, old, new):
            _retire_column(draft, wanted, old)
            _add_column(draft, wanted, new)
    for part, old in live.items():
        if part not in entries:
            _retire_column(draft, wanted, old)


def _retarget(draft: Draft, wanted: EntityTable, old: LiveColumn, new: LiveColumn) -> bool:
    """Plan a reference that points to another entity which is there already; false when there is none such."""
    former = next((old_name for old_name, now in draft.renamed.items() if now == new.target), None)
    target = next(
        (each for each in draft.tables if each.entity == former and not each.field and not each.retired_at), None
    )
    if not old.target or not new.target or target is None or old.name != new.name:
        return False
    held = _held_before(draft, old, new)
    draft.steps.append(
        Retarget(
            old=old,
            new=new,
            retired=draft.retired(old.name),
            result=draft.retired(new.name),
            entity=wanted.entity.name,
            rows=count_filled(draft.session, old),
            failures=count_elsewhere(draft.session, old, target.name),
            prior=held,
        )
    )
    return True


def _held_before(draft: Draft, old: LiveColumn, new: LiveColumn) -> tuple[LiveColumn, LiveColumn] | None:
    asides = {each.name: each for each in draft.columns[old.table] if is_aside(each.terms) and each.field == old.field}
    for each in asides.values():
        terms = Terms.read(each.terms)
        if each.target == new.target and terms is not None and terms.result in asides:
            table = new.table
            return replace(each, table=table), replace(asides[terms.result], table=table)
    return None


def _add_field(
    draft: Draft,
    wanted: EntityTable,
    entries: Mapping[str, LiveColumn],
    retired: Mapping[str, LiveColumn],
    back: list[Pair],
) -> None:
    for part, new in entries.items():
        old = retired.get(part)
        target = draft.target_of(old.target) if old else None
        if old is not None and old.kind == new.kind and (target == new.target or new.target is None):
            rows = count_filled(draft.session, old)
            draft.steps.append(ReviveColumn(old=old, new=new, entity=wanted.entity.name, rows=rows))
            back.append(Pair(old, new))
        else:
            _add_column(draft, wanted, new)


def _add_column(draft: Draft, wanted: EntityTable, new: LiveColumn) -> None:
    options = wanted.entity.attributes[new.field].options
    value: Any = options.get("currency") if new.part == "currency" else None
    beside = wanted.fields[new.field][0].name
    draft.steps.append(AddColumn(column=new, entity=wanted.entity.name, value=value, beside=beside))


def _retire_column(draft: Draft, wanted: EntityTable, old: LiveColumn) -> None:
    rows = count_filled(draft.session, old)
    draft.steps.append(RetireColumn(old=old, new_name=draft.retired(old.name), entity=wanted.entity.name, rows=rows))
