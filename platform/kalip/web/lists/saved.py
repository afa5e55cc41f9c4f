"""Views of a list: the pack's, and those that people saved for themselves or for everybody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from flask import url_for

from kalip.base.errors import BadRequest, NotFound
from kalip.base.ids import new_id
from kalip.model import Entity
from kalip.records import Work
from kalip.records.naming import Path
from kalip.records.related import comparable_path, readable_path
from kalip.storage import SavedView, delete_view, list_saved_views, save_view
from kalip.web.lists.state import SAVED, ListState, body_of, columns_of
from kalip.web.locale import current_locale, gettext


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A view to choose."""

    label: str
    href: str
    current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Views:
    """The views of a list. `body` is what the chosen saved view keeps; `delete` removes it, where one may.

    `base` is the pack's view that lies beneath.
    """

    tabs: tuple[ViewTab, ...]
    base: str
    body: Mapping[str, str]
    delete: str = ""
    own: str = ""
    name: str = ""

    def __iter__(self) -> Iterator[ViewTab]:
        return iter(self.tabs)

    def merged(self, state: ListState) -> ListState:
        """The state with what the saved view says where the person said nothing."""
        body = self.body
        return replace(
            state,
            base=self.base,
            columns=state.columns or columns_of(body.get("columns", "")),
            sort=state.sort or tuple(key for key in body.get("sort", "").split(",") if key),
            filter=state.filter or body.get("filter", ""),
        )


def views_of(work: Work, entity: Entity, state: ListState) -> Views:
    """All views of an entity that the person may use, the present one marked."""
    locale = current_locale()
    saved = list_saved_views(work.session, work.actor.id or "", entity.name)
    names = list(entity.lists)
    present = state.view or (names[0] if names else "")
    tabs = [
        ViewTab(
            view.label.get(locale) or gettext("All"),
            url_for("lists.show_list", entity=entity.name, view=None if at == 0 else name),
            name == present,
        )
        for at, (name, view) in enumerate(entity.lists.items())
    ] or [ViewTab(gettext("All"), url_for("lists.show_list", entity=entity.name), not state.saved_view)]
    tabs += [
        ViewTab(
            view.name,
            url_for("lists.show_list", entity=entity.name, view=SAVED + view.id),
            view.id == state.saved_view,
            "users" if view.shared else "user",
        )
        for view in saved
    ]
    chosen = next((view for view in saved if view.id == state.saved_view), None)
    if chosen is None:
        return Views(tuple(tabs), names[0] if names else "", {})
    mine = chosen.user_id == work.actor.id or work.actor.administrator
    delete = url_for("lists.remove_view", entity=entity.name, view=chosen.id) if mine else ""
    base = next((name for name in (chosen.body.get("base", ""), *names) if name in entity.lists), "")
    body = _seen(work, entity, chosen.body)
    return Views(tuple(tabs), base, body, delete, chosen.id if mine else "", chosen.name)


def _seen(work: Work, entity: Entity, body: Mapping[str, str]) -> dict[str, str]:
    """What a view keeps without columns and order by fields that its user may not see. Its filter stays as it is said.

    A filter by such a field is refused with the place where it names it: without it the view would show other rows.
    """
    columns = columns_of(body.get("columns", ""))
    shown = [str(each) for each in columns if _is_sound(readable_path, work, entity, each.path)]
    keys = [key for key in body.get("sort", "").split(",") if key]
    sort = [key for key in keys if _is_sound(comparable_path, work, entity, key.lstrip("+-"))]
    return {**body, "columns": ",".join(shown), "sort": ",".join(sort)}


def _is_sound(find: Callable[[Work, Entity, str], Path], work: Work, entity: Entity, path: str) -> bool:
    try:
        find(work, entity, path)
    except BadRequest:
        return False
    return True


def keep_view(work: Work, state: ListState, name: str, *, shared: bool, replaces: str) -> str:
    """Save the state as a view, in place of one's own view `replaces` if given; the view's id. Commits nothing."""
    present = _mine(work, state.entity, replaces) if replaces else None
    view = SavedView(
        id=present.id if present else new_id(),
        user_id=present.user_id if present else work.actor.id or "",
        entity=state.entity,
        name=name.strip()[:80],
        shared=shared,
        body=dict(body_of(state)),
    )
    save_view(work.session, view)
    return view.id


def drop_view(work: Work, entity: str, view: str) -> None:
    """Delete a view of one's own; an administrator may delete shared ones."""
    delete_view(work.session, _mine(work, entity, view).id)


def _mine(work: Work, entity: str, view: str) -> SavedView:
    for found in list_saved_views(work.session, work.actor.id or "", entity):
        if found.id == view and (found.user_id == work.actor.id or work.actor.administrator):
            return found
    raise NotFound("There is no such view, or it is somebody else's.")
