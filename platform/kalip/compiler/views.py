"""Views: lists, forms, cards and boards, with defaults for an entity that has none."""

from collections.abc import Mapping
from types import MappingProxyType

from kalip.base.names import did_you_mean, humanize
from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.draft import Data, Draft, Wanted
from kalip.expressions import BOOLEAN
from kalip.metadata import Kind, MergedDocument
from kalip.model import BoardView, CardView, Column, Field, FormView, ListView, Pipeline, Section, Sort, Tab

DEFAULT = "default"
_MOST_COLUMNS = 8
_MOST_CARD_FIELDS = 3
_DETAILS = Text((("en", "Details"), ("tr", "Ayrıntılar"), ("ru", "Подробности")))
_NOT_LISTED = frozenset({"children", "references", "long_text", "rich_text", "json", "files", "file", "image"})


def compile_lists(draft: Draft, entity: str, plural: Text, title: str) -> Mapping[str, ListView]:
    """An entity's lists, `default` first."""
    made = {DEFAULT: _default_list(draft, entity, plural, title)}
    for document in draft.of_entity(Kind.LIST, entity):
        made[_name(document)] = _list(draft, document, plural)
    return MappingProxyType(made)


def compile_forms(draft: Draft, entity: str) -> Mapping[str, FormView]:
    """An entity's forms, `default` first."""
    made = {DEFAULT: _default_form(draft, entity)}
    for document in draft.of_entity(Kind.FORM, entity):
        made[_name(document)] = _form(draft, document)
    return MappingProxyType(made)


def compile_cards(draft: Draft, entity: str, title: str) -> Mapping[str, CardView]:
    """An entity's cards, `default` first."""
    made = {DEFAULT: _default_card(draft, entity, title)}
    for document in draft.of_entity(Kind.CARD, entity):
        found = (draft.find_path(document, entity, path, f"/fields/{path}") for path in document.data.get("fields", {}))
        made[_name(document)] = CardView(_name(document), tuple(path for path in found if path is not None))
    return MappingProxyType(made)


def compile_boards(
    draft: Draft, entity: str, pipelines: Mapping[str, Pipeline], cards: Mapping[str, CardView]
) -> Mapping[str, BoardView]:
    """An entity's boards; one for each pipeline when none is written."""
    made = {}
    for document in draft.of_entity(Kind.BOARD, entity):
        name = _name(document)
        board = _board(draft, document, pipelines, cards)
        if board is not None:
            made[name] = board
    if not made:
        for pipeline in pipelines.values():
            name = DEFAULT if pipeline.default or len(pipelines) == 1 else pipeline.name
            made[name] = BoardView(name, pipeline.label, pipeline.name, cards[DEFAULT])
    return MappingProxyType(made)


def _name(document: MergedDocument) -> str:
    return document.names[1] if len(document.names) > 1 and document.names[1] else DEFAULT


def _list(draft: Draft, document: MergedDocument, plural: Text) -> ListView:
    entity, data = document.names[0], document.data
    columns = []
    for said, options in data["columns"].items():
        pointer = f"/columns/{said}"
        path = draft.find_path(document, entity, said, pointer)
        if path is not None:
            columns.append(Column(path, options.get("width"), bool(options.get("frozen", False))))
    name = _name(document)
    return ListView(
        name=name,
        label=Text.of(data.get("label")) or (plural if name == DEFAULT else Text.of(humanize(name))),
        columns=tuple(columns),
        sort=_sort(draft, document, data),
        filter=draft.expression(document, entity, "/filter", data.get("filter"), Wanted(BOOLEAN, sql=True)),
    )


def _sort(draft: Draft, document: MergedDocument, data: Data) -> tuple[Sort, ...]:
    made = []
    for said, direction in data.get("sort", {}).items():
        path = draft.find_path(document, document.names[0], said, f"/sort/{said}")
        if path is None:
            continue
        field = draft.fields[document.names[0]][path.split(".")[0]]
        if not draft.types[field.type].sortable:
            draft.report(document, codes.BAD_PATH, f"'{said}' has no order", "sort by another field", f"/sort/{said}")
            continue
        made.append(Sort(path, direction == "desc"))
    return tuple(made)


def _form(draft: Draft, document: MergedDocument) -> FormView:
    entity, data = document.names[0], document.data
    tabs = tuple(_tab(draft, document, name, tab) for name, tab in data["tabs"].items())
    related = tuple(path for path in data.get("related", {}) if _is_related(draft, document, entity, path))
    return FormView(_name(document), tabs, related)


