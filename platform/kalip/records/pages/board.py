"""The board: a pipeline's stages with counts, totals and first cards, in a bounded number of statements."""

from collections.abc import Sequence

from kalip.base.errors import NotFound
from kalip.base.names import did_you_mean
from kalip.expressions import Expression
from kalip.fields import Money
from kalip.model import BoardView, Entity, Pipeline, Stage, Verb
from kalip.records.collected import all_guarded
from kalip.records.commands import BoardColumn, BoardPage, BoardQuery, Row
from kalip.records.filters import compile_filter
from kalip.records.naming import Path, find_path, visible_entity
from kalip.records.pages.rows import extra_fields, make_row
from kalip.records.queries import selection_filters
from kalip.records.reading import rights_of
from kalip.records.related import Concealment, concealed_keys, concealed_sum, guard_filters, readable_path
from kalip.records.services import Work
from kalip.records.titles import TitlePlan
from kalip.storage import Aggregate, AggregateRow, Filter, Query, aggregate, board_cards, select_page
from kalip.storage import Groups as StorageGroups


def board_page(work: Work, command: BoardQuery) -> BoardPage:
    """Read a board for the screen; with `stage` only that column, from `cursor` on."""
    entity = visible_entity(work, command.entity)
    view, pipeline = _find_board(entity, command)
    columns = [readable_path(work, entity, text) for text in view.card.fields]
    title_plan = TitlePlan(work, columns)
    beside = [readable_path(work, entity, text) for text in extra_fields(entity)]
    concealment = Concealment(work, entity, (*columns, *beside, *title_plan.paths(entity)))
    fields = (*(column.text for column in columns), *concealment.fields, *extra_fields(entity), *title_plan.fields)
    query = Query(
        entity=entity.name,
        fields=tuple(dict.fromkeys(fields)),
        filters=_filters(work, entity, view, pipeline, command),
        sort=view.sort,
        concealed=concealed_keys(work, entity, view.sort),
        limit=command.per_stage,
        cursor=command.cursor,
    )
    stages = [stage for stage in pipeline.stages.values() if command.stage in (None, stage.name)]
    cards, following = _cards(work, query, command, tuple(stage.name for stage in stages))
    rows = [row for group in cards.values() for row in group]
    concealment.apply(rows)
    summed = find_path(work.served, entity, view.sum) if view.sum else None
    groups = _groups(work, entity, summed, query)
    shown = {stage: tuple(make_row(work, entity, row) for row in group) for stage, group in cards.items()}
    return BoardPage(
        entity=entity,
        view=view,
        pipeline=pipeline,
        columns=tuple(
            _column(work, stage, shown, groups, _summed_here(work, summed, f"{pipeline.name}.{stage.name}"), following)
            for stage in stages
        ),
        titles=title_plan.read(rows),
        rights=rights_of(work, entity.name),
    )


def _find_board(entity: Entity, command: BoardQuery) -> tuple[BoardView, Pipeline]:
    name = command.board or next(iter(entity.boards), None)
    view = entity.boards.get(str(name))
    pipeline = entity.pipelines.get(view.pipeline) if view is not None else None
    if view is None or pipeline is None:
        hint = did_you_mean(str(name), entity.boards)
        raise NotFound("There is no board '{board}'.", hint=hint, params={"board": str(name)})
    if command.stage is not None and command.stage not in pipeline.stages:
        hint = did_you_mean(command.stage, pipeline.stages)
        raise NotFound("There is no stage '{stage}'.", hint=hint, params={"stage": command.stage})
    return view, pipeline


def _filters(
    work: Work, entity: Entity, view: BoardView, pipeline: Pipeline, command: BoardQuery
) -> tuple[Filter, ...]:
    own: list[Expression] = [compile_filter(work.served, entity.name, f'pipeline == "{pipeline.name}"')]
    if view.filter is not None:
        own.append(view.filter)
    if command.stage is not None:
        own.append(compile_filter(work.served, entity.name, f'stage == "{command.stage}"'))
    rights = selection_filters(work, entity, command.filter, Verb.READ) or ()
    dotted = [path for each in own for path in each.paths] + [key.field for key in view.sort]
    guards = guard_filters(work, entity, dotted)
    return (*rights, *all_guarded(work, entity, own), *guards)


Cards = dict[str, list[dict[str, object]]]


def _cards(work: Work, query: Query, command: BoardQuery, stages: tuple[str, ...]) -> tuple[Cards, str | None]:
    if command.stage is not None:
        page = select_page(work.session, work.served, query, work.context, form="values")
        return {command.stage: page.rows}, page.next
    groups = StorageGroups("stage", stages, command.per_stage)
    found = board_cards(work.session, work.served, query, groups, work.context, form="values")
    return {str(stage): rows for stage, rows in found.items()}, None


Groups = dict[str, list[AggregateRow]]


def _groups(work: Work, entity: Entity, summed: Path | None, query: Query) -> Groups:
    """The counts and sums of each stage; of money a row for each currency."""
    asked = Aggregate(
        by="stage",
        sums=(summed.text,) if summed else (),
        filters=query.filters,
        within=f"{summed.text}.currency" if summed and summed.field.type == "money" else None,
        concealed=concealed_sum(work, entity, summed) if summed else (),
    )
    groups: Groups = {}
    for row in aggregate(work.session, work.served, entity.name, asked, work.context):
        groups.setdefault(str(row.key), []).append(row)
    return groups


def _column(  # noqa: PLR0913, PLR0917 one view's facts, passed once
    work: Work,
    stage: Stage,
    shown: dict[str, tuple[Row, ...]],
    groups: Groups,
    summed: Path | None,
    following: str | None,
) -> BoardColumn:
    rows = groups.get(stage.name, ())
    return BoardColumn(
        stage=stage,
        count=sum(row.count for row in rows),
        totals=_totals(work, summed, rows) if summed is not None else (),
        cards=shown.get(stage.name, ()),
        next=following,
    )


def _summed_here(work: Work, summed: Path | None, place: str) -> Path | None:
    """What is summed up, where the actor sees it in a stage."""
    if summed is None or summed.hops or work.sight(summed.entity.name).level(summed.field.name, place) == "read":
        return summed
    return None


def _totals(work: Work, summed: Path, rows: Sequence[AggregateRow]) -> tuple[object, ...]:
    filled = [row for row in rows if row.sums[summed.text] is not None]
    if summed.field.type != "money":
        return tuple(row.sums[summed.text] for row in filled)
    kind, by_currency = work.served.types["money"], dict[str, Money]()
    for row in filled:
        found = kind.from_parts(summed.field, (row.sums[summed.text], row.within))
        # Amounts that were stored without a currency are in the field's own one.
        known = by_currency.get(found.currency)
        by_currency[found.currency] = found._replace(amount=found.amount + known.amount) if known else found
    return tuple(sorted(by_currency.values(), key=lambda each: (-each.amount, each.currency)))
