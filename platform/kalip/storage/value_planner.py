"""Plans what becomes of stored choices, stages and pipelines when a model offers others than the one before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalip.storage.catalogue import LiveColumn
from kalip.storage.draft import Draft, Pair
from kalip.storage.settling import Moved, Scope, Settling
from kalip.storage.tables import EntityTable
from kalip.storage.terms import MOVED, Terms
from kalip.storage.value_steps import PIPELINE, KeepValues, Move, MoveValues, distribution

_STAGE = "stage"


def plan_values(draft: Draft, wanted: EntityTable, pairs: Sequence[Pair]) -> None:
    """Plan the values of an entity's columns that stay, and note what their fields are now."""
    pipelines: _Column | None = None
    # Where a stage goes depends on the pipeline that its row will be in.
    for pair in sorted(pairs, key=lambda each: each.new.field != PIPELINE):
        before, now = Terms.read(pair.old.terms), Terms.read(pair.new.terms)
        if now is None:
            continue
        now = now.following(before)
        new = replace(pair.new, terms=now.text)
        if new.terms != pair.old.terms:
            draft.notes.append(new)
        if not now.values or (before is not None and now.values == before.values):
            continue
        column = _Column.of(draft, wanted, Pair(pair.old, new), pipelines)
        _plan_column(draft, wanted, column)
        if column.is_system(PIPELINE):
            pipelines = column


@dataclass(frozen=True, slots=True)
class _Column:
    """A column whose values are planned; `pipelines` is that of the pipelines when this one holds stages."""

    wanted: EntityTable
    pair: Pair
    asides: Sequence[LiveColumn]
    settling: Settling
    pipelines: "_Column | None" = None

    @classmethod
    def of(cls, draft: Draft, wanted: EntityTable, pair: Pair, pipelines: "_Column | None") -> "_Column":
        before, now = Terms.read(pair.old.terms), Terms.read(pair.new.terms)
        asides: list[LiveColumn] = []
        moved: list[Moved] = []
        for each in draft.columns[pair.old.table]:
            terms = Terms.read(each.terms)
            if _belongs(each, pair.old) and terms is not None and terms.aside == MOVED and terms.moved:
                asides.append(each)
                moved.append(terms.moved)
        system = wanted.entity.attributes[pair.new.field].system
        settling = Settling(before, now or Terms("", {}), moved, firmly=system)
        return cls(wanted, pair, asides, settling, pipelines if system and pair.new.field == _STAGE else None)

    def is_system(self, name: str) -> bool:
        return self.pair.new.field == name and self.wanted.entity.attributes[name].system

    @property
    def staged(self) -> bool:
        return self.is_system(_STAGE)

    @property
    def scope_asides(self) -> Sequence[LiveColumn]:
        return self.pipelines.asides if self.pipelines is not None else ()

    def scope(self, pipeline: str, held: Sequence[Any]) -> Scope:
        """The scope of a row that is in a pipeline."""
        if not self.staged:
            return Scope()
        into = self.pipelines.settling.settle(Scope(), pipeline, held) if self.pipelines is not None else pipeline
        return Scope(pipeline, into)


def _plan_column(draft: Draft, wanted: EntityTable, column: _Column) -> None:
    moves: Counter[Move] = Counter()
    gone: Counter[tuple[str, str]] = Counter()
    rows_gone = 0
    settling = column.settling
    single: dict[tuple[Scope, str], str] = {}
    for group, rows in distribution(
        draft.session, column.pair.old, column.asides, column.scope_asides, staged=column.staged
    ).items():
        scope = column.scope(group.pipeline, group.pipeline_held)
        settled = settling.settle(scope, group.value, group.held)
        if settled != group.value:
            moves[Move(scope.into, group.value, group.held, settled)] += rows
            for each in (group.value,) if isinstance(group.value, str) else group.value:
                single[scope, each] = settling.settle(scope, each)
        if going := settling.goes(scope, settled):
            gone.update({(scope.before, each): rows for each in going})
            rows_gone += rows
    if gone and settling.firmly:
        draft.refusals += (_refusal(column, *place, rows) for place, rows in gone.items())
    elif gone:
        values = tuple(dict.fromkeys(value for _scope, value in gone))
        draft.steps.append(KeepValues(column=column.pair.new, entity=wanted.entity.name, values=values, rows=rows_gone))
    if moves:
        moved = {key: new for key, new in single.items() if key[1] != new}
        draft.steps.append(_move_step(draft, column, moves, moved))


def _move_step(
    draft: Draft, column: _Column, moves: Mapping[Move, int], moved: Mapping[tuple[Scope, str], str]
) -> MoveValues:
    new, settling = column.pair.new, column.settling
    ordered = sorted(moves.items(), key=lambda each: repr(each[0]))
    keep = None
    if _merges(settling, moved):
        by_scope: dict[str, dict[str, str]] = {}
        for (scope, old), value in moved.items():
            by_scope.setdefault(scope.into, {})[old] = value
        terms = Terms(settling.now.type, {}, aside=MOVED, moved=by_scope)
        name = draft.retired(new.name)
        keep = replace(new, name=name, target=None, on_delete=None, terms=terms.text)
    return MoveValues(
        column=new,
        entity=column.wanted.entity.name,
        moves=tuple(move for move, _rows in ordered),
        counts=tuple(rows for _move, rows in ordered),
        rows=sum(moves.values()),
        staged=column.staged,
        asides=tuple(replace(each, table=new.table) for each in column.asides),
        spent=tuple(settling.is_spent(each) for each in settling.asides),
        keep=keep,
    )


def _merges(settling: Settling, moved: Mapping[tuple[Scope, str], str]) -> bool:
    """Whether rows will be alike that were not, so that the way back can't be told from their values."""
    targets = [(scope.into, value) for (scope, _old), value in moved.items()]
    if len(set(targets)) < len(targets):
        return True
    return any((known := settling.known(scope.before)) is None or new in known for (scope, _), new in moved.items())


def _belongs(column: LiveColumn, living: LiveColumn) -> bool:
    place = (column.field, column.part, column.kind)
    return column.retired_at is not None and place == (living.field, living.part, living.kind)


def _refusal(column: _Column, scope: str, value: str, rows: int) -> str:
    entity = column.wanted.entity.name
    if column.staged:
        return (
            f"{entity}: {rows} records are in the stage '{value}' of the pipeline '{scope}', which is to go; "
            f'say at the stage that takes them over: "was": ["{value}"]'
        )
    return (
        f"{entity}: {rows} records are in the pipeline '{value}', which is to go; "
        f'say in the pipeline that takes them over: "was": ["{value}"]'
    )
