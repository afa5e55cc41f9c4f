"""The generators of demo values: one function for each main key, from the document's JSON to a JSON value."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, cast

from kalip.base.names import did_you_mean
from kalip.records.provision.demo.moments import as_moment, between, moment_json, read_end, to_working
from kalip.records.provision.demo.numbers import tax_number
from kalip.records.provision.demo.shaping import SHAPES, numbered, shaped
from kalip.records.provision.demo.world import Made, Making, weighted

Spec = Mapping[str, object]
Generator = Callable[[Making, Spec], object]

MOST_RETRIES: Final = 12
_PLACE: Final = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")
_FAVOURITES: Final = 2.2  # how strongly `few` prefers the first records


def generate(making: Making, said: object, name: str = "") -> object:
    """The value of a generator; what is none is a constant."""
    key = main_key(said)
    if key is None:
        return said
    spec = cast("Spec", said)
    making.naming = name or making.naming
    if "chance" in spec and making.random.random() >= float(str(spec["chance"])):
        return None
    if spec.get("unique"):
        return _unique(making, spec, GENERATORS[key], name)
    return GENERATORS[key](making, spec)


def main_key(said: object) -> str | None:
    """The key that makes an object a generator, or None."""
    if not isinstance(said, Mapping):
        return None
    return next((key for key in GENERATORS if key in said), None)


def fill(making: Making, template: str, shape: str = "plain") -> str:
    """A template with its `{path}` places filled; `shape` is of the whole text, or of each piece for e-mails."""
    piece = shape if shape == "email" else "plain"

    def put(match: re.Match[str]) -> str:
        value = making.get(match[1])
        return shaped("" if value is None else str(value), piece)

    text = _PLACE.sub(put, template)
    return text if piece == "email" else shaped(text, shape)


def _value(_making: Making, spec: Spec) -> object:
    return spec["value"]


def _pick(making: Making, spec: Spec) -> object:
    options, weights = _options(making, spec["pick"], spec)
    if spec.get("each"):
        return options[_turn(making) % len(options)]
    several = spec.get("several")
    if not isinstance(several, Sequence):
        return weighted(making.random, options, weights)
    wanted = min(making.random.randint(int(several[0]), int(several[1])), len(options))
    chosen: list[object] = []
    while len(chosen) < wanted:
        option = weighted(making.random, options, weights)
        if option not in chosen:
            chosen.append(option)
    return chosen


def _turn(making: Making) -> int:
    return int(str(making.values["index"])) - 1


def _options(making: Making, said: object, spec: Spec) -> tuple[list[object], list[float]]:
    if isinstance(said, str):
        said = _table(making, said, spec)
    if isinstance(said, Mapping):
        return list(said), [float(str(weight)) for weight in said.values()]
    if not isinstance(said, Sequence) or not said:
        raise making.fault("nothing to pick from", "pick")
    return list(said), [1.0] * len(said)


def _table(making: Making, name: str, spec: Spec) -> object:
    tables = making.world.tables
    if name not in tables:
        raise making.fault("there is no table '{name}'", "table", name=name, hint=did_you_mean(name, tables))
    found = tables[name]
    at = spec.get("at")
    for step in at if isinstance(at, Sequence) and not isinstance(at, str) else ():
        key = fill(making, str(step))
        if not isinstance(found, Mapping) or key not in found:
            raise making.fault("the table '{name}' has no '{key}'", "at", name=name, key=key)
        found = found[key]
    return found


def _row(making: Making, spec: Spec) -> object:
    rows = _table(making, str(spec["row"]), spec)
    if not isinstance(rows, Sequence) or not rows:
        raise making.fault("the table has no rows here", "row")
    if spec.get("each"):
        return rows[_turn(making) % len(rows)]
    return weighted(making.random, rows, [float(str(row.get("weight", 1))) for row in rows])


def _by(making: Making, spec: Spec) -> object:
    cases = spec.get("cases")
    value = making.get(str(spec["by"]))
    key = (
        {True: "true", False: "false", None: "null"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )
    if isinstance(cases, Mapping) and key in cases:
        return generate(making, cases[key])
    return generate(making, spec.get("else"))


def _template(making: Making, spec: Spec) -> object:
    return fill(making, str(spec["template"]), _shape(making, spec))


def _pattern(making: Making, spec: Spec) -> object:
    text = fill(making, str(spec["pattern"]), _shape(making, spec))
    return re.sub("#", lambda _: str(making.random.randrange(10)), text)


def _shape(making: Making, spec: Spec) -> str:
    shape = str(spec.get("shape", "plain"))
    if shape not in SHAPES:
        raise making.fault("unknown shape '{shape}'", "shape", shape=shape, hint=did_you_mean(shape, SHAPES))
    return shape


def _copy(making: Making, spec: Spec) -> object:
    return making.get(str(spec["copy"]))


def _number(making: Making, spec: Spec) -> object:
    low, high = (float(_amount(making, end) or 0) for end in cast("Sequence[object]", spec["number"]))
    spread = spec.get("spread", "even")
    if spread == "low" and low > 0:
        value = math.exp(making.random.uniform(math.log(low), math.log(high)))
    elif spread == "middle":
        value = making.random.triangular(low, high)
    else:
        value = making.random.uniform(low, high)
    return _rounded(Decimal(repr(value)), spec)


def _sum(making: Making, spec: Spec) -> object:
    """The exact sum of a value over lines made before; lines keep their hidden values for this."""
    lines = making.lines.get(str(spec["sum"]), ())
    path = str(spec["of"])
    amounts = [amount for line in lines if (amount := _plain(line.get(path))) is not None]
    return _rounded(sum(amounts, Decimal(0)), {"round": "0.01", **spec}) if amounts else None


def _plain(value: object) -> Decimal | None:
    if isinstance(value, Mapping):
        value = value.get("amount")
    return None if value is None else Decimal(str(value))


def _multiply(making: Making, spec: Spec) -> object:
    product = Decimal(1)
    for factor in cast("Sequence[object]", spec["multiply"]):
        amount = _amount(making, factor)
        if amount is None:
            return None
        product *= amount
    return _rounded(product, spec)


def _amount(making: Making, said: object) -> Decimal | None:
    value = making.get(said.strip("{}")) if isinstance(said, str) and said.startswith("{") else generate(making, said)
    return _plain(value)


def _rounded(value: Decimal, spec: Spec) -> object:
    step = Decimal(str(spec.get("round", 1)))
    whole = (value / step).to_integral_value(ROUND_HALF_UP) * step
    return int(whole) if step == step.to_integral_value() else format(whole.quantize(step), "f")


def _date(making: Making, spec: Spec) -> object:
    moment = _moment_of(making, spec, "date")
    return None if moment is None else moment[:10]


def _moment(making: Making, spec: Spec) -> object:
    return _moment_of(making, spec, "moment")


def _moment_of(making: Making, spec: Spec, key: str) -> str | None:
    low, high = (read_end(making, end) for end in cast("Sequence[object]", spec[key]))
    if low is None or high is None:
        return None
    latest = read_end(making, spec["not_after"]) if "not_after" in spec else None
    if latest is not None:
        high = min(high, latest)
    high = max(low, high)
    moment = between(making.random, low, high, str(spec.get("spread", "even")))
    if spec.get("working"):
        moment = min(max(to_working(making.random, moment), low), high)
    return moment_json(moment)


def _object(making: Making, spec: Spec) -> object:
    """The parts that have values; nothing at all when every generated part is missing, as an amount without lines."""
    parts = cast("Spec", spec["object"])
    made = {name: value for name, said in parts.items() if (value := generate(making, said, name)) is not None}
    generated = [name for name, said in parts.items() if isinstance(said, Mapping)]
    return made if not generated or any(name in made for name in generated) else None


def _list(making: Making, spec: Spec) -> object:
    low, high = _count(spec)
    wanted = making.random.randint(low, high)
    values: list[object] = []
    for _ in range(wanted * MOST_RETRIES):
        if len(values) == wanted:
            break
        value = generate(making, spec["list"])
        if value is not None and value not in values:
            values.append(value)
    return values


def _children(making: Making, spec: Spec) -> object:
    inner = cast("Spec", spec["children"])
    name = making.naming
    low, high = _count(inner)
    lines, hidden = [], []
    used: dict[str, set[str]] = {}
    for index in range(1, making.random.randint(low, high) + 1):
        line = Making(
            making.world, making.random, making.fakers, making.file,
            _built_in(making, index), making.locale, making.seen, making, used,
        )  # fmt: skip
        for part, said in cast("Spec", inner.get("let", {})).items():
            line.values[part] = generate(line, said, f"line.{part}")
        fields = {}
        for part, said in cast("Spec", inner.get("fields", {})).items():
            line.values[part] = generate(line, said, f"line.{part}")
            if line.values[part] is not None:
                fields[part] = line.values[part]
        lines.append(fields)
        hidden.append(line.values)
    making.lines[name] = hidden
    return lines


def _built_in(making: Making, index: int) -> dict[str, object]:
    return {
        "locale": making.locale,
        "language": making.locale.split("_")[0],
        "now": moment_json(making.world.now),
        "index": index,
    }


def _count(spec: Spec) -> tuple[int, int]:
    low, high = cast("Sequence[object]", spec.get("count", [1, 1]))
    return int(str(low)), int(str(high))


def _pick_record(making: Making, spec: Spec) -> object:
    candidates = _candidates(making, str(spec["pick_record"]), spec.get("where"))
    if spec.get("distinct_in_parent"):
        taken = making.used.setdefault(str(spec["pick_record"]), set())
        candidates = [made for made in candidates if made.id not in taken]
        if candidates:
            chosen = _favoured(making, candidates, spec)
            taken.add(chosen.id)
            return chosen.id
    return _favoured(making, candidates, spec).id if candidates else None


def _candidates(making: Making, entity: str, where: object) -> Sequence[Made]:
    wanted = {}
    for path, said in (where if isinstance(where, Mapping) else {}).items():
        value = making.get(said.strip("{}")) if isinstance(said, str) and said.startswith("{") else said
        if value is None:
            return ()
        wanted[path] = value
    return making.world.matching(entity, wanted)


def _favoured(making: Making, candidates: Sequence[Made], spec: Spec) -> Made:
    share = making.random.random()
    if spec.get("favour") == "few":
        share = share**_FAVOURITES
    return candidates[min(int(share * len(candidates)), len(candidates) - 1)]


def _pick_any(making: Making, spec: Spec) -> object:
    weights = cast("Mapping[str, object]", spec["pick_any"])
    where = spec.get("where")
    entity = str(weighted(making.random, list(weights), [float(str(each)) for each in weights.values()]))
    candidates = _candidates(making, entity, where.get(entity) if isinstance(where, Mapping) else None)
    return {"entity": entity, "id": _favoured(making, candidates, spec).id} if candidates else None


def _user(making: Making, spec: Spec) -> object:
    asked = spec["user"]
    roles = set(cast("Sequence[str]", asked.get("roles", ()))) if isinstance(asked, Mapping) else set()
    fitting = [user for user, held in making.world.users if not roles or roles & held]
    if not fitting:
        return None
    share = making.random.random() ** (_FAVOURITES if spec.get("favour") == "few" else 1)
    return fitting[min(int(share * len(fitting)), len(fitting) - 1)]


def _group(making: Making, spec: Spec) -> object:
    weights = cast("Mapping[str, object]", spec["group"])
    code = str(weighted(making.random, list(weights), [float(str(each)) for each in weights.values()]))
    if code not in making.world.groups:
        raise making.fault("there is no group '{name}'", "group", did_you_mean(code, making.world.groups), name=code)
    return making.world.groups[code]


def _fake(making: Making, spec: Spec) -> object:
    locale = fill(making, str(spec["locale"])) if "locale" in spec else None
    provider = getattr(making.faker(locale), str(spec["fake"]), None)
    if provider is None:
        raise making.fault("Faker has no '{name}' here", "fake", name=spec["fake"])
    arguments = spec.get("arguments")
    value = provider(**arguments) if isinstance(arguments, Mapping) else provider()
    if isinstance(value, (str, int, bool, list)) or value is None:
        return value
    return as_json(value)


def as_json(value: object) -> object:
    """A value of Faker's as JSON."""
    moment = as_moment(value.isoformat()) if hasattr(value, "isoformat") else None
    return str(value) if moment is None else value.isoformat()  # type: ignore[attr-defined]