def _tab(draft: Draft, document: MergedDocument, name: str, data: Data) -> Tab:
    sections = tuple(
        _section(draft, document, section, each, f"/tabs/{name}/sections/{section}")
        for section, each in data["sections"].items()
    )
    return Tab(name, Text.of(data.get("label"), humanize(name)), sections)


def _section(draft: Draft, document: MergedDocument, name: str, data: Data, pointer: str) -> Section:
    entity = document.names[0]
    fields = {}
    for said, options in data["fields"].items():
        field = draft.find_field(document, entity, said, f"{pointer}/fields/{said}")
        if field is not None:
            fields[field.name] = int(options.get("span", 1))
    condition = draft.expression(document, entity, f"{pointer}/visible_when", data.get("visible_when"), Wanted())
    return Section(
        name=name,
        label=Text.of(data.get("label")),
        fields=MappingProxyType(fields),
        columns=int(data.get("columns", 2)),
        visible_when=condition,
    )


def _is_related(draft: Draft, document: MergedDocument, entity: str, path: str) -> bool:
    """A related list is a children or references field, or `entity.field`: another's reference to this one."""
    pointer = f"/related/{path}"
    other, dot, name = path.partition(".")
    if not dot:
        field = draft.find_field(document, entity, path, pointer)
        return field is not None
    target = draft.find_entity(document, other, pointer)
    field = draft.find_field(document, target, name, pointer) if target else None
    if field is None:
        return False
    if entity not in (field.target, *field.targets):
        hint = f"name a field of '{other}' that does"
        draft.report(document, codes.BAD_PATH, f"'{path}' doesn't point to '{entity}'", hint, pointer)
        return False
    return True


def _board(
    draft: Draft, document: MergedDocument, pipelines: Mapping[str, Pipeline], cards: Mapping[str, CardView]
) -> BoardView | None:
    entity, data, name = document.names[0], document.data, _name(document)
    pipeline, card = pipelines.get(data["pipeline"]), cards.get(data.get("card", DEFAULT))
    if pipeline is None:
        hint = did_you_mean(data["pipeline"], pipelines) or "name a pipeline of this entity"
        message = f"'{entity}' has no pipeline '{data['pipeline']}'"
        draft.report(document, codes.UNKNOWN_PIPELINE, message, hint, "/pipeline")
    if card is None:
        hint = did_you_mean(data["card"], cards) or f"add views/card.{data['card']}.json"
        draft.report(document, codes.UNKNOWN_CARD, f"there is no card '{data['card']}'", hint, "/card")
    if pipeline is None or card is None:
        return None
    total = draft.find_path(document, entity, data["sum"], "/sum") if "sum" in data else None
    if total is not None and not _sums(draft, entity, total):
        draft.report(document, codes.BAD_PATH, f"'{total}' can't be summed", "name a field of numbers", "/sum")
    return BoardView(
        name=name,
        label=Text.of(data.get("label")) or pipeline.label,
        pipeline=pipeline.name,
        card=card,
        sum=total,
        sort=_sort(draft, document, data),
        filter=draft.expression(document, entity, "/filter", data.get("filter"), Wanted(BOOLEAN, sql=True)),
    )


def _sums(draft: Draft, entity: str, path: str) -> bool:
    kind = draft.scope(entity).lookup(tuple(path.split(".")))
    return kind is not None and kind.kind in ("integer", "decimal", "duration")


def _default_list(draft: Draft, entity: str, plural: Text, title: str) -> ListView:
    own = _own(draft, entity)
    names = [name for name, field in own.items() if name != title and field.type not in _NOT_LISTED]
    staged = ["stage"] if "stage" in draft.fields[entity] else []
    columns = tuple(Column(name) for name in [title, *staged, *names][:_MOST_COLUMNS])
    return ListView(DEFAULT, plural, columns, (Sort("created_at", True),))


def _default_form(draft: Draft, entity: str) -> FormView:
    fields = {name: _span(field) for name, field in _own(draft, entity).items()}
    return FormView(DEFAULT, (Tab("details", _DETAILS, (Section("details", Text(), MappingProxyType(fields)),)),))


def _default_card(draft: Draft, entity: str, title: str) -> CardView:
    names = [name for name, field in _own(draft, entity).items() if name != title and field.type not in _NOT_LISTED]
    return CardView(DEFAULT, (title, *names[: _MOST_CARD_FIELDS - 1]))


def _own(draft: Draft, entity: str) -> dict[str, Field]:
    owner = draft.documents[entity].data.get("owned_by")
    return {name: field for name, field in draft.fields[entity].items() if not field.system and name != owner}


def _span(field: Field) -> int:
    return 2 if field.type in ("long_text", "rich_text", "children", "json", "files", "address") else 1
