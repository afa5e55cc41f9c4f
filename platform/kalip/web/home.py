"""The start page: what one changed last, and the ways in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, url_for

from kalip.model import Entity
from kalip.records import ListRecords, Row, Work, list_page
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.timeline import ago
from kalip.web.render import View, render
from kalip.web.session import reading
from kalip.web.shell import Crumb, entities_shown, icon_of, plural_of, shell_of
from kalip.web.tasks.page import Asked, TaskRow, row_of
from kalip.workflow.tasks import inbox, query_of

blueprint = Blueprint("home", __name__)
_HOME = View("home/page.html", "home/_home.html")
_ENTITIES_ASKED, _ROWS, _TASKS = 6, 5, 5


@dataclass(frozen=True, slots=True)
class Tile:
    """A way in."""

    label: str
    note: str
    href: str
    icon: str


@dataclass(frozen=True, slots=True)
class Recent:
    """A record that was changed lately."""

    title: str
    note: str
    href: str
    icon: str
    ago: str


@dataclass(frozen=True, slots=True)
class Home:
    """The start page."""

    greeting: str
    tasks: tuple[TaskRow, ...]
    boards: tuple[Tile, ...]
    lists: tuple[Tile, ...]
    recent: tuple[Recent, ...]


@blueprint.get("/")
def show_home() -> Response:
    """The start page."""
    with reading() as work:
        page = Home(
            greeting=gettext("Hello, {name}", name=work.actor.name.split(" ")[0]),
            tasks=tuple(row_of(work, each, Asked()) for each in inbox(work, query_of(work), _TASKS).items),
            boards=_boards(work),
            lists=tuple(
                Tile(plural_of(each), "", url_for("lists.show_list", entity=each.name), icon_of(each))
                for each in entities_shown(work)
            ),
            recent=_recent(work),
        )
        return render(_HOME, shell_of(work, gettext("Start"), [Crumb(gettext("Start"))]), page)


def _boards(work: Work) -> tuple[Tile, ...]:
    locale = current_locale()
    return tuple(
        Tile(
            plural_of(entity),
            board.label.get(locale) or gettext("Board"),
            url_for("boards.show_board", entity=entity.name, board=board.name),
            icon_of(entity),
        )
        for entity in entities_shown(work)
        for board in entity.boards.values()
    )


def _recent(work: Work) -> tuple[Recent, ...]:
    found: list[tuple[datetime, Entity, Row]] = []
    for entity in entities_shown(work)[:_ENTITIES_ASKED]:
        command = ListRecords(
            entity.name,
            fields=("updated_at",),
            filter="updated_by == actor.id",
            sort=("-updated_at",),
            limit=_ROWS,
        )
        for row in list_page(work, command).rows:
            at = row.values["updated_at"]
            if isinstance(at, datetime):
                found.append((at, entity, row))
    found.sort(key=lambda item: item[0], reverse=True)
    return tuple(
        Recent(
            row.title or gettext("(no name)"),
            entity.label.get(current_locale()),
            record_url(entity.name, row.id),
            icon_of(entity),
            ago(work, at),
        )
        for at, entity, row in found[:8]
    )
