"""What the list page shows, worked out for its templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for

from kalip.base.errors import BadRequest
from kalip.fields import Style
from kalip.model import Entity, Verb
from kalip.records import ListColumn, ListPage, ListRecords, Row, Work, column_label, list_page
from kalip.storage.likeness import sides_of
from kalip.web.cells import Cell, Reader, column_reader, is_number, record_url, shortened, style_of
from kalip.web.lists.chips import Chip, chips_of, conditions_of
from kalip.web.lists.conditions import Condition
from kalip.web.lists.empty import Empty, empty_of
from kalip.web.lists.paths import paths_of
from kalip.web.lists.saved import Views, views_of
from kalip.web.lists.state import ColumnState, ListState
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.shell import plural_of
from kalip.workflow import has_queues

ROWS = 50
_WIDTHS: Mapping[str, int] = {
    "long_text": 280, "rich_text": 280, "email": 220, "url": 200, "person_name": 190, "address": 240,
    "boolean": 96, "date": 126, "datetime": 168, "time": 96, "integer": 104, "decimal": 116,
    "percent": 104, "money": 138, "rating": 116, "choice": 146, "phone": 158, "user": 168, "group": 148,
    "autonumber": 116, "colour": 110,
}  # fmt: skip
_TITLE_WIDTH, _WIDTH = 240, 170
_ON_PHONES = ("cell-second", "cell-third", "cell-fourth")
_EXPORTS = frozenset({"csv", "xlsx"})
_PAGES = _EXPORTS | {"merge"}  # lead away from the list, or to a file; the others open a dialog
_NOT_EDITED_INLINE = frozenset({"children", "file", "files", "image", "references", "any_reference", "rich_text"})


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head. `sort` is asc, desc or empty; `rank` counts from 1 when several columns sort."""

    path: str
    label: str
    number: bool
    width: int
    frozen: bool
    sort: str
    rank: int
    sort_href: str
    sort_more: str
    quick_href: str
    filtered: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do with the selected rows."""

    name: str
    label: str
    icon: str
    href: str
    danger: bool = False
    dialog: bool = True


@dataclass(frozen=True, slots=True)
class Bulk:
    """What can be done with a selection."""

    href: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class ListCell:
    """A cell in a row: the value with its place in the table."""

    cell: Cell
    classes: str
    frozen: bool
    edit: str

    def __getattr__(self, name: str) -> object:
        # Value templates see the cell itself.
        return getattr(self.cell, name)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row."""

    id: str
    version: int
    title: str
    cells: tuple[ListCell, ...]


@dataclass(frozen=True, slots=True)
class ListContext:
    """The whole list page. `peek` is the record that is looked at beside it."""

    entity: str
    label: str
    plural: str
    here: str
    views: Views
    heads: tuple[Head, ...]
    rows: tuple[ListRow, ...]
    chips: tuple[Chip, ...]
    fault: str
    empty: Empty
    bulk: Bulk
    rights: frozenset[str]
    more: str
    title_path: str
    keep: tuple[tuple[str, str], ...]
    archived: str
    changed: bool
    boards: str
    delete_view: str
    state: ListState
    peek: str = ""
    duplicates: str = ""

    def __getattr__(self, name: str) -> str:
        """The addresses of the list's tools, by name."""
        return _tool(self.state, name)


def list_context(work: Work, entity: Entity, state: ListState) -> ListContext:
    """Read a page of the list and work out all that it shows; a faulty filter shows an empty list and why."""
    views = views_of(work, entity, state)
    effective = views.merged(state)
    paths = paths_of(work, entity)
    try:
        found, fault = list_page(work, command_of(effective)), ""
    except BadRequest as error:
        found = list_page(work, command_of(replace(effective, filter="", sort=(), columns=(), cursor="")))
        found = replace(found, rows=(), next=None)
        fault = " ".join(filter(None, (message_of(current_locale(), error), error.hint)))
    style = style_of(work, found.titles)
    conditions = conditions_of(effective.filter, paths)
    heads = _heads(work, found, effective, conditions)
    return ListContext(
        entity=entity.name,
        label=entity.label.get(current_locale()),
        plural=plural_of(entity),
        here=state.address(),
        views=views,
        heads=heads,
        rows=rows_of(work, found, style),
        chips=chips_of(work, conditions, paths, lambda rest: replace(effective, filter=rest, cursor="").address()),
        fault=fault,
        empty=empty_of(entity, effective, found.rights),
        bulk=_bulk(entity, found.rights, effective),
        rights=frozenset(found.rights),
        more=replace(state, cursor=found.next).address() if found.next else "",
        title_path=entity.title,
        keep=effective.without("filter"),
        archived=effective.archived,
        changed=state.changed(),
        boards=_board(entity, "" if fault else effective.filter),
        delete_view=views.delete,
        state=effective,
        duplicates=(
            url_for("duplicates.show", entity=entity.name)
            if sides_of(work.served, entity.name) and found.rights
            else ""
        ),
    )


