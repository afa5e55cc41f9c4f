"""Writes docs/reference/expressions.md: the language's rules, and its functions from the registry."""

from collections.abc import Iterator

from kalip.expressions.checker.macros import MAX_ROUNDS
from kalip.expressions.checker.operators import MAX_JOINED
from kalip.expressions.functions.builtin import Builtin
from kalip.expressions.functions.registry import ALIASES, BUILTINS, SPECIAL
from kalip.expressions.parser import MAX_DEPTH, MAX_ITEMS, MAX_LENGTH, MAX_NODES

MEANINGS = {
    "contains": "whether the text holds the other",
    "startsWith": "whether the text begins so",
    "endsWith": "whether the text ends so",
    "matches": "whether the pattern is found in the text; linear in its length",
    "lower": "small letters; `İ` becomes `i`, and `ı` stays what it is",
    "upper": "capital letters",
    "lowerAscii": "small letters of A to Z alone",
    "upperAscii": "capital letters of a to z alone",
    "trim": "without blanks at both ends",
    "substring": "from a position on, up to another; positions count from 0",
    "replace": "every occurrence replaced",
    "split": "cut at each separator",
    "indexOf": "the first position, -1 when it isn't there",
    "size": "the number of characters, or of items",
    "string": "as text: decimals without needless zeros, days and moments in ISO 8601",
    "abs": "without its sign",
    "round": "to a whole number or so many places, halves away from zero",
    "floor": "the next whole number below",
    "ceil": "the next whole number above",
    "int": "as whole number, cut towards zero; null when the text is none",
    "decimal": "as exact decimal; null when the text is none",
    "bool": "true or false from JSON",
    "date": "the day; of a moment its day in UTC",
    "datetime": "the moment; a day begins at midnight UTC",
    "time": "the time of day",
    "duration": "a length of time: `'1h30m'`, `'90s'`",
    "addDays": "so many days later",
    "addMonths": "so many months later, at the latest on the month's last day",
    "daysBetween": "days from the first to the second",
    "weeks": "so many weeks",
    "days": "so many days",
    "hours": "so many hours",
    "minutes": "so many minutes",
    "seconds": "so many seconds",
    "inWeeks": "whole weeks in it",
    "inDays": "whole days in it",
    "inHours": "whole hours in it",
    "inMinutes": "whole minutes in it",
    "inSeconds": "whole seconds in it",
    "year": "the year",
    "month": "the month, 1 to 12",
    "day": "the day of the month, from 1",
    "weekday": "the day of the week: 0 is Sunday",
    "hour": "the hour",
    "minute": "the minute",
    "second": "the second",
    "getFullYear": "as in CEL: the year",
    "getMonth": "as in CEL: the month, 0 to 11",
    "getDate": "as in CEL: the day of the month, from 1",
    "getDayOfMonth": "as in CEL: the day of the month, from 0",
    "getDayOfWeek": "as in CEL: 0 is Sunday",
    "getDayOfYear": "as in CEL: from 0",
    "getHours": "as in CEL: the hour, or whole hours of a duration",
    "getMinutes": "as in CEL: the minute, or whole minutes of a duration",
    "getSeconds": "as in CEL: the second, or whole seconds of a duration",
    "items": "the items of a JSON list",
}

SPECIAL_MEANINGS = {
    "now": "`now()`: the moment of evaluation",
    "today": "`today()`: the day that it is for the actor",
    "has": "`has(x)`: whether there is a value",
    "size": "`size(x)`: the number of characters or items",
    "sum": "`sum(list)`: exact; nulls are skipped",
    "min": "`min(a, b, …)` or `min(list)`",
    "max": "`max(a, b, …)` or `max(list)`",
    "avg": "`avg(list)`: null of an empty list",
    "join": "`join(list, separator)`",
    "coalesce": "`coalesce(a, b, …)`: the first that isn't null",
    "isEmpty": "`isEmpty(x)`: null, empty text or empty list",
    "exists": "`lines.exists(l, l.price > 10)`",
    "exists_one": "`lines.exists_one(l, l.price > 10)`: exactly one",
    "all": "`lines.all(l, l.price > 0)`",
    "filter": "`tags.filter(t, t != 'old')`",
    "map": "`lines.map(l, l.price)`, or with a condition between: `lines.map(l, l.price > 1, l.price)`",
}

