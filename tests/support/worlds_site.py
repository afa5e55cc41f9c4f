"""Puts random worlds of rights into a database: the tables are made once, rows and roles change from world to world."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from kalip.access import Actor
from kalip.base.ids import new_id
from kalip.compiler import entity_scope
from kalip.expressions import BOOLEAN, Expression, compile_expression
from kalip.model import Entity, Permission, Scope, Verb
from kalip.records import SaveRecord, Services, save_record
from kalip.runtime import Runtime, Served
from kalip.storage import Session, User, add_user
from kalip.storage.groups import Group, add_group
from kalip.storage.organisation import Unit, add_unit
from kalip.storage.own import (
    KalipGroupMember,
    KalipPosition,
    KalipShare,
    KalipTask,
    KalipUnit,
    KalipUnitAbove,
    table_of,
)
from kalip.storage.shares import Share, add_share
from kalip.storage.tables import EntityTable, tables_for
from kalip.storage.tasks import DONE, OPEN, Task, add_task
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site, a_site
from tests.support.worlds import (
    CONDITIONS,
    DOCS,
    FOLDERS,
    GROUPS,
    LEVELS,
    MOVES,
    NOW,
    ROLES,
    STAGES,
    TODAY,
    UNITS,
    USERS,
    Oracle,
    Said,
    World,
)

CLEARED: Final = (KalipShare, KalipTask, KalipPosition, KalipUnitAbove, KalipGroupMember)


@dataclass
class Stage:
    """A site on which worlds are played. `ids` are those of users, records, groups and units by name."""

    site: Site
    ids: dict[str, str]
    conditions: tuple[Expression, ...]

    def play(self, world: World) -> "Played":
        """Put a world into the database, in place of the one before."""
        with self.site.services.database.write() as session:
            self._stand(session, world)
            self._fill(session, world)
            self._give(session, world)
        served = Served(self._model(world), self.site.served.types)
        runtime = Runtime(lambda _: served, lambda: served.model.revision)
        return Played(self, world, replace(self.site.services, runtime=runtime), served)

    def _model(self, world: World) -> Any:
        model = self.site.served.model
        doc = {(role, key): self._permission("doc", role, key, said) for (role, key), said in world.docs_said.items()}
        folder = {
            (role, "read"): self._permission("folder", role, "read", said) for role, said in world.folders_said.items()
        }
        entities = {
            **model.entities,
            "doc": replace(_with(model.entities["doc"], doc), owners=world.owners),
            "folder": _with(model.entities["folder"], folder),
        }
        roles = {name: replace(role, clearance=world.clearances.get(name, "")) for name, role in model.roles.items()}
        return replace(model, entities=MappingProxyType(entities), roles=MappingProxyType(roles))

    def _permission(self, entity: str, role: str, key: str, said: Said) -> Permission:
        word, _, name = key.partition(":")
        condition = None if said.condition is None else self.conditions[said.condition]
        return Permission(role, entity, Verb(word), Scope(said.scope), condition, said.deny, name)

    def _stand(self, session: Session, world: World) -> None:
        for each in CLEARED:
            session.write(sa.delete(table_of(each)))
        ids, oracle = self.ids, Oracle(world, USERS[0])
        units = table_of(KalipUnit)
        for name, parent in world.parents.items():
            values = {"parent": ids[parent] if parent else None}
            session.write(sa.update(units).where(units.c.id == ids[name]).values(values))
        _insert(
            session,
            KalipUnitAbove,
            [{"unit": ids[unit], "above": ids[above], "depth": 1} for unit in UNITS for above in oracle.above(unit)],
        )
        places = [
            {"id": new_id(), "user_id": ids[each.user], "unit": ids[each.unit], "title": "", "head": False}
            | {"since": each.since, "until": each.until}
            for each in world.positions
        ]
        _insert(session, KalipPosition, places)
        members = [
            {"group_id": ids[name], "user_id": ids[user]} for name, users in world.members.items() for user in users
        ]
        _insert(session, KalipGroupMember, members)

    def _fill(self, session: Session, world: World) -> None:
        ids = self.ids
        docs, folders = self._table("doc"), self._table("folder")
        tags = next(iter(docs.links.values())).table
        session.write(sa.delete(tags))
        for name, folder in world.folders.items():
            self._update(session, folders, name, {"owner": _id(ids, folder.owner), "open": folder.open})
        links: list[dict[str, Any]] = []
        for name, doc in world.docs.items():
            values = {
                "owner": _id(ids, doc.owner),
                "kind": doc.kind,
                "amount": doc.amount,
                "level": doc.level,
                "folder": _id(ids, doc.folder),
                "stage": doc.stage,
                "deputy": _id(ids, doc.deputy),
                "team": _id(ids, doc.team),
            }
            self._update(session, docs, name, values)
            links += (
                {"record_id": ids[name], "target_id": ids[each], "position": place}
                for place, each in enumerate(doc.tags)
            )
        if links:
            session.write(sa.insert(tags), links)

    def _give(self, session: Session, world: World) -> None:
        ids = self.ids
        for each in world.shares:
            kind: Any = each.kind
            share = Share(
                id=new_id(),
                entity="doc",
                record_id=ids[each.doc],
                verbs=("read", *each.verbs),
                grantee_kind=kind,
                grantee=ids[each.grantee],
                until=each.until,
                reason="because",
                by=None,
                at=NOW,
            )
            add_share(session, share)
        for user, doc, still in world.holders:
            state = OPEN if still else DONE
            task = Task(new_id(), "Look", NOW, entity="doc", record_id=ids[doc], user_id=ids[user], state=state)
            add_task(session, task)

    def _table(self, entity: str) -> EntityTable:
        return self.site.served.project(tables_for).of(entity)

    def _update(self, session: Session, table: EntityTable, name: str, values: Mapping[str, object]) -> None:
        named = {table.parts[path].name: value for path, value in values.items()}
        statement = sa.update(table.table).where(table.table.c.id == self.ids[name])
        session.write(statement.values(named))


@dataclass
class Played:
    """A world that is in the database, with the services that see it."""

    stage: Stage
    world: World
    services: Services
    served: Served

    def actor(self, user: str) -> Actor:
        """A user of the world, who acts."""
        oracle = Oracle(self.world, user)
        groups = tuple(sorted(oracle.groups))
        return Actor(self.stage.ids[user], user, f"{user}@example.com", oracle.roles, groups=groups)

    def names(self, ids: Any) -> set[str]:
        """The names of records by their ids."""
        known = {record_id: name for name, record_id in self.stage.ids.items()}
        return {known[str(each)] for each in ids}


@contextmanager
def a_stage(url: str) -> Iterator[Stage]:
    """A site with records, users, groups and units, in no world yet."""
    with a_site(url, _pack()) as site:
        ids: dict[str, str] = {}
        with site.services.database.write() as session:
            for name in USERS:
                ids[name] = new_id()
                add_user(session, User(ids[name], name, f"{name}@world.example.com", (), "en", "UTC", True, None, NOW))
            for name in GROUPS:
                ids[name] = new_id()
                add_group(session, Group(ids[name], name, name))
            for name in UNITS:
                ids[name] = new_id()
                add_unit(session, Unit(ids[name], name, name))
        for name in FOLDERS:
            ids[name] = site.save("ada", "folder", {"name": name}).id
        for name in DOCS:
            lines = [{"text": f"line of {name}"}]
            values = {"name": f"secret {name}", "lines": lines, "day": TODAY.isoformat(), "twin": "of all"}
            ids[name] = site.act(
                "ada", partial(save_record, command=SaveRecord("doc", values, accept_duplicates=True))
            ).id
        scope = entity_scope(site.served.model, site.served.types, "doc")
        conditions = tuple(compile_expression(source, scope, expects=BOOLEAN) for source, _ in CONDITIONS)
        yield Stage(site, ids, conditions)


def _pack() -> PackBuilder:
    folder = (
        an_entity("folder")
        .with_keys(title="name", search={"name": {}})
        .with_field("name", "text", required=True)
        .with_field("open", "boolean")
        .with_document("views/form", {"tabs": {"main": {"sections": {"all": {"fields": {"name": {}}}}}}})
    )
    line = (
        an_entity("doc_line")
        .with_keys(owned_by="doc", title="text")
        .with_field("doc", "reference", to="doc", required=True, on_delete="cascade")
        .with_field("text", "text")
    )
    moves = {
        "go": {"label": "Go", "from": {"s0": {}}, "to": "s1"},
        "back": {"label": "Back", "from": {"s1": {}}, "to": "s0"},
        "close": {"label": "Close", "from": {"s0": {}, "s1": {}}, "to": "s2"},
    }
    doc = (
        an_entity("doc")
        .with_keys(title="name", search={"name": {}}, duplicates={"twins": {"fields": {"twin": "exact"}}})
        .with_field("name", "text", required=True)
        .with_field("day", "date")
        .with_field("twin", "text")
        .with_field("kind", "text")
        .with_field("amount", "integer")
        .with_field("level", "choice", choices="level")
        .with_field("folder", "reference", to="folder")
        .with_field("tags", "references", to="folder")
        .with_field("deputy", "user")
        .with_field("team", "group")
        .with_field("lines", "children", of="doc_line")
        .with_document("access", {"permissions": {"r0": {"read": "all"}}, "confidentiality": {"field": "level"}})
        .with_document(
            "pipelines/main",
            {"label": "Main", "stages": {name: {"label": name} for name in STAGES}, "transitions": moves},
        )
        .with_list("name", "folder", "folder.name")
        .with_document("views/card", {"fields": {"name": {}}})
        .with_document("views/board", {"pipeline": "main", "sum": "amount"})
        .with_document("views/calendar", {"start": "day"})
    )
    return (
        a_pack("world")
        .with_choices("level", *LEVELS)
        .with_role(*ROLES)
        .with_role("boss", administrator=True)
        .with_role("rep", "viewer")
        .with_entity(folder, line, doc)
    )


def _with(entity: Entity, permissions: dict[tuple[str, str], Permission]) -> Entity:
    return replace(entity, permissions=MappingProxyType(permissions))


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.write(sa.insert(table_of(model)), rows)


def _id(ids: Mapping[str, str], name: str | None) -> str | None:
    return None if name is None else ids[name]


assert set(MOVES) == set(STAGES)
