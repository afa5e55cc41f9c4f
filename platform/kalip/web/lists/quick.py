"""The quick filter of one column: an operator and its operands, joined to the filter that is in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kalip.base.errors import NotFound
from kalip.fields import FieldFault
from kalip.model import Entity
from kalip.records import Work, titles_of
from kalip.web.cells import style_of
from kalip.web.inputs import Option
from kalip.web.lists.builder import operator_of, operator_options
from kalip.web.lists.conditions import Condition, Known, conjoin, read, split, write
from kalip.web.lists.operands import Operand, ids_in, inputs_for, raw_operands
from kalip.web.lists.paths import ListPath, known_of, paths_of
from kalip.web.lists.state import ListState
from kalip.web.locale import current_locale


@dataclass(frozen=True, slots=True)
class Quick:
    """The form of a column's quick filter."""

    href: str
    form: str
    keep: tuple[tuple[str, str], ...]
    path: str
    label: str
    operators: tuple[Option, ...]
    operands: tuple[Operand, ...]
    clear: str


def quick_of(work: Work, entity: Entity, state: ListState, path_text: str, operator: str) -> Quick:
    """The quick filter's form for a column; `operator` is the one just chosen, if any."""
    path = _path(work, entity, path_text)
    present = next((each for _, each in _mine(work, entity, state, path_text)), None)
    chosen = operator_of(path, operator or (present.operator.name if present else ""))
    same = present is not None and present.operator.name == chosen.name
    raw = present.operands if present and same else ()
    ids = ids_in(path, present) if present and same else ()
    titles = titles_of(work, {ids[0][0]: [each for _, each in ids]}) if ids else None
    return Quick(
        href=state.address("lists.apply_quick").split("?")[0],
        form=state.address("lists.show_quick").split("?")[0],
        keep=state.without(),
        path=path.path,
        label=path.label(current_locale()),
        operators=operator_options(path, chosen.name),
        operands=inputs_for(path, chosen, raw, style_of(work, titles)),
        clear=_without(work, entity, state, path_text).address() if present else "",
    )


def applied(
    work: Work, entity: Entity, state: ListState, path_text: str, typed: tuple[str, Sequence[str]]
) -> ListState:
    """The state with the column's condition replaced; operands left empty take it away."""
    path = _path(work, entity, path_text)
    bare = _without(work, entity, state, path_text)
    operator = operator_of(path, typed[0])
    if operator.operands and not any(text.strip() for text in typed[1]):
        return bare
    try:
        raw = raw_operands(work, path, operator, typed[1])
        text = write(path.path, path.field, path.kind, operator.name, raw)
    except FieldFault:
        return state
    return replace(bare, filter=conjoin(bare.filter, text))


def _path(work: Work, entity: Entity, text: str) -> ListPath:
    found = paths_of(work, entity).get(text)
    if found is None or not found.whole:
        raise NotFound("There is no such column.")
    return found


def _mine(work: Work, entity: Entity, state: ListState, path: str) -> list[tuple[str, Condition]]:
    known = known_of(paths_of(work, entity))
    parts = [(part, read(part, known)) for part in _parts(state.filter, known)]
    return [(part, condition) for part, condition in parts if condition and condition.path == path]


def _without(work: Work, entity: Entity, state: ListState, path: str) -> ListState:
    mine = {part for part, _ in _mine(work, entity, state, path)}
    known = known_of(paths_of(work, entity))
    rest = conjoin(*(part for part in _parts(state.filter, known) if part not in mine))
    return replace(state, filter=rest, cursor="")


def _parts(text: str, known: Known) -> tuple[str, ...]:
    return (text,) if text and read(text, known) else split(text, "&&")
