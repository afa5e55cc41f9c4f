"""Makes the actions of rules: one maker for each key that an action may say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.calendars import calendar_named, span_of
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import text_of
from kalip.compiler.lists import role_named
from kalip.compiler.setting import Setting
from kalip.expressions import BOOLEAN, TEXT, Expression
from kalip.metadata import options_schema, value_faults
from kalip.model import (
    AssignUser,
    CallHook,
    ConvertRecords,
    CreateRecord,
    CreateTask,
    MakeTransition,
    NotifyUsers,
    People,
    RuleAction,
    RunAction,
    SendMail,
    SetFields,
    Step,
    UpdateRelated,
    Wording,
)

USER: Final = "user"
_PLACE: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the actions of a rule stand on: whose records, and what their expressions may name."""

    bench: Bench
    draft: Draft
    place: Wanted

    def expression(self, source: str, spot: Spot, wanted: Wanted | None = None) -> Expression | None:
        """An expression over the rule's record; of any type unless one is wanted."""
        place = self.place if wanted is None else replace(self.place, type=wanted.type)
        return compile_formula(self.bench, self.draft.name, source, spot, place)

    def values(self, target: Draft, said: Mapping[str, str], spot: Spot) -> Mapping[str, Expression]:
        """Fields of an entity with expressions over the rule's record."""
        return Setting(self.bench, self.draft, target, self.place).values(said, spot)

    def report(self, spot: Spot, message: str, hint: str) -> None:
        """Put down that an action can't be done."""
        self.bench.desk.report(codes.BAD_RULE, spot, message, hint)


def steps_of(ground: Ground, said: Mapping[str, Mapping[str, Any]], spot: Spot) -> tuple[Step, ...]:
    """The actions in order; those with faults are reported and left out."""
    found = (_step(ground, name, data, spot.at(name)) for name, data in said.items())
    return tuple(step for step in found if step is not None)


def _step(ground: Ground, name: str, data: Mapping[str, Any], spot: Spot) -> Step | None:
    kinds = [key for key in data if key in MAKERS]
    if len(kinds) != 1:
        message = "an action does one thing" if kinds else "the action does nothing"
        ground.report(spot, message, f"write one of {', '.join(MAKERS)}; two things are two actions")
        return None
    kind = kinds[0]
    if ground.place.bare and kind in _OF_A_RECORD:
        ground.report(spot.at(kind), f"'{kind}' needs a record", "let the hook 'find' one")
        return None
    condition = None
    if "if" in data:
        condition = ground.expression(data["if"], spot.at("if"), Wanted(BOOLEAN))
        if condition is None:
            return None
    action = MAKERS[kind](ground, data[kind], spot.at(kind))
    return None if action is None else Step(name, action, condition)


