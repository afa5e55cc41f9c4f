"""Makes the rules of an entity: occasions, conditions, actions; and the hooks through which messages come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from croniter import croniter

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.calendars import calendar_named, span_of, zone_named
from kalip.compiler.desk import Spot
from kalip.compiler.fields import value_faults
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import role_named
from kalip.compiler.rule_actions import Ground, steps_of
from kalip.compiler.setting import Setting
from kalip.expressions import BOOLEAN, JSON, Expression, Type
from kalip.metadata import Kind, MergedDocument
from kalip.model import BY_EVENT, Changed, Field, Hook, On, Repeat, Rule, Span, When

GIVEN: Final = "given"
"""Under which name the answers to a rule's parameters are known."""
MESSAGE: Final = "message"
"""What came in by a hook."""
_DATES: Final = ("date", "datetime")


@dataclass(frozen=True, slots=True)
class _Book:
    """One rules.json, and what of it is known already."""

    bench: Bench
    draft: Draft
    document: MergedDocument
    hooks: Mapping[str, Hook]

    @property
    def spot(self) -> Spot:
        """The document."""
        return Spot(self.document)

    def report(self, spot: Spot, message: str, hint: str) -> None:
        """Put down a fault of a rule."""
        self.bench.desk.report(codes.BAD_RULE, spot, message, hint)


def hooks_of(bench: Bench, draft: Draft) -> Mapping[str, Hook]:
    """The hooks of an entity by name; names are the whole site's, as addresses are."""
    found: dict[str, Hook] = {}
    for document in draft.of(Kind.RULES):
        for name, data in document.data.get("hooks", {}).items():
            spot = Spot(document).at("hooks", name)
            other = bench.hooks.get(name)
            if other is not None and other != draft.name:
                message = f"'{other}' has a hook '{name}' already: /api/hooks/{name} is one address"
                bench.desk.report(codes.NAME_TAKEN, spot, message, "choose another name")
                continue
            bench.hooks[name] = draft.name
            place = Wanted(roots={MESSAGE: JSON}, bare=True)
            find = Setting(bench, draft, draft, place).values(data.get("find", {}), spot.at("find"))
            proof = data.get("proof", "signature")
            found[name] = Hook(name, draft.name, label_of(data, name), data["secret"], proof, find)
    return MappingProxyType(found)


def rules_of(bench: Bench, draft: Draft, hooks: Mapping[str, Hook]) -> Mapping[str, Rule]:
    """The rules of an entity in the order written."""
    found: dict[str, Rule] = {}
    for document in draft.of(Kind.RULES):
        book = _Book(bench, draft, document, hooks)
        for name, data in document.data.get("rules", {}).items():
            rule = _rule(book, name, data, book.spot.at("rules", name))
            if rule is not None:
                found[name] = rule
    for rule in found.values():
        watched = draft.fields.get(rule.when.date)
        if watched is not None and not watched.indexed and bench.types[watched.type].indexable:
            draft.fields[watched.name] = replace(watched, indexed=True)
    return MappingProxyType(found)


def _rule(book: _Book, name: str, data: Mapping[str, Any], spot: Spot) -> Rule | None:
    bench, draft = book.bench, book.draft
    when = _when(book, data["when"], spot.at("when"))
    if when is None:
        return None
    parameters = _parameters(data.get("parameters", {}))
    place = _place(book, when, parameters)
    timed = when.on not in BY_EVENT
    condition: Expression | None = None
    if "if" in data:
        wanted = replace(place, type=BOOLEAN, sql=timed and not parameters)
        condition = compile_formula(bench, draft.name, data["if"], spot.at("if"), wanted)
        if condition is None:
            return None
    ground = Ground(bench, draft, place)
    _check_contradictions(book, data, when, spot)
    return Rule(
        name,
        draft.name,
        label_of(data, name),
        when,
        steps_of(ground, data["then"], spot.at("then")),
        condition,
        text_of(data, "description"),
        data.get("active", True),
        span_of(data["wait"]) if "wait" in data else None,
        calendar_named(bench, data.get("calendar", ""), spot.at("calendar")),
        data.get("stop_when_stage_changes", False),
        data.get("run_as", "system"),
        _repeat(ground, data["repeat"], spot.at("repeat")) if "repeat" in data else None,
        parameters,
        tuple(role for each in data.get("skip", {}) if (role := role_named(bench, each, spot.at("skip", each)))),
    )


