"""Lists that people saved for themselves, or for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from kalip.storage.errors import UniqueClash
from kalip.storage.own import KalipSavedView, table_of
from kalip.storage.session import Session

_VIEWS: Final = table_of(KalipSavedView)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list of an entity as a person saved it; everybody sees a shared one. `body` is plain JSON, its order kept."""

    id: str
    user_id: str
    entity: str
    name: str
    shared: bool
    body: Mapping[str, Any]


def list_saved_views(session: Session, user_id: str, entity: str) -> list[SavedView]:
    """The views of an entity that a user sees: the user's own and those that others share, by name."""
    query = (
        select(_VIEWS)
        .where(_VIEWS.c.entity == entity, or_(_VIEWS.c.user_id == user_id, _VIEWS.c.shared.is_(True)))
        .order_by(_VIEWS.c.name, _VIEWS.c.id)
    )
    return [
        SavedView(row.id, row.user_id, row.entity, row.name, row.shared, orjson.loads(row.body))
        for row in session.run(query)
    ]


def save_view(session: Session, view: SavedView) -> None:
    """Add a view, or change the one of the same id; UniqueClash when its owner has another of this name."""
    values = {
        "id": view.id,
        "user_id": view.user_id,
        "entity": view.entity,
        "name": view.name,
        "shared": view.shared,
        "body": orjson.dumps(dict(view.body)).decode(),
    }
    try:
        with session.savepoint():
            changed = session.write(update(_VIEWS).where(_VIEWS.c.id == view.id).values(values))
            if not changed.rowcount:
                session.write(insert(_VIEWS), values)
    except IntegrityError as error:
        raise UniqueClash("view", ("name",)) from error


def delete_view(session: Session, view_id: str) -> bool:
    """Delete a view; false when there is none."""
    return session.write(delete(_VIEWS).where(_VIEWS.c.id == view_id)).rowcount == 1
