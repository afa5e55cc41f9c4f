"""What stands in other tables about an actor, read when it is asked for and once in a unit of work."""

from collections.abc import Mapping
from dataclasses import replace

from kalip.expressions import Context, Sql, context_params
from kalip.storage.actor_sets import GRANTEES, TASKS, UNITS, given_sql, set_sql
from kalip.storage.select import driver_text
from kalip.storage.session import Session


class ActorSets:
    """The sets of the actor of a unit of work, each read once when it is asked for.

    `context` says who, when and on which day; what it says of sets is not asked.
    """

    def __init__(self, session: Session, context: Context) -> None:
        self._session = session
        # Some sets are asked for with the members of another.
        self._context = replace(context, sets=self)
        self._known: dict[str, frozenset[str]] = {}
        self._given: Mapping[str, frozenset[str]] | None = None

    def members(self, name: str) -> frozenset[str]:
        """Give the members of a set.

        `grantees` are those to whom somebody may have given what the actor has, `units` those that the actor is in.
        """
        if name in (GRANTEES, UNITS):
            return self._all_given().get(f"{name}.", frozenset())
        found = self._known.get(name)
        if found is None:
            rows = self._rows(set_sql(name, self._session.dialect))
            found = self._known[name] = frozenset(row[0] for row in rows)
        return found

    def shared(self, entity: str) -> frozenset[str]:
        """Give the verbs that somebody lets the actor do with at least one record of an entity."""
        return self._all_given().get(entity, frozenset())

    def tasked(self, entity: str) -> bool:
        """Whether the actor has an open task on a record of an entity."""
        return f"{TASKS}.{entity}" in self._all_given()

    def _all_given(self) -> Mapping[str, frozenset[str]]:
        """Verbs by entity and by `tasks.<entity>`, ids by `grantees.` and `units.`; one statement for all entities."""
        if self._given is None:
            rows = self._rows(given_sql(self._session.dialect)) if self._context.actor.id else ()
            given: dict[str, frozenset[str]] = {}
            for (what,) in rows:
                entity, *verbs = what.split()
                given[entity] = given.get(entity, frozenset()).union(verbs)
            self._given = given
        return self._given

    def _rows(self, sql: Sql) -> list[tuple[str, ...]]:
        dialect = self._session.dialect
        params = {**sql.params, **context_params(self._context, sql.context, dialect)}
        return [tuple(row) for row in self._session.fetch(driver_text(sql.text, dialect), params)]
