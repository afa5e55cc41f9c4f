"""The plan: what has to change in the database, step by step, until it holds a model. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kalip.base.clock import system_clock
from kalip.runtime import Served
from kalip.storage.catalogue import LiveColumn
from kalip.storage.clashes import unique_faults
from kalip.storage.column_steps import (
    AddColumn,
    ChangeReference,
    RenameColumn,
    RetireColumn,
    ReviveColumn,
)
from kalip.storage.convert_steps import ChangeType, KeepUnconverted
from kalip.storage.draft import Draft
from kalip.storage.errors import PlanRefused
from kalip.storage.fill_planner import plan_fills
from kalip.storage.fill_steps import AskForValue, EmptyAgain, FillEmpty
from kalip.storage.going_on import INDEX_JOB
from kalip.storage.index_steps import CreateIndex, DropIndex
from kalip.storage.indexes import PREFIX, IndexSpec, index_specs
from kalip.storage.jobs import open_arguments
from kalip.storage.likeness import sides_of
from kalip.storage.likeness_planner import plan_keys
from kalip.storage.likeness_steps import DropKeys, KeepKeys
from kalip.storage.limits import limit_faults
from kalip.storage.retarget_steps import Retarget
from kalip.storage.rewrite import count_rows
from kalip.storage.session import Session
from kalip.storage.step import Step
from kalip.storage.table_planner import match_tables
from kalip.storage.table_steps import (
    AddForeignKeys,
    CreateLinks,
    CreateTable,
    PutForeignKeys,
    RenameTable,
    RetireLinks,
    RetireTable,
    ReviveLinks,
    ReviveTable,
)
from kalip.storage.tables import tables_for
from kalip.storage.value_steps import KeepValues, MoveValues

# The order in which kinds of steps can run: what goes frees its name, what comes ties to what is there.
_ORDER: tuple[type[Step], ...] = (
    DropIndex,
    RetireColumn,
    RetireLinks,
    RetireTable,
    RenameTable,
    ReviveTable,
    RenameColumn,
    CreateTable,
    AddForeignKeys,
    ReviveColumn,
    AddColumn,
    ChangeType,
    ChangeReference,
    Retarget,
    PutForeignKeys,
    CreateLinks,
    ReviveLinks,
    MoveValues,
    KeepValues,
    KeepUnconverted,
    EmptyAgain,
    FillEmpty,
    AskForValue,
    CreateIndex,
    DropKeys,
    KeepKeys,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which they run. `notes` are entries of the catalogue that change without any."""

    steps: tuple[Step, ...]
    notes: tuple[LiveColumn, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the database holds the model already."""
        return not self.steps

    @property
    def seconds(self) -> float:
        """About how long writers wait while it is applied."""
        return sum(step.seconds for step in self.steps if not step.goes_on)

    @property
    def going_on(self) -> tuple[Step, ...]:
        """The steps that go on in the background once the rest is published."""
        return tuple(step for step in self.steps if step.goes_on)

    @property
    def lossy(self) -> tuple[Step, ...]:
        """The steps that take something out of sight."""
        return tuple(step for step in self.steps if step.kind == "lossy")

    def describe(self) -> tuple[str, ...]:
        """Each step in an English sentence."""
        return tuple(step.describe() for step in self.steps)


def plan(session: Session, served: Served, now: datetime | None = None, *, quick: bool = False) -> Plan:
    """Compare the database with a served model. Raises PlanRefused when the database can't hold the model.

    A `quick` plan is the same without figures for which very many rows would have to be looked at.
    """
    wanted = served.project(tables_for)
    draft = Draft.of(session, served, quick=quick)
    if faults := limit_faults(session, wanted, draft.columns):
        raise PlanRefused(faults)
    match_tables(draft, wanted, tuple(served.model.entities.values()))
    plan_fills(draft, now or system_clock())
    if draft.refusals:
        raise PlanRefused(tuple(draft.refusals))
    indexes = index_specs(wanted, session.sql.identifier_preparer, session.dialect, session.language)
    _match_indexes(draft, indexes)
    if faults := (*unique_faults(session, draft.steps), *plan_keys(draft, now or system_clock())):
        raise PlanRefused(faults)
    guarded = {(spec.table, path.partition(".")[0]) for spec in indexes.values() if spec.unique for path in spec.fields}
    draft.steps = [_guarded(step, guarded, served) for step in draft.steps]
    order = {kind: place for place, kind in enumerate(_ORDER)}
    # One chain of names may mix both.
    order[ChangeType] = order[RenameColumn]
    return Plan(tuple(sorted(draft.steps, key=lambda step: order[type(step)])), tuple(draft.notes))


def _guarded(step: Step, keys: set[tuple[str, str]], served: Served) -> Step:
    """A fill, told whether a unique key or a duplicate rule looks at its field."""
    if not isinstance(step, FillEmpty):
        return step
    name = step.columns[0].field
    looked_at = any(name in side.fields for side in sides_of(served, step.entity))
    return replace(step, guarded=looked_at or (step.columns[0].table, name) in keys)


def _match_indexes(draft: Draft, wanted: Mapping[str, IndexSpec]) -> None:
    present = set(_present_indexes(draft.session))
    coming = {str(each.get("name")) for each in open_arguments(draft.session, INDEX_JOB)}
    sizes: dict[str, int] = {}
    fresh = {step.table.name for step in draft.steps if isinstance(step, CreateTable | CreateLinks)}
    known = {each.name for each in draft.tables}
    # An index follows the column that is set aside; the one that takes its name needs one of its own.
    made = set(_made_columns(draft.steps))
    stale = {
        name
        for name in present & set(wanted)
        if any((wanted[name].table, path.partition(".")[0]) in made for path in wanted[name].fields)
    }
    for name in sorted((present - set(wanted)) | stale):
        draft.steps.append(DropIndex(name=name))
    present -= stale
    for name, spec in wanted.items():
        if name in present or name in coming:
            continue
        if spec.table not in sizes:
            counted = spec.table in known and spec.table not in fresh
            sizes[spec.table] = count_rows(draft.session, spec.table) if counted else 0
        draft.steps.append(CreateIndex(spec=spec, rows=sizes[spec.table]))


def _made_columns(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """The table and field of each column that is made by a plan."""
    for step in steps:
        if isinstance(step, ChangeType):
            yield step.new[0].table, step.new[0].field
        elif isinstance(step, Retarget):
            yield step.new.table, step.new.field
        elif isinstance(step, AddColumn):
            yield step.column.table, step.column.field


def _present_indexes(session: Session) -> Iterator[str]:
    if session.dialect == "sqlite":
        rows: Sequence[Any] = session.fetch("SELECT name FROM sqlite_master WHERE type = 'index'", {})
    else:
        # One whose building failed is none.
        rows = session.fetch(
            "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE indisvalid AND relnamespace = to_regnamespace(current_schema()::text)",
            {},
        )
    return (row[0] for row in rows if row[0].startswith(PREFIX))
