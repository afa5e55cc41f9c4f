"""Makes stages: what is demanded, shown and done in each, who answers for it, and where tunnels lead."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.calendars import calendar_named, span_of
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import role_named
from kalip.compiler.setting import UNSETTABLE
from kalip.compiler.tunnels import tunnels_of
from kalip.expressions import BOOLEAN
from kalip.metadata import MergedDocument
from kalip.model import Condition, Outcome, Queue, Stage, StepPlan, TimeLimit

_OWNER = "owner"


def stages_of(bench: Bench, draft: Draft, document: MergedDocument) -> Mapping[str, Stage]:
    """The stages of a pipeline by name, in order."""
    spot, said = Spot(document), document.data["stages"]
    elsewhere = {name for data in said.values() for name in data.get("visible", {})}
    return MappingProxyType(
        {
            name: _stage(bench, draft, name, data, spot.at("stages", name), elsewhere - set(data.get("visible", {})))
            for name, data in said.items()
        }
    )


def fillable_fields(bench: Bench, draft: Draft, names: Iterable[str], spot: Spot) -> tuple[str, ...]:
    """Fields that people fill in; what can't be filled in is reported."""
    found = []
    for name in names:
        field = bench.field_named(draft, name, spot.at(name))
        if field is None:
            continue
        if (field.system and field.readonly) or field.type in UNSETTABLE:
            message = f"nobody can fill in '{field.name}'"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, "name a field that people can change")
        else:
            found.append(field.name)
    return tuple(found)


def roles_in(bench: Bench, data: Mapping[str, Any], spot: Spot, key: str = "roles") -> tuple[str, ...]:
    """The roles that a key names."""
    found = [role_named(bench, each, spot.at(key, each)) for each in data.get(key, ())]
    return tuple(each for each in found if each is not None)


def _stage(  # noqa: PLR0913, PLR0917 one stage's facts, passed once
    bench: Bench, draft: Draft, name: str, data: Mapping[str, Any], spot: Spot, elsewhere: set[str]
) -> Stage:
    required = fillable_fields(bench, draft, data.get("required", {}), spot.at("required"))
    hidden = _shown_fields(bench, draft, data, "hidden", spot)
    _shown_fields(bench, draft, data, "visible", spot)
    hidden |= {
        draft.old_fields.get(each, each) for each in elsewhere if draft.attribute(draft.old_fields.get(each, each))
    }
    readonly = _shown_fields(bench, draft, data, "readonly", spot)
    for each in sorted(hidden.intersection(required)):
        message = f"'{each}' is required here, though nobody sees it"
        bench.desk.report(codes.CONTRADICTION, spot.at("required", each), message, "show it here, or don't require it")
    return Stage(
        name=name,
        label=label_of(data, name),
        outcome=Outcome(data.get("outcome", "open")),
        colour=data.get("colour", ""),
        probability=data.get("probability"),
        required=required,
        limit=data.get("limit"),
        ageing_days=data.get("ageing_days"),
        was=tuple(data.get("was", ())),
        hidden=frozenset(hidden),
        readonly=frozenset(readonly),
        time_limit=_time_limit(bench, data, spot.at("time_limit")),
        entry=_conditions(bench, draft, data, "entry", spot),
        exit=_conditions(bench, draft, data, "exit", spot),
        queue=_queue(bench, draft, data, spot.at("responsible")),
        steps=_steps(bench, draft, data.get("steps", {}), spot.at("steps")),
        added_steps=data.get("added_steps", False),
        tunnels=tunnels_of(bench, draft, data.get("tunnels", {}), spot.at("tunnels")),
    )


def _shown_fields(bench: Bench, draft: Draft, data: Mapping[str, Any], key: str, spot: Spot) -> set[str]:
    found = (bench.field_named(draft, name, spot.at(key, name)) for name in data.get(key, ()))
    return {field.name for field in found if field is not None}


def _time_limit(bench: Bench, data: Mapping[str, Any], spot: Spot) -> TimeLimit | None:
    said = data.get("time_limit")
    if said is None:
        return None
    within = span_of(said["within"])
    if within.plain() <= timedelta():
        bench.desk.report(
            codes.BAD_LIMIT, spot.at("within"), "this is no time at all", "say `P3D` or `PT4H`, for example"
        )
        return None
    return TimeLimit(within, calendar_named(bench, said.get("calendar", ""), spot.at("calendar")))


def _conditions(bench: Bench, draft: Draft, data: Mapping[str, Any], key: str, spot: Spot) -> tuple[Condition, ...]:
    found = []
    for name, said in data.get(key, {}).items():
        here = spot.at(key, name, "condition")
        expression = compile_formula(bench, draft.name, said["condition"], here, Wanted(BOOLEAN, old=True))
        if expression is not None:
            found.append(Condition(name, expression, text_of(said, "message")))
    return tuple(found)


def _queue(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Queue | None:
    said = data.get("responsible")
    if said is None:
        return None
    field = bench.field_named(draft, said.get("field", _OWNER), spot.at("field") if "field" in said else spot)
    roles = roles_in(bench, said, spot, "queue")
    if field is None:
        return None
    if field.type != "user" or (field.system and field.name != _OWNER):
        message = f"'{field.name}' holds no user who could answer for a record"
        bench.desk.report(codes.UNFIT_FIELD, spot.at("field"), message, "name a field of the type 'user'")
        return None
    if roles and field.required:
        message = f"'{field.name}' is always required, so that nobody can be left out in a queue"
        bench.desk.report(codes.CONTRADICTION, spot.at("queue"), message, "don't require the field")
    return Queue(field.name, roles)


def _steps(bench: Bench, draft: Draft, said: Mapping[str, Any], spot: Spot) -> Mapping[str, StepPlan]:
    steps: dict[str, StepPlan] = {}
    for name, data in said.items():
        here = spot.at(name)
        for other in data.get("follows", ()):
            if other not in said:
                bench.desk.unknown(codes.UNKNOWN_STEP, here.at("follows", other), "step", other, list(said))
        when = None
        if "when" in data:
            when = compile_formula(bench, draft.name, data["when"], here.at("when"), Wanted(BOOLEAN))
        steps[name] = StepPlan(
            name=name,
            label=label_of(data, name),
            required=data.get("required", False),
            follows=tuple(each for each in data.get("follows", ()) if each in said),
            roles=roles_in(bench, data, here),
            when=when,
            help=text_of(data, "help"),
        )
    _check_circles(bench, steps, spot)
    return MappingProxyType(steps)


def _check_circles(bench: Bench, steps: Mapping[str, StepPlan], spot: Spot) -> None:
    done: set[str] = set()
    while True:
        ready = [name for name, step in steps.items() if name not in done and done.issuperset(step.follows)]
        if not ready:
            break
        done.update(ready)
    for name in steps:
        if name not in done:
            message = f"the step '{name}' waits for itself, or for steps that do"
            bench.desk.report(codes.CIRCLE, spot.at(name, "follows"), message, "let one of them follow nothing")
