"""The filter builder: groups of conditions as a form, the expression they make, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from kalip.base.errors import BadRequest
from kalip.fields import FieldFault, Operator, Style
from kalip.model import DIRECTORY, Entity
from kalip.records import Work, titles_of
from kalip.records.filters import said_filter
from kalip.web.cells import style_of
from kalip.web.inputs import Option, whole_number
from kalip.web.lists.conditions import join_groups, read_groups, write
from kalip.web.lists.operands import Operand, inputs_for, raw_operands
from kalip.web.lists.paths import ListPath, filterable, known_of, paths_of
from kalip.web.lists.state import ListState
from kalip.web.locale import current_locale, message_of, translate
from kalip.web.shell import plural_of

_MOST_GROUPS, _MOST_ROWS = 10, 10


@dataclass(frozen=True, slots=True)
class Draft:
    """A condition as it stands in the form; `texts` are typed operands, `raw` known ones."""

    path: str
    operator: str
    raw: tuple[Any, ...] = ()
    texts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BuilderRow:
    """A condition's inputs."""

    paths: tuple[Option, ...]
    operators: tuple[Option, ...]
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class BuilderGroup:
    """Conditions joined by the inner joint."""

    rows: tuple[BuilderRow, ...]


@dataclass(frozen=True, slots=True)
class Builder:
    """The builder's form."""

    href: str
    plural: str
    keep: tuple[tuple[str, str], ...]
    join: str
    groups: tuple[BuilderGroup, ...]
    by_hand: bool
    expression: str
    fault: str
    clear: str


Groups = list[list[Draft]]


@dataclass(frozen=True, slots=True)
class Content:
    """What the builder holds: conditions, the expression that they make, and what is wrong with it."""

    join: str
    drafts: Groups
    expression: str
    fault: str = ""
    by_hand: bool = False


def builder_of(work: Work, entity: Entity, state: ListState) -> Builder:
    """The builder for the filter that is in force."""
    paths = paths_of(work, entity)
    found = read_groups(state.filter, known_of(paths))
    drafts = [
        [Draft(each.path, each.operator.name, each.operands) for each in group]
        for group in (found.groups if found else ())
    ]
    if found and not drafts:
        drafts = [[_fresh(paths)]]
    join = found.join if found else "all"
    return _shown(work, entity, state, paths, Content(join, drafts, state.filter, by_hand=found is None))


def stepped(work: Work, entity: Entity, state: ListState, form: MultiDict[str, str]) -> tuple[Builder, str | None]:
    """The builder after a step in its form, and the filter to apply if the person said so and it is sound."""
    paths = paths_of(work, entity)
    join = "any" if form.get("join") == "any" else "all"
    typed = form.get("expression", "").strip()
    if typed != form.get("built", "").strip():
        return _by_hand(work, entity, state, typed, apply="apply" in form)
    drafts = _drafts(form, paths)
    _step(drafts, form, paths)
    expression, fault = _expression(work, paths, join, drafts)
    if not drafts and "c.0.0.path" not in form and "add" not in form and typed:
        return _by_hand(work, entity, state, typed, apply="apply" in form)
    fault = fault if "apply" in form else ""
    shown = _shown(work, entity, state, paths, Content(join, drafts, expression, fault))
    return shown, expression if "apply" in form and not fault else None


def check_filter(work: Work, entity: Entity, text: str) -> str:
    """What is wrong with a filter in the person's language; empty when nothing is."""
    if not text:
        return ""
    try:
        said_filter(work, entity.name, text)
    except BadRequest as error:
        locale = current_locale()
        return " ".join(filter(None, (message_of(locale, error), translate(locale, error.hint))))
    return ""


def operator_of(path: ListPath, name: str) -> Operator:
    """The path's operator of that name, or its first."""
    operators = path.kind.operators(path.field)
    return next((each for each in operators if each.name == name), operators[0])


def operator_options(path: ListPath, chosen: str) -> tuple[Option, ...]:
    """A path's operators to choose from."""
    locale = current_locale()
    return tuple(
        Option(each.name, each.label.get(locale), each.name == chosen) for each in path.kind.operators(path.field)
    )


def _by_hand(work: Work, entity: Entity, state: ListState, typed: str, *, apply: bool) -> tuple[Builder, str | None]:
    fault = check_filter(work, entity, typed)
    paths = paths_of(work, entity)
    found = read_groups(typed, known_of(paths))
    drafts = [
        [Draft(each.path, each.operator.name, each.operands) for each in group]
        for group in (found.groups if found else ())
    ]
    join = found.join if found else "all"
    shown = _shown(work, entity, state, paths, Content(join, drafts, typed, fault, found is None))
    return shown, typed if apply and not fault else None


