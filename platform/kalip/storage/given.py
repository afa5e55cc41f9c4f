"""What stands in other tables about an actor, read when it is asked for and once in a unit of work."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from kalip.expressions import Context, Sql, context_params
from kalip.storage.actor_sets import GRANTEES, SHARED, TASKS, UNITS, given_sql, set_sql
from kalip.storage.select import driver_text
from kalip.storage.session import Session


@dataclass(slots=True)
class _Given:
    """Who an actor is on a day, and what others gave it: verbs and tasks by entity."""

    grantees: set[str]
    units: set[str] = field(default_factory=set)
    shared: dict[str, frozenset[str]] = field(default_factory=dict)
    tasked: set[str] = field(default_factory=set)


class ActorSets:
    """The sets of the actor of a unit of work, each read once when it is asked for.

    `context` says who, when and on which day; what it says of sets is not asked. `told` are the lines of `given_sql`
    about the actor, when they were read just before.
    """

    def __init__(self, session: Session, context: Context, told: Iterable[str] | None = None) -> None:
        self._session = session
        # Some sets are asked for with the members of another.
        self._context = replace(context, sets=self)
        self._known: dict[str, frozenset[str]] = {}
        self._told = told
        self._given: _Given | None = None

    def members(self, name: str) -> frozenset[str]:
        """Give the members of a set.

        `grantees` are those to whom somebody may have given what the actor has, `units` those that the actor is in.
        """
        if name == GRANTEES:
            return frozenset(self._all_given().grantees)
        if name == UNITS:
            return frozenset(self._all_given().units)
        found = self._known.get(name)
        if found is None:
            rows = self._rows(set_sql(name, self._session.dialect))
            found = self._known[name] = frozenset(row[0] for row in rows)
        return found

    def shared(self, entity: str) -> frozenset[str]:
        """Give the verbs that somebody lets the actor do with at least one record of an entity."""
        return self._all_given().shared.get(entity, frozenset())

    def tasked(self, entity: str) -> bool:
        """Whether the actor has an open task on a record of an entity."""
        return entity in self._all_given().tasked

    def _all_given(self) -> _Given:
        """What was given, from one statement for all entities."""
        if self._given is None:
            self._given = _read(self._lines(), self._context.actor.id, self._context.today)
        return self._given

    def _lines(self) -> Iterable[str]:
        if self._told is not None:
            return self._told
        return (row[0] for row in self._rows(given_sql(self._session.dialect))) if self._context.actor.id else ()

    def _rows(self, sql: Sql) -> list[tuple[str, ...]]:
        dialect = self._session.dialect
        params = {**sql.params, **context_params(self._context, sql.context, dialect)}
        return [tuple(row) for row in self._session.fetch(driver_text(sql.text, dialect), params)]


def _read(told: Iterable[str], actor_id: str, today: date) -> _Given:
    """What the lines of `given_sql` say on a day: places that are not held then count for nothing."""
    lines: dict[str, list[list[str]]] = {}
    for line in told:
        kind, *words = line.split()
        lines.setdefault(kind, []).append(words)
    day = today.isoformat()
    found = _Given({actor_id} if actor_id else set())
    found.grantees.update(group for (group,) in lines.get("group", ()))
    for unit, above, since, until in lines.get("unit", ()):
        # A hyphen comes before all digits.
        if since <= day and (until == "-" or until >= day):
            found.units.add(unit)
            found.grantees.add(above)
    for grantee, entity, *verbs in lines.get(SHARED, ()):
        if grantee in found.grantees:
            found.shared[entity] = found.shared.get(entity, frozenset()).union(verbs)
    found.tasked.update(entity for (entity,) in lines.get(TASKS, ()))
    return found