def command_of(state: ListState, limit: int = ROWS) -> ListRecords:
    """The command that reads the state's rows."""
    return ListRecords(
        entity=state.entity,
        fields=tuple(column.path for column in state.columns) or None,
        filter=state.filter or None,
        sort=state.sort,
        limit=limit,
        cursor=state.cursor or None,
        view=state.pack_view,
        archived=state.archived,  # type: ignore[arg-type]  # state_of lets nothing else through
    )


def rows_of(work: Work, found: ListPage, style: Style) -> tuple[ListRow, ...]:
    """The rows with their cells; what is the same in a whole column is worked out once."""
    editable = Verb.UPDATE in found.rights
    places = tuple(
        _Place(
            found.entity,
            column,
            column_reader(work.served, work.model.entities[column.entity], column.field, column.path, style),
            classes,
            editable and can_edit_inline(work, found.entity, column),
        )
        for column, classes in zip(found.columns, _classes(work, found), strict=True)
    )
    return tuple(
        ListRow(row.id, row.version, row.title, tuple(_cell(row, each) for each in places)) for row in found.rows
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A column as its cells need it."""

    entity: Entity
    column: ListColumn
    read: Reader
    classes: str
    editable: bool


def _cell(row: Row, place: _Place) -> ListCell:
    path = place.column.path
    cell = shortened(place.read(row.values.get(path)))
    if "cell-title" in place.classes:
        text = cell.text or row.title or gettext("(no name)")
        cell = Cell("text", text, href=record_url(place.entity.name, row.id))
    edit = ""
    if place.editable and not row.archived:
        edit = url_for("lists.show_cell_form", entity=place.entity.name, record_id=row.id, path=path)
    return ListCell(cell, place.classes, place.column.frozen, edit)


def can_edit_inline(work: Work, entity: Entity, column: ListColumn) -> bool:
    """Whether a cell of the column may be edited where it stands."""
    field = column.field
    kind = work.served.types[field.type]
    return (
        column.path == field.name
        and (not field.system or field.name == "owner")
        and not field.readonly
        and not kind.readonly
        and work.sight(entity.name).ever_writes(field.name)
        and field.type not in _NOT_EDITED_INLINE
        and field.name != entity.owned_by
    )


def _classes(work: Work, found: ListPage) -> tuple[str, ...]:
    classes = []
    phones = iter(_ON_PHONES)
    titled = next((c.path for c in found.columns if c.path == found.entity.title), None)
    titled = titled or (found.columns[0].path if found.columns else "")
    for column in found.columns:
        said = ["cell-title" if column.path == titled else next(phones, "")]
        said += ["number"] if is_number(work.served, column.field) else []
        said += ["is-frozen"] if column.frozen else []
        classes.append(" ".join(filter(None, said)))
    return tuple(classes)


def _heads(
    work: Work, found: ListPage, state: ListState, conditions: Sequence[tuple[str, Condition | None]]
) -> tuple[Head, ...]:
    present = tuple(map(str, found.sort))
    locale = current_locale()
    filtered = {condition.path for _, condition in conditions if condition}
    widths = {column.path: column for column in state.columns}
    heads = []
    for column in found.columns:
        rank = next((at for at, key in enumerate(found.sort, 1) if key.field == column.path), 0)
        descending = rank > 0 and found.sort[rank - 1].descending
        own = widths.get(column.path, ColumnState(column.path))
        heads.append(
            Head(
                path=column.path,
                label=column_label(column.field, column.path, column.label).get(locale),
                number=is_number(work.served, column.field),
                width=own.width or column.width or _width(work, found.entity, column),
                frozen=column.frozen,
                sort=("desc" if descending else "asc") if rank else "",
                rank=rank if len(found.sort) > 1 else 0,
                sort_href=state.sorted_by(column.path, present).address() if column.sortable else "",
                sort_more=state.sorted_by(column.path, present, more=True).address(),
                quick_href=_with(state.address("lists.show_quick"), "path", column.path) if column.whole else "",
                filtered=column.path in filtered,
            )
        )
    return tuple(heads)


def _board(entity: Entity, filter_text: str) -> str:
    return url_for("boards.show_board", entity=entity.name, filter=filter_text or None) if entity.boards else ""


def _width(work: Work, entity: Entity, column: ListColumn) -> int:
    if column.path == entity.title:
        return _TITLE_WIDTH
    widget = work.served.types[column.field.type].widget
    return _WIDTHS.get(column.field.type, _WIDTHS.get(widget, _WIDTH))


def _bulk(entity: Entity, rights: frozenset[Verb], state: ListState) -> Bulk:
    offered = (
        (Verb.UPDATE, "edit", gettext("Edit"), "pencil", False),
        (Verb.TRANSITION, "move", gettext("Move to stage"), "arrows-right-left", False),
        (Verb.TRANSITION, "pipeline", gettext("Change the pipeline"), "git-branch", False),
        (Verb.UPDATE, "assign", gettext("Assign"), "user-check", False),
        (Verb.READ, "take", gettext("Take"), "user-plus", False),
        (Verb.EXPORT, "csv", f"{gettext('Export')} (CSV)", "file-text", False),
        (Verb.EXPORT, "xlsx", f"{gettext('Export')} (XLSX)", "table", False),
        (Verb.ARCHIVE, "merge", gettext("Merge"), "copy", False),
        (Verb.ARCHIVE, "archive", gettext("Archive"), "archive", True),
        (Verb.RESTORE, "restore", gettext("Restore"), "restore", False),
        (Verb.PURGE, "purge", gettext("Delete for good"), "trash", True),
    )
    hidden = {"archive", "merge", "take"} if state.archived == "only" else {"restore", "purge"}
    hidden |= set() if has_queues(entity) else {"take"}
    hidden |= set() if Verb.UPDATE in rights else {"merge"}
    hidden |= set() if entity.pipelines else {"move"}
    hidden |= set() if len(entity.pipelines) > 1 else {"pipeline"}
    hidden |= set() if "owner" in entity.system else {"assign"}
    return Bulk(
        url_for("bulk.choose", entity=entity.name, action="edit"),
        tuple(
            Action(name, label, icon, _bulk_href(entity, name, state), danger, dialog=name not in _PAGES)
            for verb, name, label, icon, danger in offered
            if verb in rights and name not in hidden
        )
        + _conversions(entity, rights, state),
    )


def _conversions(entity: Entity, rights: frozenset[Verb], state: ListState) -> tuple[Action, ...]:
    if Verb.CONVERT not in rights or state.archived == "only":
        return ()
    return tuple(
        Action(
            each.name,
            each.label.get(current_locale()),
            "switch-horizontal",
            url_for("bulk_conversions.choose", entity=entity.name, name=each.name),
            False,
            dialog=True,
        )
        for each in entity.conversions.values()
    )


def _bulk_href(entity: Entity, action: str, state: ListState) -> str:
    if action == "merge":
        return url_for("duplicates.choose", entity=entity.name)
    if action in _EXPORTS:
        return replace(state, cursor="").address("transfers.export_selected", kind=action)
    if action == "pipeline":
        return url_for("bulk_pipelines.choose", entity=entity.name)
    return url_for("bulk.choose", entity=entity.name, action=action)


def _tool(state: ListState, name: str) -> str:
    if name in ("count", "builder", "chooser", "save_view"):
        return state.address(f"lists.show_{name}")
    if name == "quick":
        return state.address("lists.apply_quick")
    if name in ("csv", "xlsx"):
        return replace(state, cursor="").address("transfers.export_list", kind=name)
    if name == "import_file":
        return url_for("transfers.show_import", entity=state.entity)
    if name == "new":
        return url_for("record.new", entity=state.entity)
    if name == "reset":
        return replace(state, filter="", cursor="").address()
    if name == "archive":
        other = "exclude" if state.archived == "only" else "only"
        return replace(state, archived=other, cursor="").address()
    raise AttributeError(name)


def _with(address: str, name: str, value: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{name}={value}"
