"""Compares what came of a case with what it says should; every difference is told in words."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import cast

from kalip.base.errors import AccessDenied, NotFound
from kalip.records import get_record
from kalip.workflow.packtests.stepping import Outcome
from kalip.workflow.packtests.world import SYSTEM_NAME, CaseWorld, Data

STATE = ("stage", "pipeline", "version")


def differences(world: CaseWorld, outcome: Outcome, then: Data) -> Iterator[str]:
    """What is not as the case says it should be."""
    yield from _refusal(outcome, then)
    yield from _violations(outcome, then)
    yield from _record(world, outcome, then)
    yield from _rows(world, outcome, then)
    yield from _preview(outcome, then)


def _refusal(outcome: Outcome, then: Data) -> Iterator[str]:
    error = outcome.error
    expected = bool(then.get("refused") or then.get("denied"))
    if error is not None and not expected:
        yield f"refused: {error.message}{_listed(outcome)}"
    if error is None and expected:
        yield "it was not refused"
    if then.get("denied") and error is not None and not isinstance(error, (AccessDenied, NotFound)):
        yield f"refused for another reason: {error.message}{_listed(outcome)}"
    wanted = then.get("message")
    if wanted is not None and error is not None and str(wanted) not in _said(outcome):
        yield f"the message is '{_said(outcome)}', without '{wanted}'"


def _violations(outcome: Outcome, then: Data) -> Iterator[str]:
    expected = cast("Mapping[str, str]", then.get("violations", {}))
    found = {(fault.pointer, fault.code) for fault in outcome.violations}
    for pair in expected.items():
        if pair not in found:
            yield f"no violation {pair[1]} at '{pair[0]}'{_listed(outcome)}"
    if then.get("exactly"):
        for pointer, code in sorted(found - set(expected.items())):
            yield f"unexpected violation {code} at '{pointer}'"


def _record(world: CaseWorld, outcome: Outcome, then: Data) -> Iterator[str]:
    values = cast("Data", then.get("values", {}))
    wanted = {**values, **{name: then[name] for name in STATE if name in then}}
    if not wanted:
        return
    place = world.record(then["record"]) if "record" in then else outcome.record
    if place is None:
        yield "there is no record whose values could be looked at"
        return
    row = get_record(world.as_actor(SYSTEM_NAME), *place, fields=tuple(wanted))
    for path, value in wanted.items():
        expected = world.resolved(value)
        if not same(row.get(path), expected):
            yield f"{path} is {row.get(path)!r}, not {expected!r}"


def _rows(world: CaseWorld, outcome: Outcome, then: Data) -> Iterator[str]:
    asked = [name for name in ("count", "records", "contains", "lacks") if name in then]
    if not asked:
        return
    if outcome.rows is None:
        yield "the step gave no rows"
        return
    found = [world.key_of(each) for each in outcome.rows]
    if "count" in then and len(found) != then["count"]:
        yield f"{len(found)} records, not {then['count']}: {', '.join(found)}"
    for name in asked:
        keys = then[name]
        if isinstance(keys, list):
            for key in keys:
                world.record(key)
            yield from _compared(name, found, keys)


def _compared(name: str, found: list[str], keys: list[str]) -> Iterator[str]:
    missing = [key for key in keys if key not in found]
    extra = [key for key in found if key not in keys]
    if name in ("records", "contains") and missing:
        yield f"not given: {', '.join(missing)}"
    if name == "records" and extra:
        yield f"given too: {', '.join(extra)}"
    if name == "lacks" and (there := [key for key in keys if key in found]):
        yield f"given all the same: {', '.join(there)}"


def _preview(outcome: Outcome, then: Data) -> Iterator[str]:
    pairs = (("visible", "hidden"), ("required", "optional"), ("readonly", "editable"))
    if not any(name in then for pair in pairs for name in pair):
        return
    preview = outcome.preview
    if preview is None:
        yield "the step showed no form"
        return
    for (name, opposite), held in zip(pairs, (preview.visible, preview.required, preview.readonly), strict=True):
        yield from (f"{each} is not {name}" for each in _names(then, name) if each not in held)
        yield from (f"{each} is not {opposite}" for each in _names(then, opposite) if each in held)


def same(found: object, expected: object) -> bool:
    """Whether two JSON values mean the same: `"12.5"` is `"12.50"`, a tuple is a list."""
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    if isinstance(found, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if found == expected:
        return type(found) is type(expected) or (not isinstance(found, bool) and not isinstance(expected, bool))
    return _decimal(found) is not None and _decimal(found) == _decimal(expected)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _names(then: Data, name: str) -> Collection[str]:
    return cast("list[str]", then.get(name, []))


def _said(outcome: Outcome) -> str:
    message = outcome.error.message if outcome.error is not None else ""
    return " ".join((message, *(fault.message for fault in outcome.violations)))


def _listed(outcome: Outcome) -> str:
    faults = ", ".join(f"{fault.pointer or '/'} {fault.code} ({fault.message})" for fault in outcome.violations)
    return f" [{faults}]" if faults else ""
