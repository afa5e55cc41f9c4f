"""Makes fields: first what they are and point to, then their expressions and defaults."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.drafts import RESERVED_FIELDS
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import check_former_names
from kalip.expressions import BOOLEAN, Expression
from kalip.fields import FieldFault
from kalip.model import ChoiceList, Field

_COMMON: Final = frozenset(
    {
        "type", "label", "help", "placeholder", "unit", "required", "required_when", "visible_when", "readonly",
        "readonly_when", "default", "default_expression", "backfill", "unconverted",
        "unconverted_into", "unique", "indexed", "audit_reads", "personal", "was",
    }
)  # fmt: skip
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_CONDITIONS = ("required_when", "visible_when", "readonly_when")


def make_fields(bench: Bench, draft: Draft) -> None:
    """Make the entity's fields without their expressions."""
    spot = draft.spot.at("fields")
    documents: Mapping[str, Any] = draft.data["fields"]
    for name, data in documents.items():
        if name in RESERVED_FIELDS:
            hint = "Kalip gives it to every entity" if name in draft.system else "choose another name"
            bench.desk.report(codes.RESERVED_NAME, spot.at(name), f"a field can't be called '{name}'", hint)
            bench.desk.doubt(name)
            continue
        draft.fields[name] = _field(bench, draft, name, data)
    for name, data in documents.items():
        former = data.get("was")
        if former:
            # A name that another field has by now is nobody's earlier one; tables made before the renaming know better.
            check_former_names(bench, former, {name, *draft.system, *draft.old_fields}, spot.at(name, "was"))
            draft.old_fields |= {old: name for old in former if old not in documents}


def finish_fields(bench: Bench, draft: Draft) -> None:
    """Check every field's options and compile what it says in expressions."""
    documents: Mapping[str, Any] = draft.data["fields"]
    spot = draft.spot.at("fields")
    for name in draft.fields:
        field = bench.settle(bench, draft.name, draft.fields[name])
        data = documents[name]
        here = spot.at(name)
        type_ = bench.types[field.type]
        faults = bench.ask(draft.name, field, partial(type_.check_options, field))
        for pointer, message, hint in faults or ():
            bench.desk.report(codes.BAD_OPTION, Spot(here.document, here.pointer + pointer), message, hint)
        field = _with_conditions(bench, draft, field, data, here)
        field = _with_default(bench, draft, field, data, here)
        draft.fields[name] = _with_unconverted(bench, draft, _with_backfill(bench, draft, field, data, here), here)


def choice_options(choices: ChoiceList) -> Mapping[str, Any]:
    """What a field type must know of a choice list."""
    return {
        "values": tuple(value for value, choice in choices.choices.items() if not choice.retired),
        "retired": tuple(value for value, choice in choices.choices.items() if choice.retired),
        "labels": MappingProxyType({value: choice.label for value, choice in choices.choices.items()}),
        "former": MappingProxyType({old: value for value, choice in choices.choices.items() for old in choice.was}),
    }


def _field(bench: Bench, draft: Draft, name: str, data: Mapping[str, Any]) -> Field:
    spot = draft.spot.at("fields", name)
    options: Mapping[str, Any] = {key: value for key, value in data.items() if key not in _COMMON}
    target: str | None = None
    targets: tuple[str, ...] = ()
    choices: str | None = None
    if options:
        said = options.get("to", options.get("of") if data["type"] == "children" else None)
        if isinstance(said, str):
            target = bench.entity_named(said, spot.at("to" if "to" in options else "of"))
            if target is None:
                bench.desk.doubt(name)
        elif isinstance(said, dict):
            found = (bench.entity_named(each, spot.at("to", each)) for each in said)
            targets = tuple(each for each in found if each is not None)
        choices = _choices(bench, options, spot)
        if choices is not None:
            options = {**options, **choice_options(bench.choices[choices])}
    origin = draft.document.origin(spot.pointer)
    return Field(
        name=name,
        type=data["type"],
        label=label_of(data, name),
        help=text_of(data, "help"),
        placeholder=text_of(data, "placeholder"),
        unit=text_of(data, "unit"),
        required=data.get("required", False),
        readonly=data.get("readonly", False) or bench.types[data["type"]].readonly,
        unconverted=data.get("unconverted", "empty"),
        unconverted_into=data.get("unconverted_into", ""),
        unique=data.get("unique", False),
        indexed=data.get("indexed", False),
        audit_reads=data.get("audit_reads", False),
        default=data.get("default"),
        target=target,
        targets=targets,
        via=options.get("via"),
        on_delete=options.get("on_delete", "restrict"),
        choices=choices,
        options=MappingProxyType(dict(options)) if options else _NOTHING,
        was=tuple(data.get("was", ())),
        origin=origin,
    )


def _choices(bench: Bench, options: Mapping[str, Any], spot: Spot) -> str | None:
    said = options.get("choices")
    if not isinstance(said, str):
        return None
    name = said.rpartition("/")[2]
    if name not in bench.choices:
        bench.desk.unknown(codes.UNKNOWN_CHOICES, spot.at("choices"), "choice list", said, list(bench.choices))
        return None
    bench.desk.use(spot.at("choices"), f"choices:{name}")
    return name


