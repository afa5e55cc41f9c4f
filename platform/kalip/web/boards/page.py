"""What a board shows, worked out for its templates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from babel.numbers import format_decimal
from flask import url_for

from kalip.model import Entity, Pipeline, Stage, Verb
from kalip.records import BoardColumn, BoardPage, BoardQuery, ListColumn, Row, Work, board_page, find_path
from kalip.web.cells import Cell, Reader, column_reader, reader_of, record_url, stage_colour, style_of
from kalip.web.lists.chips import Chip, chips_of, conditions_of
from kalip.web.lists.paths import paths_of
from kalip.web.locale import current_locale, gettext
from kalip.web.record.standing import due_text, is_overdue
from kalip.web.shell import plural_of
from kalip.web.tones import tone
from kalip.workflow import Checklist, offers_of, progress_of

PER_STAGE = 20
_MOST_TOTALS = 3
_DAY = 24 * 3600
_STRONG = frozenset({"money", "decimal", "integer", "percent"})


@dataclass(frozen=True, slots=True)
class CardField:
    """A value on a card."""

    label: str
    cell: Cell
    strong: bool


@dataclass(frozen=True, slots=True)
class MoveTo:
    """A stage that the card's menu offers."""

    label: str
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class Card:
    """A record on the board. `age` is empty unless it is a day old in its stage, `due` without a time limit.

    `steps` says how many of its stage's steps are done, `pipelines` where else it could go on.
    """

    id: str
    title: str
    href: str
    fields: tuple[CardField, ...]
    owner: Cell | None
    age: str
    aged: bool
    stage: str = ""
    due: str = ""
    overdue: bool = False
    steps: str = ""
    steps_done: bool = False
    moves: tuple[MoveTo, ...] = ()
    pipelines: tuple[MoveTo, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage. `targets` are the stages that its cards may go to."""

    name: str
    label: str
    tone: str
    count: str
    number: int
    over: bool
    limit: int | None
    total: str
    targets: str
    cards: tuple[Card, ...]
    more: str
    new: str


@dataclass(frozen=True, slots=True)
class BoardContext:
    """The whole board. `totals` and `card` are where its columns' totals, and one of its cards, are read anew."""

    entity: str
    label: str
    plural: str
    title: str
    list: str
    new: str
    totals: str
    card: str
    movable: bool
    boards: tuple[tuple[str, str, bool], ...]
    chips: tuple[Chip, ...]
    reset: str
    lanes: tuple[Lane, ...]


def board_context(work: Work, query: BoardQuery) -> BoardContext:
    """Read a board, or one of its columns, and work it out."""
    found = board_page(work, query)
    entity, locale = found.entity, current_locale()
    board = found.view.name
    label = entity.label.get(locale)
    return BoardContext(
        entity=entity.name,
        label=label,
        plural=plural_of(entity),
        title=found.view.label.get(locale) or gettext("Board"),
        list=url_for("lists.show_list", entity=entity.name, filter=query.filter or None),
        new=url_for("record.new", entity=entity.name, pipeline=_given(found)) if Verb.CREATE in found.rights else "",
        totals=url_for("boards.show_totals", entity=entity.name, board=board, filter=query.filter or None),
        card=url_for("boards.show_card", entity=entity.name, board=board, filter=query.filter or None),
        movable=Verb.TRANSITION in found.rights,
        boards=tuple(
            (
                view.label.get(locale) or view.name,
                url_for("boards.show_board", entity=entity.name, board=view.name, filter=query.filter or None),
                view.name == board,
            )
            for view in entity.boards.values()
        ),
        chips=_chips(work, found, query),
        reset=url_for("boards.show_board", entity=entity.name, board=board),
        lanes=tuple(_lanes(work, found, query)),
    )


def totals_of(work: Work, query: BoardQuery) -> Mapping[str, Mapping[str, object]]:
    """Count and sum of each column, as texts."""
    found = board_page(work, query)
    total = _total_reader(work, found)
    return {
        column.stage.name: {
            "count": format_decimal(column.count, locale=current_locale()),
            "total": total(column),
            "over": _over(column),
        }
        for column in found.columns
    }


def _chips(work: Work, found: BoardPage, query: BoardQuery) -> tuple[Chip, ...]:
    if not query.filter or query.stage:
        return ()

    def shown_by(rest: str) -> str:
        return url_for("boards.show_board", entity=found.entity.name, board=found.view.name, filter=rest or None)

    paths = paths_of(work, found.entity)
    return chips_of(work, conditions_of(query.filter, paths), paths, shown_by)


def _lanes(work: Work, found: BoardPage, query: BoardQuery) -> Sequence[Lane]:
    entity, locale = found.entity, current_locale()
    style = style_of(work, found.titles)
    columns = tuple(_column(work, entity, path) for path in found.view.card.fields)
    face = tuple(
        (column, column_reader(work.served, work.model.entities[column.entity], column.field, column.path, style))
        for column in columns
    )
    total = _total_reader(work, found)
    movable = Verb.TRANSITION in found.rights
    progress = progress_of(work, entity.name, [row for column in found.columns for row in column.cards])
    return [
        Lane(
            name=column.stage.name,
            label=column.stage.label.get(locale),
            tone=tone(stage_colour(column.stage)),
            count=format_decimal(column.count, locale=locale),
            number=column.count,
            over=_over(column),
            limit=column.stage.limit,
            total=total(column),
            targets=" ".join(move.target for move in found.pipeline.moves_from(column.stage.name)),
            cards=tuple(
                replace(
                    _card(found, column.stage, row, _days(work, row), face),
                    due=due_text(work, row.values.get("stage_due")),
                    overdue=is_overdue(work, row.values.get("stage_due")),
                    steps=_steps(progress.get(row.id)),
                    steps_done=row.id in progress and progress[row.id].done == len(progress[row.id].steps),
                    moves=_moves(entity, found.pipeline, column.stage, row) if movable else (),
                    pipelines=_pipelines(work, found, column.stage, row) if movable else (),
                )
                for row in column.cards
            ),
            more=_more(entity, found.view.name, column, query),
            new="",
        )
        for column in found.columns
    ]


def _card(found: BoardPage, stage: Stage, row: Row, days: int, face: Sequence[tuple[ListColumn, Reader]]) -> Card:
    locale = current_locale()
    fields, owner = [], None
    for column, read in face:
        cell = read(row.values.get(column.path))
        if column.path == found.entity.title or cell.empty:
            continue
        if column.field.type == "user" and owner is None:
            owner = cell
            continue
        fields.append(CardField(column.label.get(locale), cell, column.field.type in _STRONG))
    aged = stage.ageing_days is not None and days >= stage.ageing_days
    return Card(
        id=row.id,
        title=row.title or gettext("(no name)"),
        href=record_url(found.entity.name, row.id),
        fields=tuple(fields),
        owner=owner,
        age=gettext("{days} d", days=days) if days else "",
        aged=aged,
        stage=stage.name,
    )


def _days(work: Work, row: Row) -> int:
    since = row.values.get("stage_since")
    return int((work.now - since).total_seconds() // _DAY) if isinstance(since, datetime) else 0


def _moves(entity: Entity, pipeline: Pipeline, stage: Stage, row: Row) -> tuple[MoveTo, ...]:
    locale = current_locale()
    targets = dict.fromkeys(move.target for move in pipeline.moves_from(stage.name))
    return tuple(
        MoveTo(
            pipeline.stages[name].label.get(locale),
            url_for("moves.move", entity=entity.name, record_id=row.id, target=name),
            tone(stage_colour(pipeline.stages[name])),
        )
        for name in targets
    )


def _pipelines(work: Work, found: BoardPage, stage: Stage, row: Row) -> tuple[MoveTo, ...]:
    """The other pipelines in which a card could go on."""
    locale = current_locale()
    return tuple(
        MoveTo(
            each.pipeline.label.get(locale),
            url_for("pipelines.change", entity=found.entity.name, record_id=row.id, pipeline=each.pipeline.name),
            tone(stage_colour(each.target)),
        )
        for each in offers_of(work, found.entity, found.pipeline.name, stage.name)
    )


def _steps(checklist: Checklist | None) -> str:
    if checklist is None or not checklist.steps:
        return ""
    return f"{checklist.done}/{len(checklist.steps)}"


def _column(work: Work, entity: Entity, text: str) -> ListColumn:
    path = find_path(work.served, entity, text)
    return ListColumn(path.text, path.field.label, path.field, path.entity.name, sortable=False)


def _given(found: BoardPage) -> str | None:
    """The pipeline that a record made from this board is to start in, unless it does so anyway."""
    return None if found.pipeline is found.entity.default_pipeline else found.pipeline.name


def _total_reader(work: Work, found: BoardPage) -> Callable[[BoardColumn], str]:
    """A function from a column to the text of its totals."""
    if not found.view.sum:
        return lambda _: ""
    path = find_path(work.served, found.entity, found.view.sum)
    read = reader_of(work.served, path.entity, path.field, style_of(work))

    def one(total: object) -> str:
        # A part of a field, such as a latitude, is a plain number: only whole values can be read.
        return format_decimal(str(total), locale=current_locale()) if path.part else read(total).text

    def text(column: BoardColumn) -> str:
        more = ("…",) if len(column.totals) > _MOST_TOTALS else ()
        return " · ".join((*map(one, column.totals[:_MOST_TOTALS]), *more))

    return text


def _over(column: BoardColumn) -> bool:
    return column.stage.limit is not None and column.count > column.stage.limit


def _more(entity: Entity, board: str, column: BoardColumn, query: BoardQuery) -> str:
    last = column.next if query.stage else None
    if query.stage and not last:
        return ""
    if not query.stage and column.count <= len(column.cards):
        return ""
    return url_for(
        "boards.show_cards", entity=entity.name, board=board, stage=column.stage.name,
        cursor=last or "", skip=None if last else len(column.cards), filter=query.filter or None,
    )  # fmt: skip
