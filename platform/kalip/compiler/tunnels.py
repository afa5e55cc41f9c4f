"""Makes tunnels: where entering a stage leads to, and with which values."""

from collections.abc import Mapping
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.setting import Setting
from kalip.expressions import BOOLEAN
from kalip.model import Tunnel, TunnelMode


def tunnels_of(bench: Bench, draft: Draft, said: Mapping[str, Any], spot: Spot) -> tuple[Tunnel, ...]:
    """The tunnels of a stage."""
    found = [_tunnel(bench, draft, data, spot.at(name)) for name, data in said.items()]
    return tuple(each for each in found if each is not None)


def _tunnel(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Tunnel | None:
    mode = TunnelMode(data["mode"])
    target = _target(bench, draft, mode, data, spot)
    when = None
    if "when" in data:
        when = compile_formula(bench, draft.name, data["when"], spot.at("when"), Wanted(BOOLEAN))
    if target is None:
        return None
    pipeline, arrival = _place(bench, target, data, spot)
    if pipeline is None:
        return None
    here = spot.document.address.rpartition("/")[2]
    if mode is TunnelMode.MOVE and here == pipeline:
        message = "a record moves within its pipeline by transitions"
        bench.desk.report(codes.BAD_TUNNEL, spot.at("pipeline"), message, "name another pipeline")
        return None
    accepts = target.pipelines[pipeline].data.get("accepts")
    if mode is TunnelMode.MOVE and accepts is not None and here not in accepts:
        message = f"'{pipeline}' accepts no records from '{here}'"
        bench.desk.report(codes.BAD_TUNNEL, spot.at("pipeline"), message, f"add '{here}' to its 'accepts'")
        return None
    values = Setting(bench, draft, target).values(data.get("values", {}), spot.at("values"))
    link = _link(bench, draft, target, mode, data, spot.at("link"))
    if mode is TunnelMode.CREATE:
        _check_required(bench, target, {*values, link}, spot)
    return Tunnel(
        name=spot.pointer.rpartition("/")[2],
        mode=mode,
        entity=target.name,
        pipeline=pipeline,
        stage=arrival,
        when=when,
        values=values,
        link=link,
    )


def _target(bench: Bench, draft: Draft, mode: TunnelMode, data: Mapping[str, Any], spot: Spot) -> Draft | None:
    if mode is TunnelMode.CREATE:
        if "entity" not in data:
            message = "a tunnel that creates a record names its entity"
            bench.desk.report(codes.BAD_TUNNEL, spot, message, "add 'entity'")
            return None
        name = bench.entity_named(data["entity"], spot.at("entity"))
        return bench.drafts.get(name or "")
    if "entity" in data:
        message = f"a tunnel that does '{mode}' stays within the entity"
        bench.desk.report(codes.BAD_TUNNEL, spot.at("entity"), message, "remove the key, or use the mode 'create'")
    return draft


def _place(bench: Bench, target: Draft, data: Mapping[str, Any], spot: Spot) -> tuple[str | None, str]:
    pipelines = target.pipelines
    pipeline = data["pipeline"]
    if pipeline not in pipelines:
        what = f"pipeline of '{target.name}'"
        bench.desk.unknown(codes.UNKNOWN_PIPELINE, spot.at("pipeline"), what, pipeline, list(pipelines))
        return None, ""
    bench.desk.use(spot.at("pipeline"), f"pipeline:{target.name}.{pipeline}")
    stage = data.get("stage", "")
    if stage:
        stages = pipelines[pipeline].data.get("stages", {})
        if stage not in stages:
            bench.desk.unknown(codes.UNKNOWN_STAGE, spot.at("stage"), f"stage of '{pipeline}'", stage, list(stages))
            return None, ""
        bench.desk.use(spot.at("stage"), f"stage:{target.name}.{pipeline}.{stage}")
    return pipeline, stage


def _link(  # noqa: PLR0913, PLR0917 one tunnel's facts
    bench: Bench, draft: Draft, target: Draft, mode: TunnelMode, data: Mapping[str, Any], spot: Spot
) -> str:
    if "link" not in data:
        return ""
    if mode is TunnelMode.MOVE:
        message = "a record that moves needs no link to itself"
        bench.desk.report(codes.BAD_TUNNEL, spot, message, "remove the key")
        return ""
    field = bench.field_named(target, data["link"], spot)
    if field is None:
        return ""
    if field.type != "reference" or field.target != draft.name:
        message = f"'{field.name}' is no reference to '{draft.name}'"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, f"name a field of the type 'reference' to '{draft.name}'")
        return ""
    return field.name


def _check_required(bench: Bench, target: Draft, given: set[str], spot: Spot) -> None:
    """Say which fields nobody would fill in, before the first record comes through."""
    said = target.data["fields"]
    for field in target.fields.values():
        has_default = not {"default", "default_expression"}.isdisjoint(said.get(field.name, {}))
        if field.required and field.name not in given and not has_default and field.type != "autonumber":
            message = f"'{target.name}' requires '{field.name}', which the tunnel does not give"
            bench.desk.report(codes.BAD_TUNNEL, spot, message, f"add '{field.name}' to 'values'")
