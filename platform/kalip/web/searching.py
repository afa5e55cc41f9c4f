"""Search over everything: a page of results, and the suggestions of the command palette."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request, url_for

from kalip.access import may
from kalip.model import Verb
from kalip.records import Hit, Work, search_records
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.render import View, render
from kalip.web.session import reading
from kalip.web.shell import Crumb, entities_shown, icon_of, plural_of, shell_of

blueprint = Blueprint("search", __name__, url_prefix="/search")
_PAGE = View("search/page.html", "search/_results.html")
_ON_PAGE, _IN_PALETTE = 60, 8
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found."""

    title: str
    href: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one entity."""

    label: str
    icon: str
    hits: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The search page. `text` is the count as it is said, with a plus where more were found than are shown."""

    q: str
    groups: tuple[Group, ...]
    count: int
    text: str


@blueprint.get("")
def show_search() -> Response:
    """The search page."""
    q = request.args.get("q", "").strip()[:_LONGEST]
    with reading() as work:
        found = search_records(work, q, limit=_ON_PAGE + 1) if q else ()
        hits = found[:_ON_PAGE]
        text = f"{len(hits)}+" if len(found) > len(hits) else str(len(hits))
        title = gettext("Search: {q}", q=q) if q else gettext("Search")
        return render(
            _PAGE, shell_of(work, title, [Crumb(gettext("Search"))]), Results(q, _groups(work, hits), len(hits), text)
        )


@blueprint.get("/suggest")
def suggest() -> Response:
    """What the palette offers for a text: commands and pages by name, records by words."""
    q = request.args.get("q", "").strip()[:_LONGEST]
    with reading() as work:
        commands = [each for each in _commands(work) if _fits(each["label"], q)]
        hits = search_records(work, q, limit=_IN_PALETTE) if q else ()
        records = [
            {
                "label": hit.title or gettext("(no name)"),
                "href": record_url(hit.entity, hit.id),
                "icon": icon_of(work.entity(hit.entity)),
                "note": work.entity(hit.entity).label.get(current_locale()),
            }
            for hit in hits
        ]
    return jsonify({"items": [*records, *commands[: 40 if not q else _IN_PALETTE]]})


def _groups(work: Work, hits: Iterable[Hit]) -> tuple[Group, ...]:
    by_entity: dict[str, list[Hit]] = {}
    for hit in hits:
        by_entity.setdefault(hit.entity, []).append(hit)
    return tuple(
        Group(
            plural_of(work.entity(name)),
            icon_of(work.entity(name)),
            tuple(
                Found(hit.title or gettext("(no name)"), record_url(name, hit.id), icon_of(work.entity(name)))
                for hit in found
            ),
        )
        for name, found in by_entity.items()
    )


def _commands(work: Work) -> Iterable[dict[str, str]]:
    locale = current_locale()
    for entity in entities_shown(work):
        if may(work.served, work.actor, Verb.CREATE, entity.name):
            yield {
                "label": gettext("New {entity}", entity=entity.label.get(locale)),
                "href": url_for("record.new", entity=entity.name),
                "icon": "plus",
                "note": gettext("Command"),
            }
    yield from _work_commands()
    for entity in entities_shown(work):
        href = url_for("lists.show_list", entity=entity.name)
        yield {"label": plural_of(entity), "href": href, "icon": icon_of(entity), "note": gettext("List")}
        for board in entity.boards.values():
            yield {
                "label": f"{plural_of(entity)}: {board.label.get(locale) or gettext('Board')}",
                "href": url_for("boards.show_board", entity=entity.name, board=board.name),
                "icon": "layout-kanban",
                "note": gettext("Board"),
            }
        for calendar in entity.calendars.values():
            yield {
                "label": f"{plural_of(entity)}: {calendar.label.get(locale) or gettext('Calendar')}",
                "href": url_for("calendars.show_calendar", entity=entity.name, calendar=calendar.name),
                "icon": "calendar",
                "note": gettext("Calendar"),
            }
    preferences = url_for("account.show_preferences")
    yield {"label": gettext("Preferences"), "href": preferences, "icon": "settings", "note": gettext("Page")}
    if work.actor.administrator:
        for label, endpoint, icon in (
            (gettext("Packs"), "admin.show_packs", "package"),
            (gettext("Revisions"), "admin.show_revisions", "history"),
            (gettext("Users"), "admin.show_users", "users"),
        ):
            yield {"label": label, "href": url_for(endpoint), "icon": icon, "note": gettext("Administration")}


def _work_commands() -> Iterable[dict[str, str]]:
    for label, endpoint, icon, note in (
        (gettext("New task"), "new_tasks.new", "plus", gettext("Command")),
        (gettext("Tasks"), "tasks.show_inbox", "checkbox", gettext("Page")),
        (gettext("Notifications"), "notifications.show_list", "bell", gettext("Page")),
    ):
        yield {"label": label, "href": url_for(endpoint), "icon": icon, "note": note}


def _fits(label: str, q: str) -> bool:
    folded = _fold(label)
    return all(word in folded for word in _fold(q).split())


def _fold(text: str) -> str:
    # Turkish dotted and dotless i count as one letter here, so that both keyboards find both.
    return text.replace("İ", "i").replace("I", "i").replace("ı", "i").casefold()
