"""A pipeline drawn: stages in a row, moves as arcs above them forwards and below them backwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kalip.metadata import MergedDocument
from kalip.metadata.source import escape
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import page_of
from kalip.web.tones import tone

WIDTH: Final = 132
"""Of a stage, in the drawing's units."""

_GAP: Final = 36
_HEIGHT: Final = 40
_LIFT: Final = 26
_MARGIN: Final = 14
_INSET: Final = 18
_NAME: Final = 12
# How far a cubic curve goes towards the points that bend it, when both are equally high.
_BEND: Final = 0.75


@dataclass(frozen=True, slots=True)
class Box:
    """A stage: its place and what it is called."""

    x: int
    label: str
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class Arc:
    """A move from one stage to another: the path of its line, and where its name stands."""

    path: str
    label: str
    href: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing. `anywhere` are the moves that start from every other stage, by (label, address, target).

    `tunnels` lead from a stage into a pipeline, by (stage, address, pipeline).
    """

    width: int
    height: int
    top: int
    boxes: tuple[Box, ...]
    arcs: tuple[Arc, ...]
    anywhere: tuple[tuple[str, str, str], ...]
    tunnels: tuple[tuple[str, str, str], ...] = ()


def graph_of(document: MergedDocument) -> Graph:
    """Draw a pipeline's document."""
    stages: Mapping[str, Any] = document.data.get("stages") or {}
    places = {name: _MARGIN + number * (WIDTH + _GAP) for number, name in enumerate(stages)}
    moves = [*_moves(document, tuple(stages))]
    spans = [abs(list(stages).index(to) - list(stages).index(from_)) for _, from_, to in moves]
    reach = _MARGIN + round(_LIFT * _BEND * max(spans, default=1)) + _NAME
    boxes = tuple(
        Box(places[name], label_of(data, name), page_of(document.address, f"/stages/{escape(name)}"), _tone(data))
        for name, data in stages.items()
    )
    arcs = tuple(_arc(document, places, move, reach) for move in moves)
    width = _MARGIN * 2 + len(stages) * (WIDTH + _GAP) - _GAP
    height, anywhere, tunnels = 2 * reach + _HEIGHT, _anywhere(document, stages), _tunnels(document, stages)
    return Graph(max(width, WIDTH), height, reach, boxes, arcs, tuple(anywhere), tuple(tunnels))


def _moves(document: MergedDocument, stages: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """The moves with stages of their own, as (name, from, to); a faulty draft may name stages that are not there."""
    for name, data in (document.data.get("transitions") or {}).items():
        for start in data.get("from") or ():
            if start in stages and data.get("to") in stages and start != data["to"]:
                yield name, start, data["to"]


def _anywhere(document: MergedDocument, stages: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, data in (document.data.get("transitions") or {}).items():
        if not data.get("from"):
            to = data.get("to", "")
            yield label_of(data, name), _page(document, name), label_of(stages.get(to), to)


def _tunnels(document: MergedDocument, stages: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Where stages lead beside their moves; a faulty draft may leave anything out."""
    for name, data in stages.items():
        said = data.get("tunnels") if isinstance(data, Mapping) else None
        for tunnel, where in (said or {}).items():
            pointer = f"/stages/{escape(name)}/tunnels/{escape(tunnel)}"
            place = "/".join(filter(None, (where.get("entity"), where.get("pipeline", ""), where.get("stage"))))
            yield label_of(data, name), page_of(document.address, pointer), place


def _arc(document: MergedDocument, places: Mapping[str, int], move: tuple[str, str, str], top: int) -> Arc:
    name, start, end = move
    order = list(places)
    steps = order.index(end) - order.index(start)
    ahead = steps > 0
    x1, x2 = places[start] + WIDTH // 2, places[end] + WIDTH // 2
    # Arrows leave and arrive beside the middle, so that several can be told apart.
    x1, x2 = (x1 + _INSET, x2 - _INSET) if ahead else (x1 - _INSET, x2 + _INSET)
    y = top if ahead else top + _HEIGHT
    lift = _LIFT * abs(steps) * (-1 if ahead else 1)
    path = f"M{x1} {y}C{x1} {y + lift} {x2} {y + lift} {x2} {y}"
    data = document.data["transitions"][name]
    return Arc(
        path, label_of(data, name), _page(document, name), (x1 + x2) / 2, y + lift * 0.75 + (-4 if ahead else 12)
    )


def _page(document: MergedDocument, name: str) -> str:
    return page_of(document.address, f"/transitions/{escape(name)}")


def _tone(data: Any) -> str:
    return tone(str(data.get("colour", ""))) if isinstance(data, Mapping) else tone("")