def _with_conditions(bench: Bench, draft: Draft, field: Field, data: Mapping[str, Any], spot: Spot) -> Field:
    conditions: dict[str, Expression | None] = {
        key: compile_formula(bench, draft.name, data[key], spot.at(key), Wanted(BOOLEAN, old=True))
        for key in _CONDITIONS
        if key in data
    }
    if conditions:
        field = replace(field, **conditions)  # type: ignore[arg-type]  # names of expressions only
    source = field.options.get("filter")
    if isinstance(source, str) and field.target is not None:
        condition = compile_formula(bench, field.target, source, spot.at("filter"), Wanted(BOOLEAN, sql=True))
        options = {key: value for key, value in field.options.items() if key != "filter"}
        if condition is not None:
            options["filter"] = condition
        field = replace(field, options=MappingProxyType(options))
    if field.required and "required_when" in data:
        message = "'required' is always true, so 'required_when' says nothing"
        bench.desk.report(codes.UNUSED, spot.at("required_when"), message, "remove one of them", "warning")
    return field


def _with_default(bench: Bench, draft: Draft, field: Field, data: Mapping[str, Any], spot: Spot) -> Field:
    type_ = bench.types[field.type]
    for key in ("default", "default_expression", "backfill", "required", "unique"):
        if key in data and data[key] is not False and (not type_.stored or type_.readonly):
            if key == "required" and type_.stored is False and field.type in ("children", "references"):
                continue
            if key == "unique" and type_.stored:
                continue
            message = f"a field of the type '{field.type}' takes no '{key}'"
            bench.desk.report(codes.BAD_OPTION, spot.at(key), message, "remove the key")
    if field.default is not None and type_.stored:
        bench.ask(draft.name, field, partial(_check_default, bench, field, spot.at("default")))
    source = data.get("default_expression")
    if source is None:
        return field
    if field.default is not None:
        message = "a field has either 'default' or 'default_expression'"
        bench.desk.report(codes.CONTRADICTION, spot.at("default_expression"), message, "remove one of them")
    if not type_.stored:
        return field
    wanted = settable_type(bench, draft, field)
    if wanted is None:
        message = f"an expression can't give a whole value of the type '{field.type}'"
        bench.desk.report(codes.BAD_DEFAULT, spot.at("default_expression"), message, "use 'default'")
        return field
    wanted = replace(wanted, old=False)
    expression = compile_formula(bench, draft.name, source, spot.at("default_expression"), wanted)
    return replace(field, default_expression=expression)


def _with_backfill(bench: Bench, draft: Draft, field: Field, data: Mapping[str, Any], spot: Spot) -> Field:
    source, here = data.get("backfill"), spot.at("backfill")
    if source is None or not bench.types[field.type].stored:
        return field
    wanted = settable_type(bench, draft, field)
    if wanted is None:
        message = f"an expression can't give a whole value of the type '{field.type}'"
        bench.desk.report(codes.BAD_DEFAULT, here, message, "fill the records by an import")
        return field
    expression = compile_formula(bench, draft.name, source, here, replace(wanted, old=False))
    if expression is None:
        return field
    if expression.element_paths:
        message = "a back-fill can't read records that point to this one"
        bench.desk.report(codes.UNFIT_FIELD, here, message, "read fields of the record, or of those it refers to")
    if field.name in {path.partition(".")[0] for path in expression.paths}:
        message = f"'{field.name}' is empty where it is filled, so that its back-fill can't read it"
        bench.desk.report(codes.CIRCLE, here, message, "read other fields")
    return replace(field, backfill=expression)


def _with_unconverted(bench: Bench, draft: Draft, field: Field, spot: Spot) -> Field:
    if not field.unconverted_into:
        return field
    here = spot.at("unconverted_into")
    if field.unconverted == "refuse":
        message = "values that don't convert are refused, so that none is left to be kept"
        bench.desk.report(codes.CONTRADICTION, here, message, "remove 'unconverted' or 'unconverted_into'")
    found = bench.field_named(draft, field.unconverted_into, here)
    if found is None:
        return replace(field, unconverted_into="")
    if found.name == field.name or found.type not in ("text", "long_text"):
        message = f"'{found.name}' can't take values that don't convert"
        bench.desk.report(codes.UNFIT_FIELD, here, message, "name another field of the type 'long_text' or 'text'")
    return replace(field, unconverted_into=found.name)


def settable_type(bench: Bench, draft: Draft, field: Field) -> Wanted | None:
    """What an expression that sets a field must give; None when none can."""
    type_ = bench.types[field.type]
    types = bench.part_types(draft.name, field)
    known = set(type_.options) | {""}
    if not type_.stored or not set(types) <= known:
        return None
    return Wanted(types[""], old=True)


def _check_default(bench: Bench, field: Field, spot: Spot) -> None:
    for message in value_faults(bench, field, field.default):
        bench.desk.report(codes.BAD_DEFAULT, spot, message, f"write a value of the type '{field.type}' as in REST")


def value_faults(bench: Bench, field: Field, raw: Any) -> list[str]:
    """What a field's type finds wrong with a raw value."""
    type_ = bench.types[field.type]
    try:
        value = type_.parse(field, raw)
    except FieldFault as fault:
        return [fault.message.rstrip(".")]
    return [fault.message.rstrip(".") for fault in type_.validate(field, value)]
