"""Makes pipelines: who comes into them, from where, and what they keep of how it ended."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import check_former_names
from kalip.compiler.stages import roles_in, stages_of
from kalip.compiler.transitions import stage_named, transitions_of
from kalip.expressions import BOOLEAN
from kalip.metadata import MergedDocument
from kalip.model import Acceptance, Pipeline, Stage

_DATES = ("date", "datetime")
_NUMBERS = ("integer", "decimal", "percent")


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
    name, spot, data = document.names[1], Spot(document), document.data
    stages = stages_of(bench, draft, document)
    for stage in stages.values():
        check_former_names(bench, stage.was, stages, spot.at("stages", stage.name, "was"))
    when = None
    if "when" in data:
        # What a new record is put into by: nothing is known yet of the stage it will be in.
        when = compile_formula(bench, draft.name, data["when"], spot.at("when"), Wanted(BOOLEAN))
    return Pipeline(
        name=name,
        entity=draft.name,
        label=label_of(data, name),
        stages=stages,
        transitions=transitions_of(bench, draft, document, stages),
        default=data.get("default", False),
        was=tuple(data.get("was", ())),
        when=when,
        roles=roles_in(bench, data, spot),
        accepts=_accepts(bench, draft, document, stages),
        closed_field=_kept(bench, draft, data, spot.at("closed_field"), _DATES),
        probability_field=_kept(bench, draft, data, spot.at("probability_field"), _NUMBERS),
        outcome_question=text_of(data, "outcome_question"),
    )


def _accepts(
    bench: Bench, draft: Draft, document: MergedDocument, stages: Mapping[str, Stage]
) -> Mapping[str, Acceptance] | None:
    said = document.data.get("accepts")
    if said is None:
        return None
    found: dict[str, Acceptance] = {}
    for pipeline, data in said.items():
        spot = Spot(document).at("accepts", pipeline)
        other = draft.pipelines.get(pipeline)
        if other is None or other is document:
            others = [name for name, each in draft.pipelines.items() if each is not document]
            bench.desk.unknown(codes.UNKNOWN_PIPELINE, spot, f"other pipeline of '{draft.name}'", pipeline, others)
            continue
        bench.desk.use(spot, f"pipeline:{draft.name}.{pipeline}")
        mapped: dict[str, str] = {}
        for stage, becomes in data.get("stages", {}).items():
            here = spot.at("stages", stage)
            target = stage_named(bench, stages, becomes, here)
            if stage not in other.data["stages"]:
                known = list(other.data["stages"])
                bench.desk.unknown(codes.UNKNOWN_STAGE, here, f"stage of '{pipeline}'", stage, known)
            elif target is not None:
                bench.desk.use(here, f"stage:{draft.name}.{pipeline}.{stage}")
                mapped[stage] = target
        found[pipeline] = Acceptance(pipeline, MappingProxyType(mapped))
    return MappingProxyType(found)


def _kept(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot, types: tuple[str, ...]) -> str:
    key = spot.pointer.rpartition("/")[2]
    if key not in data:
        return ""
    field = bench.field_named(draft, data[key], spot)
    if field is None:
        return ""
    if field.system or field.type not in types:
        message = f"'{field.name}' can't hold this"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, f"name a field of the type '{types[0]}' or '{types[-1]}'")
        return ""
    return field.name
