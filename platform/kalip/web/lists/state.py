"""The state of a list as its address says it. Everything a person changes on a list is in here, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from kalip.web.inputs import whole_number

SAVED = "~"  # before the id of a saved view in `view`, so that it can't clash with a pack's
_WIDTHS = range(60, 1201)


@dataclass(frozen=True, slots=True)
class ColumnState:
    """A column as the person wants it; width in pixels."""

    path: str
    width: int | None = None
    frozen: bool = False

    def __str__(self) -> str:
        return f"{self.path}{f':{self.width}' if self.width else ''}{'!' if self.frozen else ''}"


@dataclass(frozen=True, slots=True)
class ListState:
    """What a list shows. None and "" mean: as the view says; `sort` has a minus before descending paths.

    `base` is the pack's view beneath a saved view, and the one that is shown when none is named.
    """

    entity: str
    view: str = ""
    columns: tuple[ColumnState, ...] = ()
    sort: tuple[str, ...] = ()
    filter: str = ""
    archived: str = "exclude"
    cursor: str = ""
    base: str = ""

    @property
    def saved_view(self) -> str:
        """The id of the saved view that is shown, or empty text."""
        return self.view.removeprefix(SAVED) if self.view.startswith(SAVED) else ""

    @property
    def pack_view(self) -> str | None:
        """The name of the pack's view that is shown or lies beneath."""
        return (self.base if not self.view or self.saved_view else self.view) or None

    def changed(self) -> bool:
        """Whether the person changed anything about the view."""
        return bool(self.columns or self.sort or self.filter)

    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The state as query parameters, defaults left out."""
        values = {
            "view": self.view,
            "columns": ",".join(map(str, self.columns)),
            "sort": ",".join(self.sort),
            "filter": self.filter,
            "archived": "" if self.archived == "exclude" else self.archived,
            "cursor": self.cursor,
        }
        return tuple((name, value) for name, value in values.items() if value)

    def address(self, endpoint: str = "lists.show_list", **path: str) -> str:
        """The address of this state, at the list or at one of its tools."""
        query = urlencode(self.parameters())
        values: dict[str, Any] = {"entity": self.entity, **path}
        base = url_for(endpoint, **values)
        mark = "&" if "?" in base else "?"
        return f"{base}{mark}{query}" if query else base

    def without(self, *names: str) -> tuple[tuple[str, str], ...]:
        """The parameters for hidden inputs of a form that sets the named ones itself."""
        return tuple(pair for pair in self.parameters() if pair[0] not in (*names, "cursor"))

    def sorted_by(self, path: str, present: tuple[str, ...], *, more: bool = False) -> "ListState":
        """The state after a click on a column's head: ascending, descending, off; `more` keeps other keys."""
        following = {path: f"-{path}", f"-{path}": ""}
        now = next((key for key in present if key.removeprefix("-") == path), "")
        wanted = following.get(now, path)
        if more:
            keys = tuple(key for key in present if key.removeprefix("-") != path)
            return replace(self, sort=(*keys, wanted) if wanted else keys, cursor="")
        return replace(self, sort=(wanted,) if wanted else (), cursor="")


def state_of(entity: str, args: MultiDict[str, str]) -> ListState:
    """Read a list's state from query parameters or form fields; what can't be understood is left out."""
    archived = args.get("archived", "exclude")
    return ListState(
        entity=entity,
        view=args.get("view", "")[:80],
        columns=columns_of(args.get("columns", "")),
        sort=tuple(key for key in args.get("sort", "").split(",") if key)[:5],
        filter=args.get("filter", "").strip(),
        archived=archived if archived in ("exclude", "only", "include") else "exclude",
        cursor=args.get("cursor", ""),
    )


def columns_of(text: str) -> tuple[ColumnState, ...]:
    """Read `name:220!,amount`: paths with width and a mark for frozen ones."""
    found: dict[str, ColumnState] = {}
    for item in filter(None, text.split(",")):
        frozen = item.endswith("!")
        path, _, width = item.rstrip("!").partition(":")
        wide = whole_number(width, _WIDTHS.stop - 1)
        found.setdefault(path, ColumnState(path, wide if wide in _WIDTHS else None, frozen))
    return tuple(found.values())


def body_of(state: ListState) -> Mapping[str, str]:
    """What a saved view keeps of a state."""
    return {
        "columns": ",".join(map(str, state.columns)),
        "sort": ",".join(state.sort),
        "filter": state.filter,
        "base": state.pack_view or "",
    }
