"""Lets a pipeline take over stages and moves of another of its entity: what it says itself is its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.metadata import Kind, MergedDocument
from kalip.metadata.merged import Setter
from kalip.metadata.source import escape

_PARTS: Final = ("stages", "transitions")
_KEPT: Final = ("closed_field", "probability_field", "outcome_question")
_NOTHING: Final[Mapping[str, Any]] = {"stages": {"new": {}}}
"""In place of a pipeline that is not there, so that the faults of the others are found."""


def inherit_pipelines(bench: Bench, draft: Draft) -> None:
    """Put whole documents in the place of those that are `like` another; unknown ones and circles are reported."""
    known = draft.pipelines
    whole = [_whole(bench, draft, each, known) for each in draft.of(Kind.PIPELINE)]
    if whole:
        draft.documents[Kind.PIPELINE] = whole


def _whole(bench: Bench, draft: Draft, own: MergedDocument, known: Mapping[str, MergedDocument]) -> MergedDocument:
    if "like" not in own.data:
        return own
    spot, line = Spot(own).at("like"), [own]
    while (name := line[-1].data.get("like")) is not None:
        other = known.get(name)
        if other is None and len(line) == 1:
            others = [each for each in known if known[each] is not own]
            bench.desk.unknown(codes.UNKNOWN_PIPELINE, spot, f"other pipeline of '{draft.name}'", name, others)
        if other is None:
            break
        if any(each is other for each in line):
            names = ", ".join(each.names[1] for each in line)
            bench.desk.report(codes.CIRCLE, spot, f"the pipelines {names} are like each other", "let one stand alone")
            break
        line.append(other)
    if len(line) > 1:
        bench.desk.use(spot, f"pipeline:{draft.name}.{own.data['like']}")
    whole = line.pop()
    while line:
        whole = _laid(whole, line.pop())
    return whole if "stages" in whole.data else replace(whole, data={**whole.data, **_NOTHING})


def _laid(below: MergedDocument, above: MergedDocument) -> MergedDocument:
    """The document above with what it takes over: stages and moves come in the order below, its own after them."""
    data = {**{name: below.data[name] for name in _KEPT if name in below.data}, **above.data}
    setters: dict[str, tuple[Setter, ...]] = {}
    for part in _PARTS:
        base, own = below.data.get(part, {}), above.data.get(part, {})
        data[part] = {**base, **{name: {**base.get(name, {}), **said} for name, said in own.items()}}
        for pointer in _inherited(part, base, own):
            setters[pointer] = (below.setter(pointer),)
    return replace(above, data=data, setters={**setters, **above.setters})


def _inherited(part: str, base: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    """The places that are as below."""
    for name, said in base.items():
        place = f"/{part}/{escape(name)}"
        if name not in own:
            yield place
            continue
        yield from (f"{place}/{escape(key)}" for key in said if key not in own[name])
