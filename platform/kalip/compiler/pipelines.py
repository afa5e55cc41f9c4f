"""Pipelines with their stages and transitions."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kalip.base.names import did_you_mean, humanize
from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.draft import Data, Draft, Wanted
from kalip.expressions import BOOLEAN, TEXT, Expression
from kalip.metadata import Kind, MergedDocument
from kalip.model import Effect, Outcome, Pipeline, Stage, Transition


def compile_pipelines(draft: Draft, entity: str) -> Mapping[str, Pipeline]:
    """An entity's pipelines in stack order."""
    made = {}
    for document in draft.of_entity(Kind.PIPELINE, entity):
        name = document.names[1]
        stages = {
            stage: _stage(draft, document, entity, stage, data) for stage, data in document.data["stages"].items()
        }
        transitions = {
            move: _transition(draft, document, move, data, stages)
            for move, data in document.data.get("transitions", {}).items()
        }
        made[name] = Pipeline(
            name=name,
            entity=entity,
            label=Text.of(document.data.get("label"), humanize(name)),
            stages=MappingProxyType(stages),
            transitions=MappingProxyType(transitions),
            default=bool(document.data.get("default", False)),
        )
    return MappingProxyType(made)


def _stage(draft: Draft, document: MergedDocument, entity: str, name: str, data: Data) -> Stage:
    return Stage(
        name=name,
        label=Text.of(data.get("label"), humanize(name)),
        outcome=Outcome(data.get("outcome", "open")),
        colour=str(data.get("colour", "")),
        probability=data.get("probability"),
        required=_fields(draft, document, entity, data.get("required", {}), f"/stages/{name}/required"),
        limit=data.get("limit"),
        ageing_days=data.get("ageing_days"),
        was=tuple(data.get("was", ())),
    )


def _transition(
    draft: Draft, document: MergedDocument, name: str, data: Data, stages: Mapping[str, Stage]
) -> Transition:
    entity, pointer = document.names[0], f"/transitions/{name}"
    for source in data.get("from", {}):
        _check_stage(draft, document, stages, source, f"{pointer}/from/{source}")
    _check_stage(draft, document, stages, data["to"], f"{pointer}/to")
    roles = tuple(data.get("roles", {}))
    for role in roles:
        check_role(draft, document, role, f"{pointer}/roles/{role}")
    return Transition(
        name=name,
        label=Text.of(data.get("label"), humanize(name)),
        target=str(data["to"]),
        sources=tuple(data.get("from", {})),
        guard=draft.expression(document, entity, f"{pointer}/guard", data.get("guard"), Wanted(BOOLEAN, old=True)),
        guard_message=Text.of(data.get("guard_message")),
        roles=roles,
        ask=_fields(draft, document, entity, data.get("ask", {}), f"{pointer}/ask"),
        confirm=Text.of(data.get("confirm")),
        effects=tuple(
            _effect(draft, document, each, f"{pointer}/effects/{key}") for key, each in data.get("effects", {}).items()
        ),
    )


def _effect(draft: Draft, document: MergedDocument, data: Data, pointer: str) -> Effect:
    if ("set" in data) == ("action" in data):
        hint = 'write either "set" or "action"'
        draft.report(document, codes.BAD_EFFECT, "an effect sets fields or runs an action", hint, pointer)
    action = str(data.get("action", ""))
    if action and action not in draft.actions:
        hint = did_you_mean(action, draft.actions) or "install the plugin that brings it"
        draft.report(document, codes.UNKNOWN_ACTION, f"there is no action '{action}'", hint, f"{pointer}/action")
    return Effect(
        set=MappingProxyType(_settings(draft, document, data.get("set", {}), f"{pointer}/set")),
        action=action,
        arguments=MappingProxyType(dict(data.get("arguments", {}))),
    )


def _settings(draft: Draft, document: MergedDocument, data: Data, pointer: str) -> dict[str, Expression]:
    entity = document.names[0]
    made: dict[str, Expression] = {}
    for said, source in data.items():
        place = f"{pointer}/{said}"
        field = draft.find_field(document, entity, said, place)
        if field is None:
            continue
        kind = draft.types[field.type]
        if not kind.stored or kind.readonly or (field.system and field.name != "owner"):
            draft.report(document, codes.BAD_PATH, f"'{said}' can't be set", "set a stored field", place)
            continue
        expects = kind.parts(field)[0].type
        wanted = Wanted(TEXT if expects.kind == "record" else expects, old=True)
        expression = draft.expression(document, entity, place, source, wanted)
        if expression is not None:
            made[field.name] = expression
    return made


def check_role(draft: Draft, document: MergedDocument, role: str, pointer: str) -> None:
    """Report a role that no pack has."""
    if role in draft.roles:
        draft.use(document, f"role:{role}", pointer)
    elif not draft.stack.is_broken(f"roles/{role}"):
        hint = did_you_mean(role, draft.roles) or f"add roles/{role}.json"
        draft.report(document, codes.UNKNOWN_ROLE, f"there is no role '{role}'", hint, pointer)


def _check_stage(draft: Draft, document: MergedDocument, stages: Mapping[str, Stage], name: str, pointer: str) -> None:
    if name in stages:
        draft.use(document, f"stage:{'.'.join(document.names)}.{name}", pointer)
        return
    hint = did_you_mean(name, stages) or f"stages are {', '.join(stages)}"
    draft.report(document, codes.UNKNOWN_STAGE, f"there is no stage '{name}'", hint, pointer)


def _fields(draft: Draft, document: MergedDocument, entity: str, names: Iterable[str], pointer: str) -> tuple[str, ...]:
    found = (draft.find_field(document, entity, name, f"{pointer}/{name}") for name in names)
    return tuple(field.name for field in found if field is not None)