_HEAD = f"""# Expressions

{{mark}}

One language says which rows a list shows, when a field is visible, what a computed field holds, who may see a record
and when a move is allowed. The syntax is that of [CEL](https://cel.dev), the meaning that of business data and of SQL.
[Why](../explanation/expressions.md).

## Values

| type | written |
|---|---|
| boolean | `true`, `false` |
| integer | `42`, `-3`, `0x1f` |
| decimal | `12.50`, `1e3`; exact, never binary fractions |
| text | `'one'` or `"two"`, with `\\n`, `\\u0131`; `r'as it stands'` |
| date, datetime, time | `date('2026-01-31')`, `datetime('2026-01-31T12:00:00Z')`, `time('10:30')` |
| duration | `duration('1h30m')`, `days(3)` |
| list, map | `[1, 2]`, `{{{{'a': 1}}}}` |
| null | `null`: no value |

Names are fields (`amount`), their parts (`address.city`) and fields of what a reference leads to (`company.name`).
`old.name` is the value before the change, where there is a change. `actor` has `id`, `email`, `roles`, `locale` and
`groups` (codes), and the sets of ids `team`, `unit` and `unit_below`: users in a group with the actor, in a unit of the
actor, or in one below it (`owner in actor.unit`). `own_groups` are the groups of the actor, `team_groups`,
`unit_groups` and `unit_below_groups` those in which one of these users is (`team in actor.own_groups`).

## Operators

From the weakest: `? :`, `||`, `&&`, comparisons and `in`, `+ -`, `* / %`, `! -`. Parentheses order them.

- A comparison by `<`, `<=`, `>` or `>=` with null is false. `==` and `!=` treat null as a value: `name == null`.
- Arithmetic with null is null. What can't be computed (division by zero, beyond 64 bits) is null.
- `/` is exact to ten places; `%` has the sign of the left side.
- Integers become decimals beside decimals. Nothing else changes its type by itself: a day is no moment, a text is no
  number.
- As a condition null counts as false.

## Bounds

At most {MAX_LENGTH:,} characters, {MAX_DEPTH} levels, {MAX_NODES:,} parts, {MAX_ITEMS:,} items of a list; macros go
through lists that are written out {MAX_ROUNDS:,} times at most, and {MAX_JOINED} texts are put together. What SQL
can't say (marked “record only”, functions of plugins without SQL, `old`, looking into JSON) is a diagnostic where a
filter or a right needs SQL.

## Functions

`size(name)` and `name.size()` are the same.
"""


def language_page(mark: str) -> str:
    """The page's text; `mark` says that it is generated."""
    lines = [_HEAD.format(mark=mark), "| function | gives | meaning |", "|---|---|---|"]
    lines += [line for name in BUILTINS for line in _rows(name, BUILTINS[name])]
    lines += ["", "### With rules of their own", "", "| function | |", "|---|---|"]
    lines += [f"| `{name}` | {SPECIAL_MEANINGS[name]} |" for name in SPECIAL]
    lines += ["", "### Other names", ""]
    lines += [f"- `{other}` is `{name}`" for other, name in ALIASES.items()]
    return "\n".join(lines) + "\n"


def _rows(name: str, overloads: tuple[Builtin, ...]) -> Iterator[str]:
    taken = dict.fromkeys(f"`{name}({', '.join(each.name for each in builtin.parameters)})`" for builtin in overloads)
    results = dict.fromkeys(builtin.result.name for builtin in overloads)
    sql = "" if any(builtin.postgresql for builtin in overloads) else " (record only)"
    yield f"| {', '.join(taken)} | {' or '.join(results)} | {MEANINGS[name]}{sql} |"