def _place(book: _Book, when: When, parameters: Mapping[str, Field]) -> Wanted:
    """What the expressions of a rule may name."""
    roots: dict[str, Type] = {
        f"{GIVEN}.{name}": book.bench.types[field.type].parts(field)[0].type for name, field in parameters.items()
    }
    bare = False
    if when.on is On.HOOK:
        roots[MESSAGE] = JSON
        bare = not book.hooks[when.hook].find
    return Wanted(old=when.on in (On.CHANGED, On.ENTERED), roots=MappingProxyType(roots), bare=bare)


def _check_contradictions(book: _Book, data: Mapping[str, Any], when: When, spot: Spot) -> None:
    timed = when.on not in BY_EVENT
    if data.get("run_as") == "actor" and (timed or when.on is On.HOOK):
        message = "nobody causes this occasion: there is no actor whose rights could count"
        book.report(spot.at("run_as"), message, "write `system` or `owner`")
    if data.get("run_as") == "owner" and "owner" not in book.draft.system:
        book.report(spot.at("run_as"), f"records of '{book.draft.name}' have no owner", "write `system`")
    if data.get("stop_when_stage_changes") and not book.draft.pipelines:
        book.report(spot.at("stop_when_stage_changes"), f"'{book.draft.name}' has no stages", "remove the key")
    if data.get("stop_when_stage_changes") and "wait" not in data and "repeat" not in data:
        message = "the rule neither waits nor repeats: there is nothing to stop"
        book.bench.desk.report(codes.UNUSED, spot.at("stop_when_stage_changes"), message, "add 'wait'", "warning")
    if "skip" in data and not data.get("parameters"):
        book.bench.desk.report(codes.UNUSED, spot.at("skip"), "the rule asks nothing", "add 'parameters'", "warning")
    if timed and ("wait" in data or "parameters" in data):
        key = "wait" if "wait" in data else "parameters"
        book.report(
            spot.at(key), f"a rule of this occasion has no '{key}'", "choose a later moment, or another occasion"
        )
    if when.on is On.HOOK and not book.hooks[when.hook].find and "wait" in data:
        book.report(spot.at("wait"), "without a record there is nothing to wait for", "let the hook 'find' one")


def _parameters(said: Mapping[str, Any]) -> Mapping[str, Field]:
    return MappingProxyType(
        {
            name: Field(name, data["type"], label_of(data, name), required=data.get("required", False))
            for name, data in said.items()
        }
    )


def _repeat(ground: Ground, data: Mapping[str, Any], spot: Spot) -> Repeat:
    steps = steps_of(ground, data["then"], spot.at("then")) if "then" in data else ()
    return Repeat(_positive(ground.bench, data["every"], spot.at("every")), data["times"], steps)


def _positive(bench: Bench, text: str, spot: Spot) -> Span:
    span = span_of(text)
    if span == Span():
        bench.desk.report(codes.BAD_RULE, spot, "this is no time at all", "write a length of time: `PT30M`, `P1D`")
    return span


def _when(book: _Book, data: Mapping[str, Any], spot: Spot) -> When | None:
    (key, said), *_ = data.items()
    here = spot.at(key)
    if key == "created":
        return When(On.CREATED)
    if key == "changed":
        return _changed(book, said, here)
    if key == "entered":
        return _staged(book, On.ENTERED, said, here)
    if key == "stuck":
        when = _staged(book, On.STUCK, said, here)
        calendar = calendar_named(book.bench, said.get("calendar", ""), here.at("calendar"))
        span = _positive(book.bench, said["for"], here.at("for"))
        return None if when is None else replace(when, span=span, calendar=calendar)
    if key == "reached":
        return _reached(book, said, here)
    if key == "schedule":
        return _schedule(book, said, here)
    if said["name"] not in book.hooks:
        what = f"hook of '{book.draft.name}'"
        book.bench.desk.unknown(codes.UNKNOWN_HOOK, here.at("name"), what, said["name"], list(book.hooks))
        return None
    return When(On.HOOK, hook=said["name"])


