"""The named sets of an actor: who is near, what was shared with whom, on what one has open tasks.

Each is one SELECT with one column `member`, of which nothing depends on the row that is asked about: a list has it as a
subquery, and one record is asked about by reading it once in a unit of work.

`team`, `unit` and `unit_below` hold users; `shared.<entity>.<verb>` and `tasks.<entity>` hold records.
"""

from collections.abc import Mapping
from typing import Final

from kalip.expressions import Dialect, Sql

_NOW: Final = {"sqlite": ":ctx_now", "postgresql": "CAST(:ctx_now AS TIMESTAMPTZ)"}
_TODAY: Final = {"sqlite": ":ctx_today", "postgresql": "CAST(:ctx_today AS DATE)"}
_ME: Final = ":ctx_actor_id"
_PERSON: Final = frozenset(("ctx_actor_id",))
_STANDING: Final = frozenset(("ctx_actor_id", "ctx_today"))
_GIVEN: Final = frozenset(("ctx_actor_id", "ctx_today", "ctx_now"))
SHARED, TASKS = "shared", "tasks"
_NONE_NAMED: Final = {"sqlite": "json_array_length(s.entities) = 0", "postgresql": "s.entities = '[]'"}
_NAMED: Final = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(s.entities) AS e WHERE e.value = k.entity)",
    "postgresql": "s.entities @> to_jsonb(k.entity)",
}


def set_sql(name: str, dialect: Dialect) -> Sql:
    """Write a set as SELECT; LookupError for one that there isn't."""
    kind, _, rest = name.partition(".")
    if kind == SHARED:
        return _shared(name, *rest.split("."), dialect=dialect)
    if kind == TASKS:
        place = _place(name, "e")
        return Sql(_tasks("k.record_id AS member", f"k.entity = :{place}", dialect), {place: rest}, _GIVEN)
    return Sql(*_NEAR[kind](dialect))


def given_sql(dialect: Dialect) -> Sql:
    """Write what others gave the actor as a SELECT of entity and verbs: shares, and tasks as `tasks.<entity>`."""
    shares = _union("s.entity, s.verbs", [], dialect)
    tasks = _tasks(f"'{TASKS}.' || k.entity, 'read'", "k.entity IS NOT NULL", dialect)
    return Sql(f"{shares} UNION ALL {tasks}", {}, _GIVEN)


def _team(_: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    text = (
        "SELECT b.user_id AS member FROM kalip_group_member AS a"
        f" JOIN kalip_group_member AS b ON b.group_id = a.group_id WHERE a.user_id = {_ME}"
    )
    return text, {}, _PERSON


def _unit(dialect: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    text = (
        "SELECT b.user_id AS member FROM kalip_position AS a JOIN kalip_position AS b ON b.unit = a.unit"
        f" WHERE a.user_id = {_ME} AND {_held('a', dialect)} AND {_held('b', dialect)}"
    )
    return text, {}, _STANDING


def _unit_below(dialect: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    text = (
        "SELECT b.user_id AS member FROM kalip_position AS a JOIN kalip_unit_above AS u ON u.above = a.unit"
        f" JOIN kalip_position AS b ON b.unit = u.unit"
        f" WHERE a.user_id = {_ME} AND {_held('a', dialect)} AND {_held('b', dialect)}"
    )
    return text, {}, _STANDING


_NEAR: Final = {"team": _team, "unit": _unit, "unit_below": _unit_below}


def _held(position: str, dialect: Dialect) -> str:
    """Whether a position is held on the day."""
    day = _TODAY[dialect]
    return (
        f"({position}.since IS NULL OR {position}.since <= {day})"
        f" AND ({position}.until IS NULL OR {position}.until >= {day})"
    )


def _shared(name: str, entity: str, verb: str, *, dialect: Dialect) -> Sql:
    place = _place(name, "e")
    conditions = [f"s.entity = :{place}"]
    params = {place: entity}
    if verb != "read":  # what is shared may be read
        wanted = _place(name, "v")
        conditions.append(f"s.verbs LIKE :{wanted}")
        params[wanted] = f"% {verb} %"
    text = _union("s.record_id AS member", conditions, dialect)
    return Sql(text, params, _GIVEN)


def _tasks(columns: str, condition: str, dialect: Dialect) -> str:
    """Open tasks about records: one's own, and those of people whom one stands in for just now."""
    task = f"{condition} AND k.state = 'open' AND k.record_id IS NOT NULL"
    now = _NOW[dialect]
    standing = (
        f"s.substitute = {_ME} AND s.kind IN ('tasks', 'all') AND s.starts <= {now} AND s.ends > {now}"
        f" AND (s.ended_at IS NULL OR s.ended_at > {now}) AND ({_NONE_NAMED[dialect]} OR {_NAMED[dialect]})"
    )
    own = f"SELECT {columns} FROM kalip_task AS k WHERE k.user_id = {_ME} AND {task}"
    others = (
        f"SELECT {columns} FROM kalip_substitution AS s JOIN kalip_task AS k ON k.user_id = s.absent"
        f" WHERE {standing} AND {task}"
    )
    return f"{own} UNION ALL {others}"


def _union(columns: str, conditions: list[str], dialect: Dialect) -> str:
    """What was shared with the actor as a person, as a member of a group, and in a unit or one above it."""
    valid = [*conditions, f"(s.until IS NULL OR s.until > {_NOW[dialect]})"]
    ways = (
        ("", ("s.grantee_kind = 'user'", f"s.grantee = {_ME}")),
        (
            " JOIN kalip_group_member AS m ON m.group_id = s.grantee",
            ("s.grantee_kind = 'group'", f"m.user_id = {_ME}"),
        ),
        (
            " JOIN kalip_unit_above AS u ON u.above = s.grantee JOIN kalip_position AS p ON p.unit = u.unit",
            ("s.grantee_kind = 'unit'", f"p.user_id = {_ME}", _held("p", dialect)),
        ),
    )
    selects = (
        f"SELECT {columns} FROM kalip_share AS s{joins} WHERE {' AND '.join((*own, *valid))}" for joins, own in ways
    )
    return " UNION ALL ".join(selects)


def _place(name: str, letter: str) -> str:
    """The parameter of a set: the same for the same set, whoever asks."""
    return f"set_{name.replace('.', '_')}_{letter}"
