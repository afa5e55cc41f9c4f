"""The frame around every page: navigation, breadcrumbs, the person. Made once for each full page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import current_app, request, url_for

from kalip.access import Actor, may
from kalip.designer import publishes_any
from kalip.model import Entity, Model, Verb
from kalip.records import Work
from kalip.records.accounts import Principal, principals_of
from kalip.records.privacy.officers import is_officer
from kalip.storage.awaiting import Awaiting, count_awaiting
from kalip.web.locale import current_locale, gettext


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the navigation."""

    label: str
    href: str
    icon: str
    current: bool = False
    child: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """The links of one pack."""

    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to the present page; the last has no address."""

    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """All that the frame shows. `title` goes to the window.

    `acting` says for whom the person acts, or with whose eyes one looks; `principals` are those one may act for.
    """

    site: str
    title: str
    actor: Actor
    groups: tuple[NavGroup, ...]
    crumbs: tuple[Crumb, ...]
    administrator: bool
    revision: str
    waiting: Awaiting
    tasks_current: bool
    acting: str = ""
    principals: tuple[Principal, ...] = ()


def shell_of(work: Work, title: str, crumbs: Sequence[Crumb] = ()) -> Shell:
    """The frame for a page of the person whose work this is."""
    me = work.actor
    waiting = count_awaiting(work.session, me.id or "", work.now, me.principal, me.entities)
    return Shell(
        site=str(current_app.config.get("KALIP_TITLE") or "Kalip"),
        title=title,
        actor=work.actor,
        groups=_groups(work),
        crumbs=tuple(crumbs),
        administrator=work.actor.administrator,
        revision=work.model.revision,
        waiting=waiting,
        tasks_current=str(request.endpoint).partition(".")[0] in ("tasks", "new_tasks", "many_tasks"),
        acting=_acting(me),
        principals=principals_of(work) if waiting.standing_in and me.on_behalf is None else (),
    )


def entities_shown(work: Work) -> tuple[Entity, ...]:
    """The entities that have a place of their own and that the person may read, in order of their packs."""
    return tuple(entity for _, entities in _by_pack(work) for entity in entities)


def icon_of(entity: Entity) -> str:
    """The entity's icon, or a plain one."""
    return entity.icon or "table"


def plural_of(entity: Entity) -> str:
    """What the entity's records are called together."""
    locale = current_locale()
    return entity.plural.get(locale) or entity.label.get(locale)


def _acting(me: Actor) -> str:
    if me.on_behalf is None:
        return ""
    if me.read_only:
        return gettext("You look with the eyes of {name}. Nothing can be changed.", name=me.on_behalf_name)
    return gettext("You act for {name}. What you do is recorded as yours for {name}.", name=me.on_behalf_name)


def _groups(work: Work) -> tuple[NavGroup, ...]:
    locale = current_locale()
    groups = [
        NavGroup(title, tuple(item for entity in entities for item in _items(entity, locale)))
        for title, entities in _by_pack(work)
    ]
    if work.actor.administrator:
        groups.append(_administration())
    else:
        groups.append(NavGroup(gettext("Administration"), tuple(_duties(work))))
    return tuple(group for group in groups if group.items)


def _by_pack(work: Work) -> Iterable[tuple[str, tuple[Entity, ...]]]:
    model = work.model
    for pack in model.packs.values():
        names = pack.navigation or tuple(entity.name for entity in model.entities.values() if entity.pack == pack.name)
        entities = tuple(_readable(work, model, names))
        if entities:
            yield pack.title.get(current_locale()) or pack.name, entities


def _readable(work: Work, model: Model, names: Iterable[str]) -> Iterable[Entity]:
    for name in names:
        entity = model.entity(name)
        if entity and not entity.owned_by and may(work.served, work.actor, Verb.READ, entity.name):
            yield entity


def _items(entity: Entity, locale: str) -> Iterable[NavItem]:
    href = url_for("lists.show_list", entity=entity.name)
    at = request.view_args or {}
    here = at.get("entity") == entity.name
    board, calendar = (str(request.endpoint).startswith(each) for each in ("boards.", "calendars."))
    yield NavItem(plural_of(entity), href, icon_of(entity), here and not board and not calendar)
    for index, view in enumerate(entity.boards.values()):
        shown = at.get("board") or next(iter(entity.boards))
        yield NavItem(
            view.label.get(locale) or gettext("Board"),
            url_for("boards.show_board", entity=entity.name, board=view.name if index else None),
            "layout-kanban",
            here and board and shown == view.name,
            child=True,
        )
    for index, each in enumerate(entity.calendars.values()):
        shown = at.get("calendar") or next(iter(entity.calendars))
        yield NavItem(
            each.label.get(locale) or gettext("Calendar"),
            url_for("calendars.show_calendar", entity=entity.name, calendar=each.name if index else None),
            "calendar",
            here and calendar and shown == each.name,
            child=True,
        )


def _administration() -> NavGroup:
    pages = (
        (gettext("Packs"), "admin.show_packs", "package"),
        (gettext("Revisions"), "admin.show_revisions", "history"),
        (gettext("Rules"), "rules.show_rules", "bolt"),
        (gettext("Users"), "admin.show_users", "users"),
        (gettext("Sign-ins"), "sign_ins.show", "login"),
        (gettext("Event log"), "audit.show_log", "file-text"),
        (gettext("Organisation"), "organisation.show_tree", "hierarchy"),
        (gettext("What came in"), "intake.show_receipts", "inbox"),
        (gettext("Background work"), "jobs_admin.show_jobs", "server"),
    )
    return NavGroup(gettext("Administration"), (_designer(), *(_page(*each) for each in pages), _privacy()))


def _duties(work: Work) -> Iterable[NavItem]:
    """What somebody looks after who is no administrator."""
    if publishes_any(work.model, work.actor):
        yield _designer()
    if is_officer(work):
        yield _privacy()


def _designer() -> NavItem:
    return _page(gettext("Designer"), "designer.show_overview", "tool")


def _privacy() -> NavItem:
    return _page(gettext("Personal data"), "privacy_persons.show_desk", "shield")


def _page(label: str, endpoint: str, icon: str) -> NavItem:
    """A page of administrators; it is the current one on the pages below it too."""
    href = url_for(endpoint)
    return NavItem(label, href, icon, f"{request.script_root}{request.path}/".startswith(f"{href.rstrip('/')}/"))
