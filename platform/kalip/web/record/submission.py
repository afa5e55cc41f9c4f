"""A record's form as the browser sent it: which fields, which lines, which row to add or take away."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from kalip.model import DIRECTORY, FILE_KINDS, Entity
from kalip.records import PickQuery, Work, pick
from kalip.records.saving.lines import MOST_LINES
from kalip.web.inputs import Submitted, read_inputs, whole_number

_PICKED = frozenset({"reference", *DIRECTORY})


@dataclass(frozen=True, slots=True)
class Line:
    """A line inside a form; `id` is empty for one not saved yet."""

    id: str
    submitted: Submitted


@dataclass(frozen=True, slots=True)
class Submission:
    """What the form says.

    `tabs` are those that were loaded, `active` the one to show, `touched` the fields a person changed, of lines also
    as `lines.0.price`, `given` those that the address of a new record named.
    """

    submitted: Submitted
    lines: Mapping[str, tuple[Line, ...]]
    version: int | None = None
    tabs: tuple[str, ...] = ()
    active: str = ""
    touched: frozenset[str] = frozenset()
    unresolved: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def values(self) -> dict[str, object]:
        """The values of the command that saves it."""
        found: dict[str, object] = dict(self.submitted)
        for name, lines in self.lines.items():
            found[name] = [{**({"id": line.id} if line.id else {}), **line.submitted} for line in lines]
        return found


def read_form(work: Work, entity: Entity, form: MultiDict[str, str]) -> Submission:
    """Read a submitted form. Names typed into reference inputs are looked up: a single match counts as chosen."""
    plain = [name for name, field in entity.attributes.items() if field.type != "children"]
    submitted = dict(read_inputs(form, plain))
    _take_away(entity, form, submitted)
    unresolved = _resolve(work, entity, form, submitted)
    lines = {
        name: _lines(work, entity, name, form, unresolved)
        for name, field in entity.fields.items()
        if field.type == "children" and f"{name}~lines" in form
    }
    return Submission(
        submitted=submitted,
        lines=lines,
        version=form.get("_version", type=int),
        tabs=tuple(form.getlist("_tab")),
        active=form.get("_open") or form.get("_active", ""),
        touched=_listed(form, "_touched"),
        given=_listed(form, "_given"),
        unresolved=unresolved,
    )


def stepped(submission: Submission, form: MultiDict[str, str]) -> Submission:
    """The submission with a line more or less, as the pressed button says."""
    lines = dict(submission.lines)
    add, remove = form.get("_add", ""), form.get("_remove", "")
    if add in lines and len(lines[add]) < MOST_LINES:
        lines[add] = (*lines[add], Line("", {}))
    name, _, index = remove.partition(".")
    if name in lines:
        removed = whole_number(index, MOST_LINES)
        lines[name] = tuple(line for at, line in enumerate(lines[name]) if at != removed)
        if removed is not None:
            submission = replace(submission, touched=frozenset(_moved_up(submission.touched, name, removed)))
    return replace(submission, lines=lines)


def without_defaults(work: Work, entity: Entity, submission: Submission, *, new: bool) -> Submission:
    """The form without the worked out defaults of what is new that nobody changed: they follow what is typed."""
    # Who has no scripts tells nothing of what was changed.
    if not submission.touched:
        return submission
    said = submission.touched | submission.given
    lines = {}
    for name, rows in submission.lines.items():
        target = work.seen.entities[str(entity.fields[name].target)]
        lines[name] = tuple(
            line if line.id else replace(line, submitted=_said(target, line.submitted, said, f"{name}.{at}."))
            for at, line in enumerate(rows)
        )
    submitted = _said(entity, submission.submitted, said) if new else submission.submitted
    return replace(submission, submitted=submitted, lines=lines)


def blank(names: Iterable[tuple[str, str]]) -> Submission:
    """A submission of plain texts, for a new record that starts with some values; `about.entity` is a part of one."""
    given: dict[str, dict[str, list[str]]] = {}
    for name, text in names:
        field, _, part = name.partition(".")
        given.setdefault(field, {})[part] = [text]
    return Submission(given, {})


def _said(entity: Entity, submitted: Submitted, said: Collection[str], prefix: str = "") -> Submitted:
    worked_out = {name for name, field in entity.attributes.items() if field.default_expression is not None}
    return {name: parts for name, parts in submitted.items() if name not in worked_out or f"{prefix}{name}" in said}


def _moved_up(touched: Iterable[str], name: str, removed: int) -> Iterable[str]:
    """What was touched, when a line is gone: those behind it move up."""
    for each in touched:
        field, _, rest = each.partition(".")
        index, _, inner = rest.partition(".")
        at = whole_number(index, MOST_LINES) if field == name else None
        if at is None or at < removed:
            yield each
        elif at > removed:
            yield f"{name}.{at - 1}.{inner}"


def _listed(form: MultiDict[str, str], name: str) -> frozenset[str]:
    return frozenset(filter(None, form.get(name, "").split(",")))


def _take_away(entity: Entity, form: MultiDict[str, str], submitted: dict[str, Mapping[str, Sequence[str]]]) -> None:
    """Leave out the files that were ticked to be removed."""
    for name, parts in submitted.items():
        removed = set(form.getlist(f"{name}~remove"))
        if removed and entity.attributes[name].type in FILE_KINDS:
            submitted[name] = {"": [each for each in parts.get("", ()) if each not in removed] or [""]}


def _lines(
    work: Work, entity: Entity, name: str, form: MultiDict[str, str], unresolved: dict[str, str]
) -> tuple[Line, ...]:
    target = work.seen.entities[str(entity.fields[name].target)]
    steps = (key.split(".") for key in form)
    sent = {whole_number(each[1], MOST_LINES) for each in steps if len(each) > 2 and each[0] == name}
    lines: list[Line] = []
    for index in sorted(each for each in sent if each is not None)[:MOST_LINES]:
        prefix = f"{name}.{index}."
        submitted = dict(read_inputs(form, target.fields, prefix))
        unclear = _resolve(work, target, form, submitted, prefix)
        unresolved |= {f"{name}.{len(lines)}.{each}": text for each, text in unclear.items()}
        lines.append(Line(form.get(f"{prefix}id", ""), submitted))
    return tuple(lines)


def _resolve(
    work: Work,
    entity: Entity,
    form: MultiDict[str, str],
    submitted: dict[str, Mapping[str, Sequence[str]]],
    prefix: str = "",
) -> dict[str, str]:
    """Choose what was typed but not picked; what stays unclear is returned by field name."""
    unresolved = {}
    for name, parts in list(submitted.items()):
        typed = form.get(f"{prefix}{name}~text", "").strip()
        chosen = next(iter(parts.get("", ())), "")
        if entity.attributes[name].type not in _PICKED or chosen or not typed:
            continue
        hits = pick(work, PickQuery(entity.name, typed, field=name, limit=2))
        exact = [hit for hit in hits if hit.title.casefold() == typed.casefold()] or list(hits)
        if len(exact) == 1:
            submitted[name] = {"": [exact[0].id]}
        else:
            unresolved[name] = typed
    return unresolved