def _changed(book: _Book, said: Mapping[str, Any], spot: Spot) -> When | None:
    fields: dict[str, Changed] = {}
    for name, data in said.items():
        field = book.bench.field_named(book.draft, name, spot.at(name))
        if field is None:
            return None
        if not (book.bench.types[field.type].stored or field.type in ("children", "references")):
            message = f"'{name}' is worked out: nothing says when it changes"
            book.report(spot.at(name), message, "name the fields that it is worked out from")
            return None
        sides = []
        for side in ("from", "to"):
            values = data.get(side, [])
            values = values if isinstance(values, list) else [values]
            _check_values(book, field, values, spot.at(name, side))
            sides.append(tuple(values))
        fields[field.name] = Changed(*sides)
    return When(On.CHANGED, fields=MappingProxyType(fields))


def _check_values(book: _Book, field: Field, values: list[Any], spot: Spot) -> None:
    for value in values:
        if value is None or field.type in ("children", "references") or field.system:
            continue
        if field.choices is not None and value in book.bench.choices[field.choices].choices:
            book.bench.desk.use(spot, f"choice:{field.choices}.{value}")
            continue
        for message in value_faults(book.bench, field, value):
            book.bench.desk.report(
                codes.BAD_VALUE, spot, message, f"write a value of the type '{field.type}' as in REST"
            )


def _staged(book: _Book, on: On, said: Mapping[str, Any], spot: Spot) -> When | None:
    desk, entity, pipelines = book.bench.desk, book.draft.name, book.draft.pipelines
    pipeline = said.get("pipeline", "")
    if pipeline and pipeline not in pipelines:
        what = f"pipeline of '{entity}'"
        desk.unknown(codes.UNKNOWN_PIPELINE, spot.at("pipeline"), what, pipeline, list(pipelines))
        return None
    if pipeline:
        desk.use(spot.at("pipeline"), f"pipeline:{entity}.{pipeline}")
    searched = {name: each for name, each in pipelines.items() if pipeline in ("", name)}
    stages = []
    for said_stage in said["stages"]:
        here = spot.at("stages", said_stage)
        stage = _present_stage(book, searched, said_stage, here)
        holders = [name for name, each in searched.items() if stage in each.data["stages"]]
        if not holders:
            known = [each for document in searched.values() for each in document.data["stages"]]
            desk.unknown(codes.UNKNOWN_STAGE, here, f"stage of '{entity}'", said_stage, known)
            continue
        for name in holders:
            desk.use(here, f"stage:{entity}.{name}.{stage}")
        stages.append(stage)
    return When(on, pipeline=pipeline, stages=tuple(stages)) if stages else None


def _present_stage(book: _Book, pipelines: Mapping[str, MergedDocument], name: str, spot: Spot) -> str:
    for document in pipelines.values():
        if name in document.data["stages"]:
            return name
    for document in pipelines.values():
        for stage, data in document.data["stages"].items():
            if name in data.get("was", ()):
                book.bench.desk.old(spot, name, stage)
                return str(stage)
    return name


def _reached(book: _Book, said: Mapping[str, Any], spot: Spot) -> When | None:
    field = book.bench.field_named(book.draft, said["field"], spot.at("field"))
    if field is None:
        return None
    if field.type not in _DATES or not book.bench.types[field.type].stored:
        book.report(spot.at("field"), f"'{field.name}' is no date", "name a date or datetime field")
        return None
    if "before" in said and "after" in said:
        book.report(spot, "a moment is before the date or after it", "write one of 'before' and 'after'")
        return None
    calendar = calendar_named(book.bench, said.get("calendar", ""), spot.at("calendar"))
    zone = book.bench.calendars[calendar].timezone if calendar else "UTC"
    if "timezone" in said:
        zone = zone_named(book.bench, said["timezone"], spot.at("timezone"))
    hours, _, minutes = said.get("at", "00:00").partition(":")
    if field.type == "datetime" and "at" in said:
        book.report(spot.at("at"), f"'{field.name}' has a time of day of its own", "remove 'at'")
    return When(
        On.REACHED,
        date=field.name,
        span=span_of(said.get("before") or said.get("after") or "PT0M"),
        before="before" in said,
        at=int(hours) * 60 + int(minutes),
        calendar=calendar,
        timezone=zone,
    )


def _schedule(book: _Book, said: Mapping[str, Any], spot: Spot) -> When | None:
    cron = said["cron"]
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        hint = "write minute, hour, day of the month, month, weekday: `0 9 * * mon`"
        book.report(spot.at("cron"), f"'{cron}' says no times", hint)
        return None
    zone = zone_named(book.bench, said.get("timezone", "UTC"), spot.at("timezone"))
    return When(On.SCHEDULE, cron=cron, timezone=zone, missed=said.get("missed", "once"))
