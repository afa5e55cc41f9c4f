"""Plans what becomes of empty rows when a field gets a back-fill, or is required from now on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Column, MetaData, Table, func, select

from kalip.model import Field
from kalip.storage.backfill import Fill
from kalip.storage.catalogue import LiveColumn, column_entry
from kalip.storage.column_steps import AddColumn, RenameColumn, RetireColumn, ReviveColumn
from kalip.storage.convert_steps import ChangeType
from kalip.storage.draft import Draft, Filling
from kalip.storage.fill_steps import AskForValue, EmptyAgain, FillEmpty
from kalip.storage.kinds import type_of
from kalip.storage.rewrite import count_filled, count_rows
from kalip.storage.step import LONG, Step
from kalip.storage.table_steps import CreateTable, RenameTable, ReviveTable
from kalip.storage.tables import EntityTable
from kalip.storage.terms import FILLED, Terms, terms_of

_COLUMNS = (AddColumn, ChangeType, RenameColumn, RetireColumn, ReviveColumn)


def plan_fills(draft: Draft, now: datetime) -> None:
    """Plan the empty rows of every table that stays. To be called when all other steps are known."""
    changed = _changed(draft.steps)
    for filling in draft.filling:
        for field in filling.wanted.entity.fields.values():
            if parts := filling.wanted.fields.get(field.name):
                columns = tuple(column_entry(filling.wanted, part) for part in parts)
                _plan_field(draft, filling, field, columns, (changed, now))


def _plan_field(
    draft: Draft, filling: Filling, field: Field, columns: Sequence[LiveColumn], rest: tuple[set[str], datetime]
) -> None:
    old = filling.before.get(field.name)
    before, now = Terms.read(old.terms) if old else None, terms_of(filling.wanted.entity, field)
    if old is not None and before is None:
        return
    was_required, was_filled = (before.required, before.backfill) if before else (False, "")
    if was_filled and not now.backfill and not now.required and old is not None:
        _plan_emptying(draft, filling.wanted, columns, old)
        return
    fills = bool(now.backfill) and now.backfill != was_filled
    if not fills and not (now.required and not was_required):
        return
    table = filling.table
    empty = count_rows(draft.session, table) - (count_filled(draft.session, old) if old else 0)
    if not empty:
        return
    entity = filling.wanted.entity.name
    if not fills or field.backfill is None:
        draft.steps.append(AskForValue(entity=entity, field=field.name, rows=empty))
        return
    fill = Fill(draft.served, entity, field, field.backfill)
    changed, moment = rest
    left = None
    # Publishers hold up writers: of very many rows they don't ask how many stay empty.
    counts = empty <= LONG or not draft.quick
    if counts and not _reads(draft, entity, field.backfill.paths, changed):
        left = fill.count_empty(draft.session, table, old, moment)
    if left == empty and now.required:
        draft.steps.append(AskForValue(entity=entity, field=field.name, rows=empty))
    if left == empty:
        return
    keep = None
    if old is not None:
        main = columns[0]
        terms = Terms(now.type, {}, aside=FILLED).text
        name = draft.retired(main.name)
        keep = replace(main, name=name, target=None, on_delete=None, terms=terms)
    draft.steps.append(
        FillEmpty(
            columns=tuple(columns),
            entity=entity,
            required=now.required,
            rows=empty - (left or 0),
            unfilled=left,
            keep=keep,
            fill=fill,
        )
    )


def _plan_emptying(draft: Draft, wanted: EntityTable, columns: Sequence[LiveColumn], old: LiveColumn) -> None:
    for each in draft.columns[old.table]:
        terms = Terms.read(each.terms)
        same = (each.field, each.part, each.kind) == (old.field, old.part, old.kind)
        if same and terms is not None and terms.aside == FILLED:
            known = Table(old.table, MetaData(), *(Column(one.name, type_of(one.kind)) for one in (old, each)))
            query = select(func.count()).select_from(known).where(known.c[old.name] == known.c[each.name])
            rows = int(draft.session.run(query).scalar_one())
            filled = replace(each, table=columns[0].table)
            draft.steps.append(EmptyAgain(columns=tuple(columns), filled=filled, entity=wanted.entity.name, rows=rows))


def _changed(steps: Sequence[Step]) -> set[str]:
    """The entities and fields that are not yet in the database as the model has them."""
    found: set[str] = set()
    for step in steps:
        if isinstance(step, _COLUMNS):
            found.add(f"{step.entity}.{_column(step).field}")
        elif isinstance(step, CreateTable):
            found.add(step.table.entity)
        elif isinstance(step, RenameTable | ReviveTable):
            found.add(step.new.entity)
    return found


def _column(step: AddColumn | ChangeType | RenameColumn | RetireColumn | ReviveColumn) -> LiveColumn:
    if isinstance(step, AddColumn):
        return step.column
    if isinstance(step, ChangeType):
        return step.new[0]
    return step.old if isinstance(step, RetireColumn) else step.new


def _reads(draft: Draft, entity: str, paths: frozenset[str], changed: set[str]) -> bool:
    """Whether an expression reads anything that is not in the database yet."""
    if entity in changed:
        return True
    for path in paths:
        at: str | None = entity
        for step in path.split("."):
            if at is None or at not in draft.served.model.entities:
                break
            if at in changed or f"{at}.{step}" in changed:
                return True
            found = draft.served.model.entities[at].attribute(step)
            # What is computed may read anything.
            if found is not None and found.computed is not None:
                return bool(changed)
            at = found.target if found is not None else None
    return False
