"""Makes pipelines: stages, transitions, guards and effects."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.fields import settable_type
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import check_former_names, role_named
from kalip.expressions import BOOLEAN, Expression
from kalip.metadata import MergedDocument, options_schema, value_faults
from kalip.model import Effect, Outcome, Pipeline, Stage, Transition

_READONLY_KINDS = frozenset({"computed", "rollup", "autonumber"})


def pipelines_of(bench: Bench, draft: Draft) -> Mapping[str, Pipeline]:
    """The pipelines of an entity by name."""
    pipelines = {name: _pipeline(bench, draft, document) for name, document in draft.pipelines.items()}
    for name, pipeline in pipelines.items():
        check_former_names(bench, pipeline.was, pipelines, Spot(draft.pipelines[name]).at("was"))
    defaults = [name for name, pipeline in pipelines.items() if pipeline.default]
    for name in defaults[1:]:
        message = f"'{defaults[0]}' is the default pipeline already"
        spot = Spot(draft.pipelines[name]).at("default")
        bench.desk.report(codes.CONTRADICTION, spot, message, "let one pipeline be the default")
    return MappingProxyType(pipelines)


def _pipeline(bench: Bench, draft: Draft, document: MergedDocument) -> Pipeline:
    name, spot = document.names[1], Spot(document)
    stages = {
        stage: _stage(bench, draft, stage, data, spot.at("stages", stage))
        for stage, data in document.data["stages"].items()
    }
    for stage in stages.values():
        check_former_names(bench, stage.was, stages, spot.at("stages", stage.name, "was"))
    transitions: dict[str, Transition] = {}
    for move, data in document.data.get("transitions", {}).items():
        transition = _transition(bench, draft, stages, Spot(document).at("transitions", move), data)
        if transition is not None:
            transitions[move] = transition
    default = document.data.get("default", False)
    return Pipeline(
        name,
        draft.name,
        label_of(document.data, name),
        MappingProxyType(stages),
        MappingProxyType(transitions),
        default=default,
        was=tuple(document.data.get("was", ())),
    )


def _stage(bench: Bench, draft: Draft, name: str, data: Mapping[str, Any], spot: Spot) -> Stage:
    return Stage(
        name,
        label_of(data, name),
        Outcome(data.get("outcome", "open")),
        data.get("colour", ""),
        data.get("probability"),
        _fields(bench, draft, data.get("required", {}), spot.at("required")),
        data.get("limit"),
        data.get("ageing_days"),
        tuple(data.get("was", ())),
    )


def _fields(bench: Bench, draft: Draft, names: Mapping[str, Any], spot: Spot) -> tuple[str, ...]:
    """Fields that people fill in; what can't be filled in is reported."""
    found = []
    for name in names:
        field = bench.field_named(draft, name, spot.at(name))
        if field is None:
            continue
        if (field.system and field.readonly) or field.type in _READONLY_KINDS:
            message = f"nobody can fill in '{field.name}'"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, "name a field that people can change")
        else:
            found.append(field.name)
    return tuple(found)


def _transition(
    bench: Bench, draft: Draft, stages: Mapping[str, Stage], spot: Spot, data: Mapping[str, Any]
) -> Transition | None:
    name = spot.pointer.rpartition("/")[2]
    target = _stage_named(bench, stages, data["to"], spot.at("to"))
    sources = [_stage_named(bench, stages, each, spot.at("from", each)) for each in data.get("from", ())]
    if sources and all(each == target for each in sources) and target is not None:
        message = f"the move leads from '{target}' to itself"
        bench.desk.report(codes.BAD_TRANSITION, spot.at("to"), message, "name another stage in 'from' or 'to'")
    roles = [role_named(bench, each, spot.at("roles", each)) for each in data.get("roles", ())]
    guard = None
    if "guard" in data:
        guard = compile_formula(bench, draft.name, data["guard"], spot.at("guard"), Wanted(BOOLEAN, old=True))
    elif "guard_message" in data:
        message = "there is no guard that would refuse with this message"
        bench.desk.report(codes.UNUSED, spot.at("guard_message"), message, "add 'guard', or remove it", "warning")
    ask = _fields(bench, draft, data.get("ask", {}), spot.at("ask"))
    effects = [
        _effect(bench, draft, effect, spot.at("effects", key)) for key, effect in data.get("effects", {}).items()
    ]
    if target is None:
        return None
    return Transition(
        name,
        label_of(data, name),
        target,
        tuple(each for each in sources if each is not None),
        guard,
        text_of(data, "guard_message"),
        tuple(each for each in roles if each is not None),
        ask,
        text_of(data, "confirm"),
        tuple(each for each in effects if each is not None),
    )


