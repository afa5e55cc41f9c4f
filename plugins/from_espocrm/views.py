"""Layouts become forms, lists and cards."""

from typing import Any, Final

from kalip.runtime.plugins import SectionDraft, TabDraft
from plugins.from_espocrm.jobs import Job
from plugins.from_espocrm.metadata import text
from plugins.from_espocrm.rules import panel_condition
from plugins.from_espocrm.words import Words

_BULKY: Final = frozenset({"children", "json", "long_text", "rich_text", "image", "files"})
_SHOWN: Final = frozenset({"owner", "stage", "created_at", "updated_at", "created_by", "updated_by"})
_MOST_COLUMNS: Final = 12
_MOST_CARD: Final = 6
_WIDTHS: Final = range(40, 1001)
_TRANSLATED: Final = "$label:"


def set_form(job: Job, words: Words) -> None:
    """The detail layout: panels are sections, tab breaks begin tabs. Who is responsible is added where nobody is."""
    layout = job.found.layouts.get((job.name, "detail"))
    panels = layout if isinstance(layout, list) else layout.get("layout") if isinstance(layout, dict) else None
    if not isinstance(panels, list):
        return
    tabs = [TabDraft("", [])]
    for panel in panels:
        if not isinstance(panel, dict):
            continue
        if panel.get("tabBreak") is True:
            label = text(panel.get("tabLabel")).removeprefix(_TRANSLATED)
            tabs.append(TabDraft(words.panel(job.name, label) if label else "", []))
        tabs[-1].sections.append(_section(job, words, panel))
    tabs = [tab for tab in tabs if tab.sections]
    if not tabs:
        return
    placed = {
        name for tab in tabs for section in tab.sections for block in section.blocks for row in block for name in row
    }
    beside = [each for each in ("owner", job.entity.known.get("teams", "")) if each and each not in placed]
    tabs[0].sections.append(SectionDraft("", [[[each] for each in beside]]) if beside else SectionDraft())
    job.entity.tabs = tabs
    job.map("detail layout", f"{job.entity.name}/views/form")


def set_views(job: Job) -> None:
    """The list layout, the kanban layout, and fields that people filter by."""
    view = job.entity.views.pop("list", {})
    columns = _columns(job)
    if columns:
        job.entity.views["list"] = {"columns": columns, **view}
        job.map("list layout", f"{job.entity.name}/views/list")
    kanban = job.found.layouts.get((job.name, "kanban"))
    cells = [_name(each) for each in kanban] if isinstance(kanban, list) else []
    paths = [job.entity.data.get("title", ""), *(_path(job, each) or "" for each in cells)]
    shown = [each for each in dict.fromkeys(paths) if each and each != "stage" and _fits(job, each)]
    if cells and shown:
        job.entity.views["card"] = {"fields": {each: {} for each in shown[:_MOST_CARD]}}
        job.map("kanban layout", f"{job.entity.name}/views/card")
    filters = job.found.layouts.get((job.name, "filters"))
    for each in filters if isinstance(filters, list) else ():
        made = job.entity.fields.get(job.entity.known.get(_name(each), ""), {})
        if made.get("type") in ("choice", "reference", "user", "date", "datetime", "boolean", "integer"):
            made["indexed"] = True


def _section(job: Job, words: Words, panel: dict[str, Any]) -> SectionDraft:
    label = text(panel.get("customLabel")) or text(panel.get("label")).removeprefix(_TRANSLATED)
    shown = panel_condition(job, text(panel.get("name")), panel.get("dynamicLogicVisible"))
    blocks: list[list[list[str]]] = []
    rows = panel.get("rows")
    for row in rows if isinstance(rows, list) else ():
        # An empty cell keeps its place; one whose field isn't here leaves it to the others.
        cells = [("" if each is False else _placed(job, each) or None) for each in row] if isinstance(row, list) else []
        found = [[each] for each in cells if each is not None]
        if any(each for each in cells):
            blocks.append(found)
    columns = panel.get("columns")
    if isinstance(columns, list):
        inner = [[_placed(job, cell) for cell in each] for each in columns if isinstance(each, list)]
        blocks.append([[each for each in column if each] for column in inner])
    translated = words.panel(job.name, label) if label else ""
    return SectionDraft(translated, blocks or [[[]]], [shown] if shown else [])


def _columns(job: Job) -> dict[str, Any]:
    layout = job.found.layouts.get((job.name, "list"))
    columns: dict[str, Any] = {}
    for cell in layout if isinstance(layout, list) else ():
        path = _path(job, _name(cell))
        if path is None or not _fits(job, path) or (isinstance(cell, dict) and cell.get("hidden") is True):
            continue
        width = cell.get("widthPx") if isinstance(cell, dict) else None
        columns[path] = {"width": width} if isinstance(width, int) and width in _WIDTHS else {}
        if len(columns) == _MOST_COLUMNS:
            break
    return columns


def _name(cell: object) -> str:
    return text(cell.get("name")) if isinstance(cell, dict) else text(cell)


def _path(job: Job, name: str) -> str | None:
    return job.entity.known.get(name) if name else None


def _placed(job: Job, cell: object) -> str:
    """The field of a cell; parts of a field stand with it, stages and times are shown by Kalip itself."""
    path = (_path(job, _name(cell)) or "").partition(".")[0]
    return path if path in job.entity.fields or path == "owner" else ""


def _fits(job: Job, path: str) -> bool:
    made = job.entity.fields.get(path.partition(".")[0])
    return path in _SHOWN or (made is not None and made["type"] not in _BULKY)
