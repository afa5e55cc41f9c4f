"""Settles fields whose type follows from others: computed fields, rollups, lines."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft, Reached
from kalip.compiler.desk import Spot
from kalip.compiler.fields import choice_options
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.expressions import BOOLEAN, DECIMAL, INTEGER, Type
from kalip.expressions.types import unify
from kalip.fields.types.computed import ComputedType
from kalip.model import Field

_SUMMED: Final = frozenset({"integer", "decimal", "duration"})
_AVERAGED: Final = frozenset({"integer", "decimal"})
_COMPARED: Final = frozenset({"integer", "decimal", "text", "date", "datetime", "time", "duration"})
_MONEY_SCALE: Final = 2


class Settler:
    """Settles each field once; fields that wait for each other are reported."""

    def __init__(self) -> None:
        self._settled: set[tuple[str, str]] = set()
        self._open: list[tuple[str, str]] = []

    def __call__(self, bench: Bench, entity: str, field: Field) -> Field:
        """The finished field; it replaces the unfinished one in its draft."""
        key = (entity, field.name)
        draft = bench.drafts[entity]
        if field.system or field.type not in ("computed", "rollup", "children"):
            return field
        if key in self._settled:
            return draft.fields[field.name]
        spot = draft.spot.at("fields", field.name)
        if key in self._open:
            self._report_circle(bench, spot, key)
            return field
        self._open.append(key)
        try:
            settled = _SETTLERS[field.type](bench, draft, _with_sound_result(bench, field, spot), spot)
        finally:
            self._open.pop()
        self._settled.add(key)
        draft.fields[field.name] = settled
        return settled

    def _report_circle(self, bench: Bench, spot: Spot, key: tuple[str, str]) -> None:
        circle = [*self._open[self._open.index(key) :], key]
        bench.desk.doubt(*(name for _, name in circle))
        names = " → ".join(f"{entity}.{name}" for entity, name in circle)
        message = f"computed fields depend on each other in a circle: {names}"
        bench.desk.report(codes.CIRCLE, spot, message, "let one of them depend on stored fields only")


def _with_sound_result(bench: Bench, field: Field, spot: Spot) -> Field:
    """The field without a result that no field type can show, which is reported."""
    said = field.options.get("result")
    if said is None:
        return field
    name = said["type"] if isinstance(said, Mapping) else said
    if name not in bench.types:
        at = spot.at("result", "type") if isinstance(said, Mapping) else spot.at("result")
        bench.desk.unknown(codes.BAD_OPTION, at, "field type", name, list(bench.types))
    else:
        given = {key: each for key, each in said.items() if key != "type"} if isinstance(said, Mapping) else {}
        problems = bench.option_faults(name, given)
        for problem in problems:
            place = Spot(spot.document, f"{spot.pointer}/result{problem.pointer}")
            bench.desk.report(codes.BAD_OPTION, place, problem.message, problem.hint)
        if not problems:
            return _with_choices(bench, field, given.get("choices"), spot)
    return replace(
        field, options=MappingProxyType({key: field.options[key] for key in field.options if key != "result"})
    )


def _with_choices(bench: Bench, field: Field, said: object, spot: Spot) -> Field:
    """The field with the values of the choice list in which its result is shown."""
    if not isinstance(said, str):
        return field
    name = said.rpartition("/")[2]
    if name not in bench.choices:
        at = spot.at("result", "choices")
        bench.desk.unknown(codes.UNKNOWN_CHOICES, at, "choice list", said, list(bench.choices))
        return field
    options = {**field.options, **choice_options(bench.choices[name])}
    return replace(field, choices=name, options=MappingProxyType(options))


def _settle_computed(bench: Bench, draft: Draft, field: Field, spot: Spot) -> Field:
    source = field.options["expression"]
    expression = compile_formula(bench, draft.name, source, spot.at("expression"), Wanted(sql=True))
    if expression is None:
        bench.desk.doubt(field.name)
        return field
    settled = replace(field, computed=expression, target=expression.type.entity or field.target)
    if expression.type.kind == "list":
        message = "a computed field gives one value, this is a list"
        bench.desk.report(codes.UNFIT_FIELD, spot.at("expression"), message, "write size(…), sum(…) or join(…)")
    return settled


def _settle_rollup(bench: Bench, draft: Draft, field: Field, spot: Spot) -> Field:
    options = dict(field.options)
    lines = draft.attribute(draft.old_fields.get(options["of"], options["of"]))
    if lines is None:
        lines = bench.field_named(draft, options["of"], spot.at("of"))
    if lines is None or lines.target is None:
        if lines is not None and lines.type != "children":
            _report_lines(bench, draft, lines, spot)
        bench.desk.doubt(field.name)
        return field
    if lines.type not in ("children", "references"):
        _report_lines(bench, draft, lines, spot)
        return field
    bench.desk.use(spot.at("of"), f"field:{draft.name}.{lines.name}")
    options["of"] = lines.name
    child = bench.drafts[lines.target]
    if "where" in options:
        wanted = Wanted(BOOLEAN, sql=True)
        where = compile_formula(bench, child.name, options.pop("where"), spot.at("where"), wanted)
        if where is not None:
            options["where"] = where
    return _with_result(bench, child, field, options, spot)


def _report_lines(bench: Bench, draft: Draft, lines: Field, spot: Spot) -> None:
    known = [each.name for each in draft.fields.values() if each.type == "children"]
    hint = f"children fields are {', '.join(known)}" if known else "add a field of the type 'children'"
    bench.desk.report(codes.BAD_ROLLUP, spot.at("of"), f"'{lines.name}' holds no lines", hint)


def _with_result(bench: Bench, child: Draft, field: Field, options: dict[str, Any], spot: Spot) -> Field:
    function = options["function"]
    if function == "count":
        _check_result(bench, field, INTEGER, spot)
        options.setdefault("result", "integer")
        return replace(field, options=MappingProxyType(options))
    if "field" not in options:
        message = f"'{function}' needs the field of the lines that it is made of"
        bench.desk.report(codes.BAD_ROLLUP, spot, message, f"add \"field\", a field of '{child.name}'")
        return field
    reached = bench.path_named(child, options["field"], spot.at("field"))
    if reached is None:
        return field
    allowed = {"sum": _SUMMED, "avg": _AVERAGED, "min": _COMPARED, "max": _COMPARED}.get(function)
    if allowed is not None and reached.type.kind not in allowed:
        message = f"'{function}' can't be made of '{reached.path}', which is {reached.type.name}"
        bench.desk.report(codes.BAD_ROLLUP, spot.at("field"), message, f"it takes {', '.join(sorted(allowed))}")
        return field
    if reached.type.element is not None:
        message = f"'{function}' can't be made of '{reached.path}', which is a list"
        bench.desk.report(codes.BAD_ROLLUP, spot.at("field"), message, "choose a field of one value")
        return field
    options["field"] = reached.path
    _check_result(bench, field, DECIMAL if function == "avg" else reached.type, spot)
    options.setdefault("result", _result_of(bench, reached, function))
    source = reached.field
    if source.choices is not None and function != "avg":
        options |= choice_options(bench.choices[source.choices])
        field = replace(field, choices=source.choices)
    return replace(field, options=MappingProxyType(options), target=reached.type.entity)


def _check_result(bench: Bench, field: Field, given: Type, spot: Spot) -> None:
    """Look whether the result that is asked for can show the figure; unknown types are told with the options."""
    said = field.options.get("result")
    name = said.get("type") if isinstance(said, Mapping) else said
    if not isinstance(name, str) or name not in bench.types or isinstance(bench.types[name], ComputedType):
        return
    wanted = bench.types[name].parts(replace(field, type=name))[0].type
    if unify(wanted, given) is None or (wanted.kind == "integer" and given.kind == "decimal"):
        message = f"the figure is {given.name}, '{name}' shows {wanted.name}"
        bench.desk.report(codes.BAD_OPTION, spot.at("result"), message, "leave 'result' out, or change it")


def _result_of(bench: Bench, reached: Reached, function: str) -> Mapping[str, Any] | str:
    """The field type in which a figure over a field is shown: the field's own where it fits."""
    kind = reached.type.kind
    if function == "avg":
        return {"type": "decimal", "scale": _MONEY_SCALE if reached.field.type == "money" else 6}
    type_, inner = bench.types[reached.field.type], reached.field
    if isinstance(type_, ComputedType):
        type_, inner = type_.result(bench.drafts[reached.entity].fields[reached.field.name])
    if inner.type == "money" and kind == "decimal":
        return {"type": "decimal", "scale": inner.options.get("scale", _MONEY_SCALE)}
    whole = "." not in reached.path or reached.path.endswith(reached.field.name)
    if whole and len(type_.parts(inner)) == 1 and type_.stored:
        return {"type": type_.name, **{key: inner.options[key] for key in type_.options if key in inner.options}}
    return {"text": "text", "record": "text"}.get(kind, kind)