def _drafts(form: MultiDict[str, str], paths: Mapping[str, ListPath]) -> Groups:
    groups: Groups = []
    for group in range(_MOST_GROUPS):
        rows = []
        for row in range(_MOST_ROWS):
            at = f"c.{group}.{row}"
            path = form.get(f"{at}.path", "")
            if path in paths:
                operator = operator_of(paths[path], form.get(f"{at}.operator", "")).name
                rows.append(Draft(path, operator, texts=tuple(form.getlist(f"{at}.value"))))
        if rows:
            groups.append(rows)
    return groups


def _step(drafts: Groups, form: MultiDict[str, str], paths: Mapping[str, ListPath]) -> None:
    add, remove = form.get("add", ""), form.get("remove", "")
    if add == "group" and len(drafts) < _MOST_GROUPS:
        drafts.append([_fresh(paths)])
    at = whole_number(add, len(drafts) - 1)
    if at is not None and len(drafts[at]) < _MOST_ROWS:
        drafts[at].append(_fresh(paths))
    group, row = (whole_number(each, _MOST_ROWS) for each in (remove.partition(".")[0], remove.partition(".")[2]))
    if group is not None and row is not None and group < len(drafts):
        del drafts[group][row : row + 1]
        drafts[:] = [each for each in drafts if each]


def _fresh(paths: Mapping[str, ListPath]) -> Draft:
    first = filterable(paths)[0]
    return Draft(first.path, first.kind.operators(first.field)[0].name)


def _expression(work: Work, paths: Mapping[str, ListPath], join: str, drafts: Groups) -> tuple[str, str]:
    fault, groups = "", []
    for group in drafts:
        written = []
        for draft in group:
            try:
                written.append(_written(work, paths[draft.path], draft))
            except FieldFault as error:
                params = {key: str(value) for key, value in error.params.items()}
                said = translate(current_locale(), error.template, **params)
                fault = fault or f"{paths[draft.path].label(current_locale())}: {said}"
        groups.append(written)
    return join_groups(join, groups), fault


def _written(work: Work, path: ListPath, draft: Draft) -> str:
    operator = operator_of(path, draft.operator)
    raw = draft.raw if draft.texts is None else raw_operands(work, path, operator, draft.texts)
    return write(path.path, path.field, path.kind, operator.name, raw)


def _shown(work: Work, entity: Entity, state: ListState, paths: Mapping[str, ListPath], content: Content) -> Builder:
    style = _style(work, paths, content.drafts)
    groups = tuple(
        BuilderGroup(tuple(_row(work, paths, draft, style, f"c.{at}.{row}") for row, draft in enumerate(group)))
        for at, group in enumerate(content.drafts)
    )
    return Builder(
        href=state.address("lists.build_filter"),
        plural=plural_of(entity),
        keep=state.without("filter"),
        join=content.join,
        groups=groups,
        by_hand=content.by_hand,
        expression=content.expression,
        fault=content.fault,
        clear=ListState(entity.name, state.view, state.columns, state.sort).address(),
    )


def _row(work: Work, paths: Mapping[str, ListPath], draft: Draft, style: Style, at: str) -> BuilderRow:
    path, locale = paths[draft.path], current_locale()
    operator = operator_of(path, draft.operator)
    return BuilderRow(
        tuple(Option(each.path, each.label(locale), each.path == draft.path) for each in filterable(paths)),
        operator_options(path, operator.name),
        inputs_for(path, operator, _known(work, path, operator, draft), style, f"{at}.value"),
    )


def _known(work: Work, path: ListPath, operator: Operator, draft: Draft) -> Sequence[Any]:
    if draft.texts is None:
        return draft.raw
    try:
        return raw_operands(work, path, operator, draft.texts)
    except FieldFault:
        return ()


def _style(work: Work, paths: Mapping[str, ListPath], drafts: Groups) -> Style:
    wanted: dict[str, list[str]] = {}
    for draft in (draft for group in drafts for draft in group):
        field = paths[draft.path].field
        if field.type in ("reference", *DIRECTORY):
            entity = field.names or ""
            ids = draft.raw or draft.texts or ()
            wanted.setdefault(entity, []).extend(str(each) for each in ids if each)
    return style_of(work, titles_of(work, wanted) if any(wanted.values()) else None)