def _set(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    values = ground.values(ground.draft, data, spot)
    return SetFields(values) if values else None


def _create(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    entity = ground.bench.entity_named(data["entity"], spot.at("entity"))
    if entity is None:
        return None
    target = ground.bench.drafts[entity]
    values = ground.values(target, data.get("values", {}), spot.at("values"))
    for name, field in target.fields.items():
        empty = field.default is None and field.default_expression is None
        if field.required and empty and name not in values and field.type != "autonumber":
            hint = f"give '{name}' a value, or a default"
            ground.report(spot.at("values"), f"a record of '{entity}' can't be made without '{name}'", hint)
            return None
    return CreateRecord(entity, values)


def _update(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    if ("reference" in data) == ("entity" in data):
        ground.report(spot, "say which records: by 'reference', or by 'entity' and 'by'", "write one of the two")
        return None
    bench = ground.bench
    if "reference" in data:
        field = bench.field_named(ground.draft, data["reference"], spot.at("reference"))
        target = bench.leads_to(field) if field is not None else None
        if field is None or target is None:
            if field is not None:
                ground.report(spot.at("reference"), f"'{field.name}' leads to no record", "name a reference field")
            return None
        values = ground.values(bench.drafts[target], data["set"], spot.at("set"))
        return UpdateRelated(target, values, reference=field.name, where=_where(ground, target, data, spot))
    return _update_back(ground, data, spot)


def _update_back(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    bench = ground.bench
    entity = bench.entity_named(data["entity"], spot.at("entity"))
    if entity is None:
        return None
    target = bench.drafts[entity]
    if "by" not in data:
        ground.report(spot, f"say by which field records of '{entity}' lead here", "add 'by'")
        return None
    field = bench.field_named(target, data["by"], spot.at("by"))
    if field is None:
        return None
    if field.target != ground.draft.name:
        message = f"'{field.name}' of '{entity}' doesn't lead to '{ground.draft.name}'"
        ground.report(spot.at("by"), message, "name the reference that leads to this record")
        return None
    values = ground.values(target, data["set"], spot.at("set"))
    return UpdateRelated(entity, values, by=field.name, where=_where(ground, entity, data, spot))


def _where(ground: Ground, entity: str, data: Mapping[str, Any], spot: Spot) -> Expression | None:
    if "where" not in data:
        return None
    return compile_formula(ground.bench, entity, data["where"], spot.at("where"), Wanted(BOOLEAN, sql=True))


def _transition(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    if ("name" in data) == ("to" in data):
        ground.report(spot, "name the transition or the stage to reach", "write one of 'name' and 'to'")
        return None
    desk, entity = ground.bench.desk, ground.draft.name
    key = "name" if "name" in data else "to"
    inside = "transitions" if key == "name" else "stages"
    wanted, known = data[key], []
    for name, document in ground.draft.pipelines.items():
        known += list(document.data.get(inside, {}))
        if wanted in document.data.get(inside, {}) and key == "to":
            desk.use(spot.at(key), f"stage:{entity}.{name}.{wanted}")
        elif wanted in document.data.get(inside, {}):
            desk.use(spot.at(key), f"transition:{entity}.{name}.{wanted}")
    if wanted not in known:
        what = "transition" if key == "name" else "stage"
        code = codes.UNKNOWN_TRANSITION if key == "name" else codes.UNKNOWN_STAGE
        desk.unknown(code, spot.at(key), f"{what} of '{entity}'", wanted, known)
        return None
    values = ground.values(ground.draft, data.get("values", {}), spot.at("values"))
    return MakeTransition(data.get("name", ""), data.get("to", ""), values)


def _convert(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    entity = ground.draft.name
    documents = (each for each in ground.bench.stack.documents.values() if each.kind.value == "conversion")
    known = [each.names[1] for each in documents if each.names[0] == entity]
    if data["name"] not in known:
        what = f"conversion of '{entity}'"
        ground.bench.desk.unknown(codes.UNKNOWN_CONVERSION, spot.at("name"), what, data["name"], known)
        return None
    ground.bench.desk.use(spot.at("name"), f"conversion:{entity}.{data['name']}")
    otherwise = _people(ground, data["otherwise"], spot.at("otherwise")) if "otherwise" in data else None
    return ConvertRecords(data["name"], otherwise)


def _task(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    title = _wording(ground, data, "title", spot)
    people = _people(ground, data["for"], spot.at("for"))
    due = span_of(data["due"]) if "due" in data else None
    calendar = calendar_named(ground.bench, data.get("calendar", ""), spot.at("calendar"))
    return CreateTask(title, people, due, calendar, _wording(ground, data, "text", spot))


def _assign(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    field = ground.bench.field_named(ground.draft, data.get("field", "owner"), spot.at("field"))
    role = role_named(ground.bench, data["role"], spot.at("role"))
    if field is None or role is None:
        return None
    if field.type != USER or (field.system and field.readonly):
        ground.report(spot.at("field"), f"'{field.name}' names no user that can be set", "name a user field")
        return None
    where = _where(ground, ground.draft.name, data, spot)
    return AssignUser(field.name, role, data.get("by", "load"), where)


def _notify(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    return NotifyUsers(_people(ground, data["to"], spot.at("to")), _wording(ground, data, "text", spot))


def _mail(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    addresses = {}
    for name, source in data.get("address", {}).items():
        found = ground.expression(source, spot.at("address", name), Wanted(TEXT))
        if found is not None:
            addresses[name] = found
    if "to" not in data and "address" not in data:
        ground.report(spot, "the e-mail goes to nobody", "add 'to' or 'address'")
        return None
    people = _people(ground, data["to"], spot.at("to")) if "to" in data else People()
    template = data.get("template", "")
    if bool(template) == ("subject" in data):
        ground.report(spot, "an e-mail has a template, or a subject and body of its own", "write one of the two")
        return None
    known = [each.names[0] for each in ground.bench.stack.documents.values() if each.kind.value == "mail"]
    if template and template not in known:
        ground.bench.desk.unknown(codes.UNKNOWN_MAIL, spot.at("template"), "mail", template, known)
        return None
    if template:
        ground.bench.desk.use(spot.at("template"), f"mail:{template}")
    subject, body = _wording(ground, data, "subject", spot), _wording(ground, data, "body", spot)
    return SendMail(MappingProxyType(addresses), people, template, subject, body)


def _call(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    values = {}
    for name, source in data.get("values", {}).items():
        found = ground.expression(source, spot.at("values", name))
        if found is not None:
            values[name] = found
    return CallHook(data["url"], data["secret"], MappingProxyType(values))


def _run(ground: Ground, data: Mapping[str, Any], spot: Spot) -> RuleAction | None:
    name = data["action"]
    action = ground.bench.actions.get(name)
    if action is None:
        ground.bench.desk.unknown(codes.UNKNOWN_ACTION, spot.at("action"), "action", name, list(ground.bench.actions))
        return None
    arguments = data.get("arguments", {})
    for problem in value_faults(options_schema(action.parameters, action.required), arguments):
        pointer = spot.pointer + ("/arguments" if "arguments" in data else "") + problem.pointer
        ground.bench.desk.report(codes.BAD_ARGUMENTS, Spot(spot.document, pointer), problem.message, problem.hint)
    return RunAction(name, MappingProxyType(dict(arguments)))


def _people(ground: Ground, data: Mapping[str, Any], spot: Spot) -> People:
    roles = tuple(
        role for each in data.get("roles", {}) if (role := role_named(ground.bench, each, spot.at("roles", each)))
    )
    paths = {}
    for path in data.get("fields", {}):
        here = spot.at("fields", path)
        if ground.place.bare:
            ground.report(here, f"'{path}' needs a record", "name roles, or let the hook 'find' a record")
            continue
        reached = ground.bench.path_named(ground.draft, path, here)
        if reached is None:
            continue
        if reached.field.type != USER or reached.path.endswith((".name", ".email")):
            ground.report(here, f"'{path}' names no user", "name a user field")
            continue
        expression = ground.expression(reached.path, here)
        if expression is not None:
            paths[reached.path] = expression
    return People(roles, MappingProxyType(paths))


def _wording(ground: Ground, data: Mapping[str, Any], key: str, spot: Spot) -> Wording:
    if key not in data:
        return Wording(Text())
    text = text_of(data, key)
    parts = {}
    for source in dict.fromkeys(each for _, said in text.pairs for each in _PLACE.findall(said)):
        found = ground.expression(source, spot.at(key))
        if found is not None:
            parts[source] = found
    return Wording(text, MappingProxyType(parts))


Maker = Callable[[Ground, Mapping[str, Any], Spot], RuleAction | None]
MAKERS: Final[Mapping[str, Maker]] = {
    "set": _set,
    "create": _create,
    "update": _update,
    "transition": _transition,
    "convert": _convert,
    "task": _task,
    "assign": _assign,
    "notify": _notify,
    "mail": _mail,
    "call": _call,
    "run": _run,
}
_OF_A_RECORD: Final = frozenset({"set", "update", "transition", "convert", "assign", "run"})
