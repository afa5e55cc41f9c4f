"""The named sets of an actor: who is near, what was shared with whom, on what one has open tasks.

Each is one SELECT with one column `member`, of which nothing depends on the row that is asked about: a list has it as a
subquery, and one record is asked about by reading it once in a unit of work.

`team`, `unit` and `unit_below` hold users, `own_groups` the groups that the actor is in, `team_groups` and so on those
that one of these users is in; `shared.<entity>.<verb>` and `tasks.<entity>` hold records. Who sees much by
roles asks for each record whether it is among `also_shared`, the same in other words: its shares are found by an index,
while a list of fifty would have a thousand shares gathered first.

Which groups and units the actor is in is read before, by `given_sql` or, together with who calls, by `told_sql`, and
bound as arrays: subqueries would be planned and run anew with each list.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Final

from kalip.expressions import Context, Dialect, Sql, context_params

Near = Callable[[Dialect], tuple[str, Mapping[str, object], frozenset[str]]]

_NOW: Final = {"sqlite": ":ctx_now", "postgresql": "CAST(:ctx_now AS TIMESTAMPTZ)"}
_TODAY: Final = {"sqlite": ":ctx_today", "postgresql": "CAST(:ctx_today AS DATE)"}
_ME: Final = ":ctx_actor_id"
_MYSELF: Final = frozenset(("ctx_actor_id",))
_TEAM: Final = frozenset(("ctx_grantees",))
_HOUSE: Final = frozenset(("ctx_units", "ctx_today"))
_GIVEN: Final = frozenset(("ctx_actor_id", "ctx_now"))
_SHARES: Final = frozenset(("ctx_grantees", "ctx_now"))
SHARED, ALSO_SHARED, TASKS = "shared", "also_shared", "tasks"
GRANTEES, UNITS = "grantees", "units"
# PostgreSQL plans once for all actors where the plan doesn't depend on whom an array has: hence not the bare array.
_AMONG: Final = {
    "sqlite": "IN (SELECT value FROM json_each(:ctx_{}))",
    "postgresql": "= ANY (ARRAY(SELECT unnest(CAST(:ctx_{} AS TEXT[]))))",
}
_DAY_TEXT: Final = {"sqlite": "{}", "postgresql": "to_char({}, 'YYYY-MM-DD')"}
_IN_ONE: Final = {"sqlite": "group_concat(g.told, char(10))", "postgresql": "string_agg(g.told, chr(10))"}
HAS_ROLE: Final[Mapping[Dialect, str]] = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(kalip_user.roles) AS r"
    " WHERE r.value IN (SELECT value FROM json_each(:roles)))",
    "postgresql": "kalip_user.roles ?| CAST(:roles AS TEXT[])",
}
"""Whether the user of a row has one of `:roles`, as `roles_param` binds them."""
_ALIAS: Final = re.compile(r"\bs\.")
_NONE_NAMED: Final = {"sqlite": "json_array_length(s.entities) = 0", "postgresql": "s.entities = '[]'"}
_NAMED: Final = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(s.entities) AS e WHERE e.value = k.entity)",
    "postgresql": "s.entities @> to_jsonb(k.entity)",
}


def set_sql(name: str, dialect: Dialect) -> Sql:
    """Write a set as SELECT; LookupError for one that there isn't."""
    kind, _, rest = name.partition(".")
    if kind in (SHARED, ALSO_SHARED):
        return _shared(name, *rest.split("."), dialect=dialect)
    if kind == TASKS:
        place = _place(name, "e")
        return Sql(_tasks("k.record_id AS member", f"k.entity = :{place}", dialect, _ME), {place: rest}, _GIVEN)
    return Sql(*_NEAR[kind](dialect))


def in_set_sql(name: str, item: str, dialect: Dialect, *, few: bool = False) -> Sql:
    """Write the condition that a value, as SQL, is in a set; `few`: it is asked of the rows of a page, not of all."""
    kind, _, rest = name.partition(".")
    if kind == ALSO_SHARED:
        return _is_shared(name, item, *rest.split("."), dialect=dialect, few=few)
    # Nothing of the row is in it, so that the database makes it once and looks each row up.
    sql = set_sql(name, dialect)
    return Sql(f"{item} IN ({sql.text})", sql.params, sql.context)


