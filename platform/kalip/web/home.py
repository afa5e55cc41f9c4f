"""The start page: what one changed last, and the ways in."""

from dataclasses import dataclass

from flask import Blueprint, Response, url_for

from kalip.records import ListRecords, Work, list_page
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.timeline import ago
from kalip.web.render import View, render
from kalip.web.session import reading
from kalip.web.shell import Crumb, entities_shown, icon_of, plural_of, shell_of

blueprint = Blueprint("home", __name__)
_HOME = View("home/page.html", "home/_home.html")
_ENTITIES_ASKED, _ROWS = 6, 5


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
    boards: tuple[Tile, ...]
    lists: tuple[Tile, ...]
    recent: tuple[Recent, ...]


@blueprint.get("/")
def show_home() -> Response:
    """The start page."""
    with reading() as work:
        page = Home(
            greeting=gettext("Hello, {name}", name=work.actor.name.split(" ")[0]),
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
    found = []
    for entity in entities_shown(work)[:_ENTITIES_ASKED]:
        command = ListRecords(
            entity.name,
            fields=("updated_at",),
            filter="updated_by == actor.id",
            sort=("-updated_at",),
            limit=_ROWS,
        )
        found += [(row.values["updated_at"], entity, row) for row in list_page(work, command).rows]
    found.sort(key=lambda item: item[0], reverse=True)  # type: ignore[arg-type,return-value]
    return tuple(
        Recent(
            row.title or gettext("(no name)"),
            entity.label.get(current_locale()),
            record_url(entity.name, row.id),
            icon_of(entity),
            ago(work, at),  # type: ignore[arg-type]
        )
        for at, entity, row in found[:8]
    )
