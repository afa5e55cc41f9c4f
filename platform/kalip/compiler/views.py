"""Makes the views of an entity; where none is written, from its fields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, own_label
from kalip.expressions import BOOLEAN, Expression
from kalip.metadata import Kind, MergedDocument
from kalip.model import BoardView, CardView, Column, Field, FormView, ListView, Pipeline, Section, Sort, Tab

DEFAULT: Final = "default"
_WIDE = frozenset({"long_text", "rich_text", "json", "children", "files", "image", "address", "tags", "references"})
_BULKY = _WIDE | {"file"}
_DEFAULT_COLUMNS = 6
_DEFAULT_CARD_FIELDS = 3
_DEFAULT_RELATED = 6


def lists_of(bench: Bench, draft: Draft) -> Mapping[str, ListView]:
    """The lists by name, the default one first."""
    made = {document.names[1]: _list(bench, draft, document) for document in draft.of(Kind.LIST)}
    return _default_first(made, _default_list(draft) if DEFAULT not in made else None)


def cards_of(bench: Bench, draft: Draft) -> Mapping[str, CardView]:
    """The cards by name, the default one first."""
    made: dict[str, CardView] = {}
    for document in draft.of(Kind.CARD):
        spot = Spot(document).at("fields")
        paths = [_shown_path(bench, draft, path, spot.at(path)) for path in document.data["fields"]]
        made[document.names[1]] = CardView(document.names[1], tuple(path for path in paths if path is not None))
    return _default_first(made, _default_card(draft) if DEFAULT not in made else None)


def forms_of(bench: Bench, draft: Draft) -> Mapping[str, FormView]:
    """The forms by name, the default one first."""
    made = {document.names[1]: _form(bench, draft, document) for document in draft.of(Kind.FORM)}
    return _default_first(made, _default_form(bench, draft) if DEFAULT not in made else None)


def boards_of(
    bench: Bench, draft: Draft, pipelines: Mapping[str, Pipeline], cards: Mapping[str, CardView]
) -> Mapping[str, BoardView]:
    """The boards by name, the default one first; a pipeline without a board gets one."""
    made: dict[str, BoardView] = {}
    for document in draft.of(Kind.BOARD):
        board = _board(bench, draft, document, pipelines, cards)
        if board is not None:
            made[board.name] = board
    shown = {board.pipeline for board in made.values()}
    for name, pipeline in pipelines.items():
        if name not in shown:
            free = DEFAULT if DEFAULT not in made else name
            if free not in made:
                made[free] = BoardView(free, pipeline.label, name, cards[DEFAULT])
    return _default_first(made, None)


def _default_first(made: dict[str, Any], default: Any) -> Mapping[str, Any]:
    first = made.pop(DEFAULT, default)
    return MappingProxyType(made if first is None else {DEFAULT: first, **made})


def _list(bench: Bench, draft: Draft, document: MergedDocument) -> ListView:
    name, spot = document.names[1], Spot(document)
    columns = []
    for path, data in document.data["columns"].items():
        shown = _shown_path(bench, draft, path, spot.at("columns", path))
        if shown is not None:
            columns.append(Column(shown, data.get("width"), data.get("frozen", False)))
    label = label_of(document.data, name) if name != DEFAULT or "label" in document.data else _plural(draft)
    sort = _sort(bench, draft, document.data.get("sort", {}), spot.at("sort"))
    return ListView(name, label, tuple(columns), sort, _filter(bench, draft, document))


def _plural(draft: Draft) -> Text:
    return label_of(draft.data, draft.name, "plural" if "plural" in draft.data else "label")


def _default_list(draft: Draft) -> ListView:
    paths = [draft.title]
    paths += [name for name, field in draft.fields.items() if field.type not in _BULKY and name != draft.title]
    paths = paths[:_DEFAULT_COLUMNS]
    paths += [name for name in ("stage", "owner") if name in draft.system]
    return ListView(
        DEFAULT, _plural(draft), tuple(Column(path) for path in paths), (Sort("created_at", descending=True),)
    )


def _default_card(draft: Draft) -> CardView:
    paths = [name for name, field in draft.fields.items() if field.type not in _BULKY and name != draft.title]
    return CardView(DEFAULT, (draft.title, *paths[: _DEFAULT_CARD_FIELDS - 1]))


def _shown_path(bench: Bench, draft: Draft, path: str, spot: Spot) -> str | None:
    """A path that a list or card can show; others are reported."""
    reached = bench.path_named(draft, path, spot)
    if reached is None:
        return None
    if reached.field.type == "children":
        message = f"'{path}' holds many records and can't be a column"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "add a field of the type 'rollup' and show that")
        return None
    if reached.field.type == "references" and "." in reached.path:
        message = f"'{path}' holds many records of another record"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "choose a field of one value")
        return None
    return reached.path


def _sort(bench: Bench, draft: Draft, data: Mapping[str, str], spot: Spot) -> tuple[Sort, ...]:
    sorts = []
    for path, direction in data.items():
        reached = bench.path_named(draft, path, spot.at(path))
        if reached is None:
            continue
        if not bench.types[reached.field.type].sortable or reached.type.element is not None:
            message = f"'{path}' can't be sorted by: the type '{reached.field.type}' has no order"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(path), message, "choose another field")
        else:
            sorts.append(Sort(reached.path, direction == "desc"))
    return tuple(sorts)


def _filter(bench: Bench, draft: Draft, document: MergedDocument) -> Expression | None:
    source = document.data.get("filter")
    if source is None:
        return None
    return compile_formula(bench, draft.name, source, Spot(document).at("filter"), Wanted(BOOLEAN, sql=True))


def _form(bench: Bench, draft: Draft, document: MergedDocument) -> FormView:
    spot = Spot(document)
    seen: dict[str, str] = {}
    tabs = []
    for name, data in document.data["tabs"].items():
        sections = [
            _section(bench, draft, section, inner, (spot.at("tabs", name, "sections", section), seen))
            for section, inner in data["sections"].items()
        ]
        tabs.append(Tab(name, label_of(data, name), tuple(sections)))
    related = [_related(bench, draft, path, spot.at("related", path)) for path in document.data.get("related", ())]
    return FormView(document.names[1], tuple(tabs), tuple(path for path in related if path is not None))


def _section(
    bench: Bench, draft: Draft, name: str, data: Mapping[str, Any], place: tuple[Spot, dict[str, str]]
) -> Section:
    spot, seen = place
    columns = data.get("columns", 2)
    fields: dict[str, int] = {}
    for said, layout in data["fields"].items():
        here = spot.at("fields", said)
        found = bench.field_named(draft, said, here)
        if found is None:
            continue
        if found.name in seen:
            message = f"'{found.name}' stands in the section '{seen[found.name]}' already"
            bench.desk.report(codes.CONTRADICTION, here, message, "a form shows each field once")
            continue
        seen[found.name] = name
        fields[found.name] = min(layout.get("span", 1), columns)
    condition = None
    if "visible_when" in data:
        wanted = Wanted(BOOLEAN, old=True)
        condition = compile_formula(bench, draft.name, data["visible_when"], spot.at("visible_when"), wanted)
    label = label_of(data, name) if "label" in data or len(seen) > len(fields) else Text()
    return Section(name, label, MappingProxyType(fields), columns, condition)


def _related(bench: Bench, draft: Draft, path: str, spot: Spot) -> str | None:
    """A children field, or another entity's reference to this one, with present names."""
    entity, dot, name = path.partition(".")
    if not dot:
        found = bench.field_named(draft, path, spot)
        if found is not None and found.type not in ("children", "references"):
            message = f"'{path}' holds no records"
            bench.desk.report(
                codes.UNFIT_FIELD, spot, message, "name a field of lines or references, or 'entity.field'"
            )
            return None
        return found.name if found is not None else None
    other = bench.entity_named(entity, spot)
    if other is None:
        return None
    found = bench.field_named(bench.drafts[other], name, spot)
    if found is None:
        return None
    if not _points_to(found, draft.name):
        message = f"'{path}' does not point to '{draft.name}'"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, f"name a reference to '{draft.name}'")
        return None
    return f"{other}.{found.name}"