def _stage_named(bench: Bench, stages: Mapping[str, Stage], name: str, spot: Spot) -> str | None:
    if name not in stages:
        present = next((stage.name for stage in stages.values() if name in stage.was), None)
        if present is None:
            bench.desk.unknown(codes.UNKNOWN_STAGE, spot, "stage", name, list(stages))
            return None
        bench.desk.old(spot, name, present)
        name = present
    _, entity, _, pipeline = spot.document.address.split("/")
    bench.desk.use(spot, f"stage:{entity}.{pipeline}.{name}")
    return name


def _effect(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Effect | None:
    if ("set" in data) == ("action" in data):
        message = "an effect either sets fields or runs an action"
        bench.desk.report(
            codes.BAD_EFFECT, spot, message, "write one of 'set' and 'action'; two things are two effects"
        )
        return None
    if "action" in data:
        return _action(bench, data, spot)
    if "arguments" in data:
        bench.desk.report(codes.BAD_EFFECT, spot.at("arguments"), "only actions take arguments", "remove the key")
    settings: dict[str, Expression] = {}
    for name, source in data["set"].items():
        found = _setting(bench, draft, name, source, spot.at("set", name))
        if found is not None:
            settings[found[0]] = found[1]
    return Effect(MappingProxyType(settings)) if settings else None


def _setting(bench: Bench, draft: Draft, name: str, source: str, spot: Spot) -> tuple[str, Expression] | None:
    field = bench.field_named(draft, name, spot)
    if field is None:
        return None
    wanted = settable_type(bench, draft, field)
    if (field.system and field.readonly) or field.type in _READONLY_KINDS or wanted is None:
        bench.desk.report(codes.BAD_EFFECT, spot, f"'{name}' can't be set by an expression", "set another field")
        return None
    expression = compile_formula(bench, draft.name, source, spot, wanted)
    if expression is None:
        return None
    if field.choices is not None:
        _check_choice(bench, field.choices, expression, spot)
    return field.name, expression


def _check_choice(bench: Bench, choices: str, expression: Expression, spot: Spot) -> None:
    """Look whether a value that is set as it stands is one of the choices."""
    value = getattr(expression.tree, "value", None)
    if not isinstance(value, str):
        return
    list_ = bench.choices[choices]
    if value in list_.choices:
        bench.desk.use(spot, f"choice:{choices}.{value}")
    else:
        bench.desk.unknown(codes.UNKNOWN_CHOICE, spot, f"choice of '{choices}'", value, list(list_.choices))


def _action(bench: Bench, data: Mapping[str, Any], spot: Spot) -> Effect | None:
    name = data["action"]
    action = bench.actions.get(name)
    if action is None:
        bench.desk.unknown(codes.UNKNOWN_ACTION, spot.at("action"), "action", name, list(bench.actions))
        return None
    arguments = data.get("arguments", {})
    schema = options_schema(action.parameters, action.required)
    for problem in value_faults(schema, arguments):
        pointer = spot.pointer + ("/arguments" if "arguments" in data else "") + problem.pointer
        bench.desk.report(codes.BAD_ARGUMENTS, Spot(spot.document, pointer), problem.message, problem.hint)
    return Effect(MappingProxyType({}), name, MappingProxyType(dict(arguments)))