def _tax_number(making: Making, spec: Spec) -> object:
    country = fill(making, str(spec["tax_number"]))
    # With its country's code the number is read by fields of that country and of any.
    return country + tax_number(making.random, country)


def _text(making: Making, spec: Spec) -> object:
    sentences = cast("Sequence[object]", spec["text"])
    low, high = _count(spec)
    wanted = min(making.random.randint(low, high), len(sentences))
    chosen = making.random.sample(range(len(sentences)), wanted)
    return " ".join(fill(making, str(sentences[place])) for place in sorted(chosen))


def _unique(making: Making, spec: Spec, make: Generator, name: str) -> object:
    seen = making.seen.setdefault(name, set())
    text = ""
    for _ in range(MOST_RETRIES):
        text = str(make(making, spec))
        if text not in seen:
            seen.add(text)
            return text
    number = 2
    while numbered(text, number) in seen:
        number += 1
    seen.add(numbered(text, number))
    return numbered(text, number)


GENERATORS: Final[Mapping[str, Generator]] = {
    "value": _value,
    "pick": _pick,
    "row": _row,
    "by": _by,
    "template": _template,
    "copy": _copy,
    "pattern": _pattern,
    "number": _number,
    "multiply": _multiply,
    "sum": _sum,
    "date": _date,
    "moment": _moment,
    "object": _object,
    "list": _list,
    "children": _children,
    "pick_record": _pick_record,
    "pick_any": _pick_any,
    "user": _user,
    "group": _group,
    "fake": _fake,
    "tax_number": _tax_number,
    "text": _text,
}
