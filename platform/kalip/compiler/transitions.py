"""Makes transitions: where they lead from and to, guards, what they ask, and effects."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.setting import Setting
from kalip.compiler.stages import fillable_fields, roles_in
from kalip.expressions import BOOLEAN
from kalip.metadata import MergedDocument, options_schema, value_faults
from kalip.model import Effect, Reason, Stage, Transition


def transitions_of(
    bench: Bench, draft: Draft, document: MergedDocument, stages: Mapping[str, Stage]
) -> Mapping[str, Transition]:
    """The transitions of a pipeline by name, in order."""
    made: dict[str, Transition] = {}
    for name, data in document.data.get("transitions", {}).items():
        found = _transition(bench, draft, stages, Spot(document).at("transitions", name), data)
        if found is not None:
            made[name] = found
    return MappingProxyType(made)


def stage_named(bench: Bench, stages: Mapping[str, Stage], name: str, spot: Spot) -> str | None:
    """A stage's present name; None is reported."""
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


def _transition(
    bench: Bench, draft: Draft, stages: Mapping[str, Stage], spot: Spot, data: Mapping[str, Any]
) -> Transition | None:
    name = spot.pointer.rpartition("/")[2]
    target = stage_named(bench, stages, data["to"], spot.at("to"))
    sources = [stage_named(bench, stages, each, spot.at("from", each)) for each in data.get("from", ())]
    if sources and all(each == target for each in sources) and target is not None:
        message = f"the move leads from '{target}' to itself"
        bench.desk.report(codes.BAD_TRANSITION, spot.at("to"), message, "name another stage in 'from' or 'to'")
    guard = None
    if "guard" in data:
        guard = compile_formula(bench, draft.name, data["guard"], spot.at("guard"), Wanted(BOOLEAN, old=True))
    elif "guard_message" in data:
        message = "there is no guard that would refuse with this message"
        bench.desk.report(codes.UNUSED, spot.at("guard_message"), message, "add 'guard', or remove it", "warning")
    reason = _reason(bench, draft, data, spot.at("reason"))
    ask = fillable_fields(bench, draft, data.get("ask", {}), spot.at("ask"))
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
        roles_in(bench, data, spot),
        tuple(dict.fromkeys((*((reason.field,) if reason else ()), *ask))),
        text_of(data, "confirm"),
        tuple(each for each in effects if each is not None),
        demands=tuple(_demands(draft, data, ask, reason)),
        reason=reason,
    )


def _demands(draft: Draft, data: Mapping[str, Any], ask: tuple[str, ...], reason: Reason | None) -> Iterator[str]:
    if reason is not None:
        yield reason.field
    for said, how in data.get("ask", {}).items():
        name = draft.old_fields.get(said, said)
        if how.get("required") and name in ask and (reason is None or name != reason.field):
            yield name


def _reason(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Reason | None:
    said = data.get("reason")
    if said is None:
        return None
    names = fillable_fields(bench, draft, {said["field"]: {}}, spot.at("field"))
    field = draft.attribute(names[0]) if names else None
    if field is None:
        return None
    if field.type != "choice" or field.choices is None:
        message = f"'{field.name}' is no choice, so that no reasons can be listed"
        bench.desk.report(codes.UNFIT_FIELD, spot.at("field"), message, "name a field of the type 'choice'")
        return None
    known = bench.choices[field.choices].choices
    for value in said.get("choices", ()):
        if value in known:
            bench.desk.use(spot.at("choices", value), f"choice:{field.choices}.{value}")
        else:
            here, what = spot.at("choices", value), f"choice of '{field.choices}'"
            bench.desk.unknown(codes.UNKNOWN_CHOICE, here, what, value, list(known))
    return Reason(field.name, tuple(each for each in said.get("choices", ()) if each in known))


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
    settings = Setting(bench, draft, draft, Wanted(old=True)).values(data["set"], spot.at("set"))
    return Effect(settings) if settings else None


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