@cache
def given_sql(dialect: Dialect, me: str = _ME) -> Sql:
    """Write who an actor is and what others gave it as a SELECT of texts, which depend on no day.

    They are `group <id>`, `unit <id> <above> <since> <until>` for each unit above each place in a unit (itself, too; a
    hyphen for an open end), `shared <whom> <entity> <verbs>` and `tasks <entity>`.

    Who was given a thousand records was given few different things: each step finds the next of them by its index.
    """
    least = "SELECT min(s.what) FROM kalip_share AS s WHERE s.grantee_kind = g.kind AND s.grantee = g.id"
    # With LIMIT, as PostgreSQL would join EXISTS with all shares that there are.
    counting = (
        "SELECT true FROM kalip_share AS s WHERE s.grantee_kind = g.kind AND s.grantee = g.id AND s.what = g.what"
        f" AND (s.until IS NULL OR s.until > {_NOW[dialect]}) LIMIT 1"
    )
    since, until = (f"coalesce({_DAY_TEXT[dialect].format(f'p.{name}')}, '-')" for name in ("since", "until"))
    seats = (
        f"SELECT p.unit, u.above, {since} AS since, {until} AS until"
        f" FROM kalip_position AS p JOIN kalip_unit_above AS u ON u.unit = p.unit WHERE p.user_id = {me}"
    )
    mine = (
        f"SELECT 'user' AS kind, CAST({me} AS TEXT) AS id"
        f" UNION ALL SELECT 'group', m.group_id FROM kalip_group_member AS m WHERE m.user_id = {me}"
        " UNION SELECT 'unit', p.above FROM seats AS p"
    )
    tasks = _tasks(f"'{TASKS} ' || k.entity", "k.entity IS NOT NULL", dialect, me, distinct=True)
    text = (
        f"WITH RECURSIVE seats AS ({seats}), mine AS ({mine}),"
        f" given(kind, id, what) AS (SELECT g.kind, g.id, ({least}) FROM mine AS g"
        f" UNION ALL SELECT g.kind, g.id, ({least} AND s.what > g.what) FROM given AS g WHERE g.what IS NOT NULL)"
        f" SELECT '{SHARED} ' || g.id || ' ' || g.what AS told FROM given AS g"
        f" WHERE g.what IS NOT NULL AND ({counting})"
        f" UNION ALL {tasks} UNION ALL SELECT 'group ' || g.id FROM mine AS g WHERE g.kind = 'group' UNION ALL"
        " SELECT 'unit ' || p.unit || ' ' || p.above || ' ' || p.since || ' ' || p.until FROM seats AS p"
    )
    return Sql(text, {}, _GIVEN)


@cache
def told_sql(dialect: Dialect) -> str:
    """Write the same of a row of `kalip_user`, as one text of lines; null for who has one of `:roles`."""
    given = given_sql(dialect, "kalip_user.id").text
    return f"CASE WHEN {HAS_ROLE[dialect]} THEN NULL ELSE (SELECT {_IN_ONE[dialect]} FROM ({given}) AS g) END"


def told_params(now: datetime, spared: Collection[str], dialect: Dialect) -> dict[str, object]:
    """Give the values to bind for `told_sql`."""
    context = Context(now, now.date())
    return {**context_params(context, ("ctx_now",), dialect), "roles": roles_param(spared, dialect)}


def roles_param(roles: Collection[str], dialect: Dialect) -> object:
    """Give the value to bind for `:roles`."""
    return list(roles) if dialect == "postgresql" else json.dumps(list(roles))


