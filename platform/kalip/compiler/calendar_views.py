"""Makes the calendars of an entity: views that show records at their time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of
from kalip.expressions import BOOLEAN
from kalip.metadata import Kind, MergedDocument
from kalip.model import CalendarView

DEFAULT: Final = "default"
_FITTING: Final[Mapping[str, tuple[frozenset[str], str]]] = MappingProxyType(
    {
        "start": (frozenset({"date", "datetime"}), "choose a date, or a date with a time"),
        "end": (frozenset({"date", "datetime", "duration"}), "choose a date, a date with a time, or a duration"),
        "day": (frozenset({"date"}), "choose a date"),
        "colour": (frozenset({"choice"}), "choose a field of a choice list"),
        "about": (frozenset({"reference", "any_reference"}), "choose a reference"),
    }
)


def calendar_views_of(bench: Bench, draft: Draft) -> Mapping[str, CalendarView]:
    """The calendars by name, the default one first; none unless one is written."""
    made: dict[str, CalendarView] = {}
    for document in draft.of(Kind.CALENDAR_VIEW):
        view = _calendar(bench, draft, document)
        if view is not None:
            made[view.name] = view
    first = made.pop(DEFAULT, None)
    return MappingProxyType(made if first is None else {DEFAULT: first, **made})


def _calendar(bench: Bench, draft: Draft, document: MergedDocument) -> CalendarView | None:
    name, data, spot = document.names[1], document.data, Spot(document)
    fields = {key: _field(bench, draft, document, key) for key in _FITTING}
    title = bench.path_named(draft, data["title"], spot.at("title")) if "title" in data else None
    source = data.get("filter")
    found = compile_formula(bench, draft.name, source, spot.at("filter"), Wanted(BOOLEAN, sql=True)) if source else None
    start = fields["start"]
    if start is None:
        return None
    label = label_of(data, name if name != DEFAULT else "calendar")
    return CalendarView(
        name=name,
        label=label,
        start=start,
        end=fields["end"],
        day=fields["day"],
        title=title.path if title is not None else draft.title,
        colour=fields["colour"],
        about=fields["about"],
        filter=found,
    )


def _field(bench: Bench, draft: Draft, document: MergedDocument, key: str) -> str | None:
    """The entity's own field that a property names; one that doesn't fit is reported."""
    name = document.data.get(key)
    if name is None:
        return None
    spot = Spot(document).at(key)
    reached = bench.path_named(draft, name, spot)
    if reached is None:
        return None
    types, hint = _FITTING[key]
    if "." in reached.path or reached.field.type not in types:
        message = f"'{name}' can't be the calendar's {key}: it is of the type '{reached.field.type}'"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, hint)
        return None
    return reached.path
