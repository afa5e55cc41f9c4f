"""Stages of the field that EspoCRM shows as columns of its kanban."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kalip.runtime.plugins import Option
from plugins.from_espocrm.fields import Place, options_of
from plugins.from_espocrm.jobs import Job
from plugins.from_espocrm.metadata import strings, text

_USUAL: Final = ("status", "stage")
_CERTAIN: Final = 100
_MOST_STAGES: Final = 100


def stage_field(job: Job) -> str | None:
    """The field that tells where a record stands: the scope's status field, else an enum of the usual name."""
    fields = job.fields
    client = job.found.client_defs.get(job.name, {})
    for name in (text(job.scope.get("statusField")), text(client.get("statusField")), *_USUAL):
        said = fields.get(name, {})
        is_usable = said.get("type") == "enum" and not said.get("notStorable") and not said.get("disabled")
        count = sum(1 for each in strings(said.get("options")) if each.strip())
        if name and is_usable and 0 < count <= _MOST_STAGES:
            return name
    return None


def make_stages(place: Place, name: str) -> None:
    """Give an entity a pipeline of the field's options, in which every move is allowed."""
    job = place.job
    said = job.fields[name]
    odds = said.get("probabilityMap") or job.definition.get("probabilityMap")
    options = [
        _with_outcome(job, said, each, odds if isinstance(odds, dict) else {}) for each in options_of(place, name, said)
    ]
    job.entity.set_stages(name, place.label(name), options, text(said.get("default")))
    job.map(name, f"{job.entity.name}.stage", "a pipeline in which every move is allowed")


def _with_outcome(job: Job, said: Mapping[str, Any], option: Option, odds: Mapping[str, Any]) -> Option:
    """Whether a stage is won or lost: by the scope, by its probability, by its style, or by being out of date."""
    style = said.get("style")
    shown = text(style.get(option.value)) if isinstance(style, dict) else ""
    probability = odds.get(option.value)
    probability = probability if isinstance(probability, int) and 0 <= probability <= _CERTAIN else None
    is_past = option.value in strings(said.get("notActualOptions"))
    if option.value in strings(job.scope.get("completedStatusList")):
        outcome = "won"
    elif option.value in strings(job.scope.get("canceledStatusList")):
        outcome = "lost"
    elif odds:
        outcome = {_CERTAIN: "won", 0: "lost"}.get(-1 if probability is None else probability, "")
    else:
        outcome = "won" if shown == "success" else "lost" if shown == "danger" or is_past else ""
    return replace(option, outcome=outcome, probability=probability)