def _team(dialect: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    among = _AMONG[dialect].format(GRANTEES)
    return f"SELECT m.user_id AS member FROM kalip_group_member AS m WHERE m.group_id {among}", {}, _TEAM


def _unit(dialect: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    among = _AMONG[dialect].format(UNITS)
    text = f"SELECT p.user_id AS member FROM kalip_position AS p WHERE p.unit {among} AND {_held('p', dialect)}"
    return text, {}, _HOUSE


def _unit_below(dialect: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    text = (
        "SELECT p.user_id AS member FROM kalip_unit_above AS u JOIN kalip_position AS p ON p.unit = u.unit"
        f" WHERE u.above {_AMONG[dialect].format(UNITS)} AND {_held('p', dialect)}"
    )
    return text, {}, _HOUSE


def _own_groups(_: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    return f"SELECT m.group_id AS member FROM kalip_group_member AS m WHERE m.user_id = {_ME}", {}, _MYSELF


def _groups_of(near: Near, dialect: Dialect) -> tuple[str, Mapping[str, object], frozenset[str]]:
    """The groups that one of some users is in."""
    text, params, context = near(dialect)
    return f"SELECT g.group_id AS member FROM kalip_group_member AS g WHERE g.user_id IN ({text})", params, context


_NEAR: Final[Mapping[str, Near]] = {
    "team": _team,
    "unit": _unit,
    "unit_below": _unit_below,
    "own_groups": _own_groups,
    "team_groups": partial(_groups_of, _team),
    "unit_groups": partial(_groups_of, _unit),
    "unit_below_groups": partial(_groups_of, _unit_below),
}


def _held(position: str, dialect: Dialect) -> str:
    """Whether a position is held on the day."""
    day = _TODAY[dialect]
    return (
        f"({position}.since IS NULL OR {position}.since <= {day})"
        f" AND ({position}.until IS NULL OR {position}.until >= {day})"
    )


def _shared(name: str, entity: str, verb: str, *, dialect: Dialect) -> Sql:
    condition, params = _of_verb(name, entity, verb, dialect)
    # The kinds are those that there are: with them the index of grantees serves.
    mine = f"s.grantee_kind IN ('user', 'group', 'unit') AND s.grantee {_AMONG[dialect].format(GRANTEES)}"
    return Sql(f"SELECT s.record_id AS member FROM kalip_share AS s WHERE {mine} AND {condition}", params, _SHARES)


def _is_shared(name: str, item: str, entity: str, verb: str, *, dialect: Dialect, few: bool) -> Sql:
    condition, params = _of_verb(name, entity, verb, dialect)
    # By its plus SQLite leaves the index of grantees, in which it would look for each of them, for that of records.
    grantee = "+s.grantee" if dialect == "sqlite" else "s.grantee"
    mine = f"{grantee} {_AMONG[dialect].format(GRANTEES)}"
    shares = f"FROM kalip_share AS s WHERE s.record_id = {item} AND {mine} AND {condition}"
    # PostgreSQL would gather all shares for EXISTS, counting on every row being looked at.
    text = f"(SELECT true {shares} LIMIT 1) IS NOT NULL" if few else f"EXISTS (SELECT 1 {shares})"
    return Sql(text, params, _SHARES)


def _of_verb(name: str, entity: str, verb: str, dialect: Dialect) -> tuple[str, dict[str, object]]:
    """The condition of a share that counts, of an entity's records, for a verb."""
    place = _place(name, "e")
    conditions = [f"s.entity = :{place}", f"(s.until IS NULL OR s.until > {_NOW[dialect]})"]
    params: dict[str, object] = {place: entity}
    if verb != "read":  # what is shared may be read
        wanted = _place(name, "v")
        conditions.append(f"s.verbs LIKE :{wanted}")
        params[wanted] = f"% {verb} %"
    return " AND ".join(conditions), params


def _tasks(columns: str, condition: str, dialect: Dialect, me: str, *, distinct: bool = False) -> str:
    """Open tasks about records: one's own, and those of people whom one stands in for just now.

    That is directly, or over one other who is away too.
    """
    task = f"{condition} AND k.state = 'open' AND k.record_id IS NOT NULL"
    select = "SELECT DISTINCT" if distinct else "SELECT"
    near, far = _stands_in("s", dialect), _stands_in("b", dialect)
    over = "kalip_substitution AS s JOIN kalip_substitution AS b ON b.substitute = s.absent"
    ways = (
        f"kalip_task AS k WHERE k.user_id = {me}",
        f"kalip_substitution AS s JOIN kalip_task AS k ON k.user_id = s.absent WHERE s.substitute = {me} AND {near}",
        f"{over} JOIN kalip_task AS k ON k.user_id = b.absent WHERE s.substitute = {me} AND {near} AND {far}",
    )
    return " UNION ALL ".join(f"{select} {columns} FROM {way} AND {task}" for way in ways)


def _stands_in(alias: str, dialect: Dialect) -> str:
    """Whether a substitution counts now, for tasks about records of the task's entity."""
    now = _NOW[dialect]
    text = (
        f"s.kind IN ('tasks', 'all') AND s.starts <= {now} AND s.ends > {now}"
        f" AND (s.ended_at IS NULL OR s.ended_at > {now}) AND ({_NONE_NAMED[dialect]} OR {_NAMED[dialect]})"
    )
    return _ALIAS.sub(f"{alias}.", text)


def _place(name: str, letter: str) -> str:
    """The parameter of a set: the same for the same set, whoever asks."""
    return f"set_{name.replace('.', '_')}_{letter}"
