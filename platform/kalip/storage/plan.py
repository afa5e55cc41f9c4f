"""The plan: what has to change in the database, step by step, until it holds a model. Reads only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kalip.runtime import Served
from kalip.storage.catalogue import LiveColumn, LiveTable, column_entry, live_columns, live_tables
from kalip.storage.convert import conversion
from kalip.storage.errors import PlanRefused
from kalip.storage.indexes import PREFIX, IndexSpec, index_specs
from kalip.storage.limits import limit_faults, unique_faults
from kalip.storage.matching import match
from kalip.storage.naming import retired_name
from kalip.storage.rewrite import count_failures, count_filled, count_rows
from kalip.storage.session import Session
from kalip.storage.steps import (
    AddColumn,
    AddForeignKeys,
    ChangeReference,
    ChangeType,
    CreateIndex,
    CreateLinks,
    CreateTable,
    DropIndex,
    PutForeignKeys,
    RenameColumn,
    RenameTable,
    RetireColumn,
    RetireTable,
    ReviveColumn,
    ReviveTable,
    Step,
)
from kalip.storage.tables import EntityTable, tables_for

# The order in which kinds of steps can run: what goes frees its name, what comes ties to what is there.
_ORDER: tuple[type[Step], ...] = (
    DropIndex,
    RetireColumn,
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
    PutForeignKeys,
    CreateLinks,
    CreateIndex,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which they run."""

    steps: tuple[Step, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the database holds the model already."""
        return not self.steps

    @property
    def lossy(self) -> tuple[Step, ...]:
        """The steps that take something out of sight."""
        return tuple(step for step in self.steps if step.kind == "lossy")

    def describe(self) -> tuple[str, ...]:
        """Each step in an English sentence."""
        return tuple(step.describe() for step in self.steps)


def plan(session: Session, served: Served) -> Plan:
    """Compare the database with a served model. Raises PlanRefused when the database can't hold the model."""
    return _Planner(session, served).plan()


@dataclass(slots=True)
class _Planner:
    session: Session
    served: Served
    steps: list[Step] = field(default_factory=list)
    tables: list[LiveTable] = field(default_factory=list)
    columns: dict[str, list[LiveColumn]] = field(default_factory=lambda: defaultdict(list))
    numbers: int = 0

    def plan(self) -> Plan:
        """Collect the steps of tables, columns, links and indexes, and put them in order."""
        wanted = self.served.project(tables_for)
        self.tables = live_tables(self.session)
        for column in live_columns(self.session):
            self.columns[column.table].append(column)
        self.numbers = sum(each.retired_at is not None for each in self.tables) + sum(
            each.retired_at is not None for group in self.columns.values() for each in group
        )
        if faults := limit_faults(self.session, wanted, self.columns):
            raise PlanRefused(faults)
        entities = {entity.name: entity.was for entity in self.served.model.entities.values()}
        live = {each.entity: each for each in self.tables if not each.field and not each.retired_at}
        retired: dict[str, LiveTable] = {}
        for each in self.tables:
            if each.retired_at and not each.field:
                retired.setdefault(each.entity, each)
        found = match(entities, live, retired)
        renamed = {old: new for new, old in found.held.items()}
        for name, old in found.held.items():
            self._rename_table(live[old], LiveTable(wanted[name].table.name, name))
            self._match_columns(wanted[name], live[old], renamed)
        for name, old in found.revived.items():
            self._revive_table(wanted[name], retired[old], renamed)
        for name in found.new:
            self._create_table(wanted[name])
        for name, table in live.items():
            if name not in renamed:
                self._retire_table(table)
        for each_wanted in wanted.values():
            former = found.held.get(each_wanted.entity.name) or found.revived.get(each_wanted.entity.name)
            self._match_links(each_wanted, former or each_wanted.entity.name, renamed)
        for each in self.tables:
            if each.field and not each.retired_at and each.entity not in renamed:
                self._retire_table(each)
        self._match_indexes(
            index_specs(wanted, self.session.sql.identifier_preparer, self.session.dialect, self.session.language)
        )
        if faults := unique_faults(self.session, self.steps):
            raise PlanRefused(faults)
        order = {kind: place for place, kind in enumerate(_ORDER)}
        # One chain of names may mix both.
        order[ChangeType] = order[RenameColumn]
        return Plan(tuple(sorted(self.steps, key=lambda step: order[type(step)])))

    # --- tables ---

    def _create_table(self, wanted: EntityTable) -> None:
        name = wanted.table.name
        columns = tuple(column_entry(name, part) for part in wanted.parts.values())
        self.steps.append(CreateTable(table=LiveTable(name, wanted.entity.name), columns=columns))
        references = tuple(column for column in columns if column.target)
        if references and self.session.dialect == "postgresql":
            self.steps.append(AddForeignKeys(entity=wanted.entity.name, columns=references))

    def _rename_table(self, old: LiveTable, new: LiveTable) -> None:
        if replace(old, retired_at=None) != new:
            self.steps.append(RenameTable(old=old, new=new))

    def _retire_table(self, old: LiveTable) -> None:
        references = tuple(column for column in self.columns[old.name] if column.target and column.retired_at is None)
        rows = count_rows(self.session, old.name)
        self.steps.append(RetireTable(old=old, new_name=self._retired(old.name), references=references, rows=rows))

    def _revive_table(self, wanted: EntityTable, old: LiveTable, renamed: Mapping[str, str]) -> None:
        new = LiveTable(wanted.table.name, wanted.entity.name)
        self.steps.append(ReviveTable(old=old, new=new, rows=count_rows(self.session, old.name)))
        kept = self._match_columns(wanted, old, renamed)
        if references := tuple(column for column in kept if column.target):
            self.steps.append(PutForeignKeys(entity=wanted.entity.name, columns=references))

    # --- columns ---

    def _match_columns(self, wanted: EntityTable, old: LiveTable, renamed: Mapping[str, str]) -> list[LiveColumn]:
        """Give the columns that stay as they are (under whatever name)."""
        live: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
        retired: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
        for column in self.columns[old.name]:
            group = live if column.retired_at is None else retired
            group[column.field].setdefault(column.part, column)
        entries = {
            name: {part.part: column_entry(wanted.table.name, part) for part in parts}
            for name, parts in wanted.fields.items()
            if parts
        }
        was = {name: wanted.entity.attributes[name].was for name in entries}
        found = match(was, live, retired)
        kept: list[LiveColumn] = []
        for name, former in found.held.items():
            self._match_parts(wanted, entries[name], live[former], renamed, kept)
        for name in (*found.revived, *found.new):
            former = found.revived.get(name, name)
            self._add_field(wanted, entries[name], retired.get(former, {}), renamed)
        for name, columns in live.items():
            if name not in found.held.values():
                for column in columns.values():
                    self._retire_column(wanted, column)
        return kept

    def _match_parts(
        self,
        wanted: EntityTable,
        entries: Mapping[str, LiveColumn],
        live: Mapping[str, LiveColumn],
        renamed: Mapping[str, str],
        kept: list[LiveColumn],
    ) -> None:
        entity = wanted.entity.name
        for part, new in entries.items():
            old = live.get(part)
            if old is None:
                self._add_column(wanted, new)
                continue
            target = renamed.get(old.target, old.target) if old.target else None
            if new.kind == old.kind and (new.target in (target, None)):
                if (old.name, old.field) != (new.name, new.field):
                    held = replace(new, target=target, on_delete=old.on_delete)
                    self.steps.append(RenameColumn(old=old, new=held, entity=entity))
                if (target, old.on_delete) != (new.target, new.on_delete):
                    self.steps.append(ChangeReference(old=old, new=new, entity=entity))
                kept.append(new)
            elif new.target is None and old.target is None and conversion(old.kind, new.kind) is not None:
                rows, failures = count_failures(self.session, old, new.kind)
                retired = self._retired(old.name)
                self.steps.append(
                    ChangeType(old=old, new=new, retired=retired, entity=entity, rows=rows, failures=failures)
                )
            else:
                self._retire_column(wanted, old)
                self._add_column(wanted, new)
        for part, old in live.items():
            if part not in entries:
                self._retire_column(wanted, old)

    def _add_field(
        self,
        wanted: EntityTable,
        entries: Mapping[str, LiveColumn],
        retired: Mapping[str, LiveColumn],
        renamed: Mapping[str, str],
    ) -> None:
        for part, new in entries.items():
            old = retired.get(part)
            target = renamed.get(old.target, old.target) if old and old.target else None
            if old is not None and old.kind == new.kind and (target == new.target or new.target is None):
                rows = count_filled(self.session, old)
                self.steps.append(ReviveColumn(old=old, new=new, entity=wanted.entity.name, rows=rows))
            else:
                self._add_column(wanted, new)

    def _add_column(self, wanted: EntityTable, new: LiveColumn) -> None:
        options = wanted.entity.attributes[new.field].options
        value: Any = options.get("currency") if new.part == "currency" else None
        beside = wanted.fields[new.field][0].column.name
        self.steps.append(AddColumn(column=new, entity=wanted.entity.name, value=value, beside=beside))

    def _retire_column(self, wanted: EntityTable, old: LiveColumn) -> None:
        rows = count_filled(self.session, old)
        self.steps.append(RetireColumn(old=old, new_name=self._retired(old.name), entity=wanted.entity.name, rows=rows))

    def _retired(self, name: str) -> str:
        self.numbers += 1
        return retired_name(name, self.numbers)

    # --- links ---

    def _match_links(self, wanted: EntityTable, former: str, renamed: Mapping[str, str]) -> None:
        entity = wanted.entity.name
        mine = [each for each in self.tables if each.field and each.entity == former]
        live = {each.field: each for each in mine if each.field and not each.retired_at}
        retired = {each.field: each for each in reversed(mine) if each.field and each.retired_at}
        fitting = {
            name: each
            for name, each in retired.items()
            if any(renamed.get(each.target or "", each.target) == link.target for link in wanted.links.values())
        }
        found = match({name: link.field.was for name, link in wanted.links.items()}, live, fitting)
        gone = set(live) - set(found.held.values())
        for name, link in wanted.links.items():
            new = LiveTable(link.table.name, entity, name, link.target)
            if name in found.held:
                old = live[found.held[name]]
                if renamed.get(old.target or "", old.target) == link.target:
                    if replace(old, target=link.target) != new:
                        self.steps.append(RenameTable(old=old, new=new))
                    continue
                gone.add(found.held[name])
            if name in found.revived:
                back = fitting[found.revived[name]]
                self.steps.append(ReviveTable(old=back, new=new, rows=count_rows(self.session, back.name)))
            else:
                self.steps.append(CreateLinks(table=new))
        for name in gone:
            self._retire_table(live[name])

    # --- indexes ---

    def _match_indexes(self, wanted: Mapping[str, IndexSpec]) -> None:
        present = set(_present_indexes(self.session))
        sizes: dict[str, int] = {}
        fresh = {step.table.name for step in self.steps if isinstance(step, CreateTable | CreateLinks)}
        known = {each.name for each in self.tables}
        for name in sorted(present - set(wanted)):
            self.steps.append(DropIndex(name=name))
        for name, spec in wanted.items():
            if name in present:
                continue
            if spec.table not in sizes:
                counted = spec.table in known and spec.table not in fresh
                sizes[spec.table] = count_rows(self.session, spec.table) if counted else 0
            self.steps.append(CreateIndex(spec=spec, rows=sizes[spec.table]))


def _present_indexes(session: Session) -> Iterator[str]:
    if session.dialect == "sqlite":
        rows: Sequence[Any] = session.fetch("SELECT name FROM sqlite_master WHERE type = 'index'", {})
    else:
        rows = session.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()", {})
    return (row[0] for row in rows if row[0].startswith(PREFIX))


def retired_tables(session: Session) -> list[LiveTable]:
    """Give the retired tables: what `kalip storage purge` may drop."""
    return [each for each in live_tables(session) if each.retired_at is not None]


def retired_columns(session: Session) -> list[LiveColumn]:
    """Give the retired columns: what `kalip storage purge` may drop."""
    return [each for each in live_columns(session) if each.retired_at is not None]