def _points_to(field: Field, entity: str) -> bool:
    if field.type in ("reference", "references"):
        return field.target == entity
    return field.type == "any_reference" and entity in field.targets


def _default_form(bench: Bench, draft: Draft) -> FormView:
    names = [name for name, field in draft.fields.items() if field.type != "children"]
    if "owner" in draft.system:
        names.append("owner")
    fields = {name: 2 if name in draft.fields and draft.fields[name].type in _WIDE else 1 for name in names}
    sections = [Section("details", Text(), MappingProxyType(fields))]
    for name, field in draft.fields.items():
        if field.type == "children":
            sections.append(Section(name, field.label, MappingProxyType({name: 2})))
    return FormView(DEFAULT, (Tab("details", own_label("details"), tuple(sections)),), _default_related(bench, draft))


def _default_related(bench: Bench, draft: Draft) -> tuple[str, ...]:
    lines = {(field.target, field.via) for field in draft.fields.values() if field.type == "children"}
    related = [
        f"{other}.{field.name}"
        for other, field in bench.references_to(draft.name)
        if _points_to(field, draft.name) and (other, field.name) not in lines
    ]
    return tuple(related[:_DEFAULT_RELATED])


def _board(
    bench: Bench,
    draft: Draft,
    document: MergedDocument,
    pipelines: Mapping[str, Pipeline],
    cards: Mapping[str, CardView],
) -> BoardView | None:
    name, data, spot = document.names[1], document.data, Spot(document)
    pipeline = pipelines.get(data["pipeline"])
    if pipeline is None:
        pipeline = next((each for each in pipelines.values() if data["pipeline"] in each.was), None)
        if pipeline is not None:
            bench.desk.old(spot.at("pipeline"), data["pipeline"], pipeline.name)
    if pipeline is None:
        known = list(pipelines)
        bench.desk.unknown(codes.UNKNOWN_PIPELINE, spot.at("pipeline"), "pipeline", data["pipeline"], known)
        return None
    bench.desk.use(spot.at("pipeline"), f"pipeline:{draft.name}.{pipeline.name}")
    card = cards.get(data.get("card", DEFAULT))
    if card is None:
        bench.desk.unknown(codes.UNKNOWN_VIEW, spot.at("card"), "card", data["card"], list(cards))
        card = cards[DEFAULT]
    label = label_of(data, name) if "label" in data else pipeline.label
    sort = _sort(bench, draft, data.get("sort", {}), spot.at("sort"))
    return BoardView(
        name, label, pipeline.name, card, _sum(bench, draft, document), sort, _filter(bench, draft, document)
    )


def _sum(bench: Bench, draft: Draft, document: MergedDocument) -> str | None:
    path = document.data.get("sum")
    if path is None:
        return None
    spot = Spot(document).at("sum")
    reached = bench.path_named(draft, path, spot)
    if reached is None:
        return None
    if reached.type.kind not in ("integer", "decimal"):
        message = f"'{path}' can't be totalled: it is {reached.type.name}"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "choose a number or money field")
        return None
    return reached.path
