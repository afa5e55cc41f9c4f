"""Two people changed the same record: both versions field by field, and a form that lets one choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from werkzeug.datastructures import MultiDict

from kalip.model import Entity
from kalip.records import SaveRecord, Work, preview_record, record_page
from kalip.web.cells import Cell, reader_of, style_of
from kalip.web.locale import current_locale, gettext
from kalip.web.record.page import titles_with_typed
from kalip.web.record.submission import Submission

CHOICE = "_take."


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs. `mine` is chosen at first where the person touched it."""

    name: str
    label: str
    theirs: Cell
    mine: Cell
    prefer_mine: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """The choice to make; `inputs` carry on what was typed."""

    href: str
    back: str
    title: str
    who: str
    version: int
    differences: tuple[Difference, ...]
    inputs: tuple[tuple[str, str], ...]


def conflict_of(work: Work, entity: Entity, record_id: str, sent: Submission, form: MultiDict[str, str]) -> Conflict:
    """What differs between the record as it is now and the form as it was sent."""
    found = record_page(work, entity.name, record_id)
    command = SaveRecord(entity.name, sent.values(), record_id, None, "text")
    preview = preview_record(work, command, ())
    style = style_of(work, titles_with_typed(work, entity, found.titles, preview))
    differences = []
    for name in sent.submitted:
        field = entity.attributes[name]
        theirs, mine = found.record.values.get(name), preview.values.get(name)
        if theirs == mine or name not in preview.values:
            continue
        read = reader_of(work.served, entity, field, style)
        touched = not sent.touched or name in sent.touched
        differences.append(Difference(name, field.label.get(current_locale()), read(theirs), read(mine), touched))
    changed = {each.split(".")[0] for each in sent.touched} or set(sent.lines)
    differences += [_lines(entity, name, found.children, sent) for name in sent.lines if name in changed]
    return Conflict(
        href=url_for("record.save", entity=entity.name, record_id=record_id),
        back=url_for("record.show_record", entity=entity.name, record_id=record_id),
        title=found.record.title,
        who=found.titles.of("user", str(found.record.values.get("updated_by"))),
        version=found.record.version,
        differences=tuple(differences),
        inputs=tuple(
            (key, value) for key, value in form.items(multi=True) if not key.startswith((CHOICE, "csrf_", "_version"))
        ),
    )


def settled(sent: Submission, form: MultiDict[str, str]) -> Submission:
    """The submission without the fields where the other version was chosen."""
    theirs = {key.removeprefix(CHOICE) for key, value in form.items() if key.startswith(CHOICE) and value == "theirs"}
    if not theirs:
        return sent
    return Submission(
        {name: parts for name, parts in sent.submitted.items() if name not in theirs},
        {name: lines for name, lines in sent.lines.items() if name not in theirs},
        sent.version,
        sent.tabs,
        sent.active,
        sent.touched,
        sent.unresolved,
    )


def _lines(entity: Entity, name: str, children: Mapping[str, tuple[object, ...]], sent: Submission) -> Difference:
    def counted(count: int) -> Cell:
        return Cell("text", gettext("{count} lines", count=count))

    label = entity.fields[name].label.get(current_locale())
    return Difference(
        name, label, counted(len(children.get(name, ()))), counted(len(sent.lines[name])), prefer_mine=True
    )
