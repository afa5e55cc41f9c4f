"""Plans which duplicate rules come, go, or must look at the records again because their values change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from kalip.storage.catalogue import LiveColumn
from kalip.storage.column_steps import ReviveColumn
from kalip.storage.convert_steps import ChangeType
from kalip.storage.draft import Draft
from kalip.storage.fill_steps import EmptyAgain, FillEmpty
from kalip.storage.likeness import Side, Sides
from kalip.storage.likeness_steps import DropKeys, KeepKeys, kept_rules, strict_faults
from kalip.storage.retarget_steps import Retarget
from kalip.storage.rewrite import count_rows
from kalip.storage.step import Step
from kalip.storage.table_steps import CreateTable, RenameTable, ReviveTable
from kalip.storage.tables import tables_for
from kalip.storage.value_steps import MoveValues

WHOLE: Final = ""
# After these the records of a table hold other values than those whose keys are kept.
_CHANGING: Final = (ReviveColumn, ChangeType, EmptyAgain, FillEmpty, Retarget, MoveValues, ReviveTable)


def plan_keys(draft: Draft, now: datetime) -> tuple[str, ...]:
    """Add the steps; gives what the present records say against new strict rules."""
    wanted: dict[str, list[Side]] = {}
    for group in draft.served.project(Sides).values():
        for side in group:
            wanted.setdefault(side.id, []).append(side)
    kept = kept_rules(draft.session)
    for rule in sorted(kept - wanted.keys()):
        draft.steps.append(DropKeys(rule=rule))
    changed = {place for step in draft.steps if isinstance(step, _CHANGING) for place in _places(step)}
    fresh = {step.table.name for step in draft.steps if isinstance(step, CreateTable)}
    fresh |= {step.new.name for step in draft.steps if isinstance(step, RenameTable)}
    tables = draft.served.project(tables_for)
    known = {each.name for each in draft.tables if each.retired_at is None}
    faults: list[str] = []
    for rule, sides in wanted.items():
        names = {tables[side.entity].name for side in sides}
        places = {(tables[side.entity].name, field) for side in sides for field in (WHOLE, *side.fields)}
        if rule in kept and places.isdisjoint(changed):
            continue
        if rule not in kept and names.isdisjoint(fresh) and places.isdisjoint(changed):
            faults += (fault for side in sides for fault in strict_faults(draft.session, draft.served, side, now))
        rows = sum(count_rows(draft.session, name) for name in names if name in known)
        name = f"{sides[0].owner}.{sides[0].rule.name}"
        draft.steps.append(KeepKeys(name=name, sides=tuple(sides), served=draft.served, rows=rows))
    return tuple(faults)


def _places(step: Step) -> Iterable[tuple[str, str]]:
    """The tables and fields whose values a step changes."""
    if isinstance(step, ReviveTable):
        yield step.new.name, WHOLE
    for name in ("column", "new", "columns"):
        held = getattr(step, name, None)
        for each in held if isinstance(held, tuple) else (held,):
            if isinstance(each, LiveColumn):
                yield each.table, each.field