def _settle_children(bench: Bench, draft: Draft, field: Field, spot: Spot) -> Field:
    if field.target is None:
        return field
    child = bench.drafts[field.target]
    owner = child.data.get("owned_by")
    if owner is None:
        message = f"'{child.name}' does not say which field leads to its '{draft.name}'"
        hint = f'write "owned_by" in entities/{child.name}/entity.json'
        bench.desk.report(codes.BAD_CHILDREN, spot.at("of"), message, hint)
        return field
    via = field.via or owner
    if child.old_fields.get(via, via) != child.old_fields.get(owner, owner):
        message = f"the lines are owned by '{owner}', not by '{via}'"
        bench.desk.report(codes.BAD_CHILDREN, spot.at("via"), message, "leave 'via' out")
    back = bench.field_named(child, owner, spot.at("via" if field.via else "of"))
    if back is not None and back.target != draft.name:
        message = f"'{child.name}.{back.name}' does not lead to '{draft.name}'"
        bench.desk.report(codes.BAD_CHILDREN, spot.at("of"), message, "choose the entity that is owned by this one")
    return replace(field, via=back.name if back is not None else owner)


_SETTLERS: Mapping[str, Callable[[Bench, Draft, Field, Spot], Field]] = {
    "computed": _settle_computed,
    "rollup": _settle_rollup,
    "children": _settle_children,
}
