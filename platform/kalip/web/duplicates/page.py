"""What the pages of duplicates and merges show, worked out for their templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from kalip.access import may
from kalip.base.ids import is_id
from kalip.fields import Style
from kalip.model import FILE_KINDS, Entity, Field, Verb
from kalip.records import Titles, Work, titles_of
from kalip.records.duplicates import Duplicate, ToldApart, duplicates_of, told_apart_among
from kalip.records.merging import ALL, FieldChoice, Merged, MergePlan, MergeRecords, merge_plan, merges_of
from kalip.records.merging.planning import mergeable, read_shown
from kalip.records.rules import rules_of
from kalip.records.scanning import ScanPage, own_sides, scan_page
from kalip.records.titles import title_text
from kalip.storage import get_files
from kalip.storage.duplicates import told_apart
from kalip.storage.likeness import sides_of
from kalip.storage.scans import FoundGroup
from kalip.web.cells import Cell, reader_of, record_url, style_of
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.timeline import ago
from kalip.web.shell import plural_of
from kalip.web.tones import tone_of_id

_MOST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Member:
    """A record among those that may be the same; `cells` are of the columns that tell them apart."""

    id: str
    title: str
    href: str
    tone: str
    cells: tuple[Cell, ...]
    made: str


@dataclass(frozen=True, slots=True)
class Group:
    """Records that may be the same, and where one merges them or says that they are not."""

    ids: tuple[str, ...]
    why: tuple[str, ...]
    members: tuple[Member, ...]
    merge: str


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """The groups of the last scan. `progress` is where that of a running one is asked for."""

    label: str
    plural: str
    heads: tuple[str, ...]
    groups: tuple[Group, ...]
    count: int | None
    scanned: str
    merged: int
    running: bool
    scan: str
    apart: str
    back: str
    more: str
    has_rules: bool
    may_change: bool
    may_merge: bool
    progress: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A record that takes part in a merge: a column of the page."""

    id: str
    title: str
    href: str
    tone: str
    version: int
    survives: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What a record says of a field."""

    value: str
    cell: Cell
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A field with what each record says; `together` takes all values of a list."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    conflict: bool
    open: bool
    together: bool
    all_chosen: bool


@dataclass(frozen=True, slots=True)
class MergePage:
    """A merge to be decided: differing fields first, then what would be filled in."""

    href: str
    back: str
    again: str
    label: str
    title: str
    sides: tuple[Side, ...]
    conflicts: tuple[ChoiceRow, ...]
    others: tuple[ChoiceRow, ...]
    moving: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnMerge:
    """A merge into a record."""

    text: str
    undo: str


@dataclass(frozen=True, slots=True)
class Told:
    """That two records are not the same, by whom, and where that is taken back."""

    text: str
    ids: tuple[str, str]


@dataclass(frozen=True, slots=True)
class OwnPage:
    """The duplicates of one record, what it was merged from, and what was told apart."""

    title: str
    back: str
    heads: tuple[str, ...]
    groups: tuple[Group, ...]
    merges: tuple[OwnMerge, ...]
    told: tuple[Told, ...]
    apart: str
    alike: str
    may_change: bool
    may_merge: bool


def has_rules(work: Work, entity: Entity) -> bool:
    """Whether any rule looks at an entity's records."""
    return bool(sides_of(work.served, entity.name))


def duplicates_page(work: Work, entity_name: str, after: int, job_id: str = "") -> DuplicatesPage:
    """A page of the groups that the last scan found; `job_id` is a scan whose progress is shown."""
    found = scan_page(work, entity_name, after)
    entity = found.entity
    heads = _columns(work, entity)
    scan = found.scan
    return DuplicatesPage(
        label=entity.label.get(current_locale()),
        plural=plural_of(entity),
        heads=tuple(each.label.get(current_locale()) for each in heads),
        groups=tuple(_groups(work, found, heads)),
        count=found.count,
        scanned=ago(work, scan.finished_at) if scan is not None and scan.finished_at else "",
        merged=scan.merged if scan is not None else 0,
        running=scan is not None and scan.finished_at is None,
        scan=url_for("duplicates.scan", entity=entity.name),
        apart=url_for("duplicates.tell_apart", entity=entity.name),
        back=url_for("lists.show_list", entity=entity.name),
        more=url_for("duplicates.show", entity=entity.name, after=found.next) if found.next is not None else "",
        has_rules=bool(own_sides(work, entity.name)),
        progress=url_for("jobs.show_progress", job_id=job_id) if is_id(job_id) else "",
        **_rights(work, entity),
    )


def own_page(work: Work, entity: Entity, record_id: str) -> OwnPage:
    """The duplicates of one record."""
    found = duplicates_of(work, entity.name, record_id)
    (row,) = read_shown(work, entity, [record_id]).values()
    heads = _columns(work, entity)
    ids = [record_id, *dict.fromkeys(each.id for each in found if each.entity == entity.name)]
    groups = [_group(work, entity, FoundGroup(0, tuple(ids), _why(found, entity.name)), heads)] if len(ids) > 1 else []
    told = told_apart_among(work, [record_id, *_ever_alike(work, entity, record_id)])
    titles = titles_of(work, {entity.name: [each for pair in told for each in (pair.first, pair.second)]})
    return OwnPage(
        title=title_text(work, entity, row.get(entity.title)) or gettext("(no name)"),
        back=record_url(entity.name, record_id),
        heads=tuple(each.label.get(current_locale()) for each in heads),
        groups=tuple(groups),
        merges=tuple(_merge(work, entity, each) for each in merges_of(work, entity.name, record_id)),
        told=tuple(_told(work, entity, titles, pair) for pair in told),
        apart=url_for("duplicates.tell_apart", entity=entity.name),
        alike=url_for("duplicates.tell_alike", entity=entity.name),
        **_rights(work, entity),
    )


def merge_page(work: Work, command: MergeRecords, faults: Sequence[str] = ()) -> MergePage:
    """A merge to be decided."""
    plan = merge_plan(work, command)
    entity, locale = plan.entity, current_locale()
    style = _style(work, entity, plan.rows)
    rows = [_row(work, plan, each, style) for each in plan.choices if _is_told(each)]
    refused = [message_of(locale, each) for each in plan.refusals]
    return MergePage(
        href=url_for("duplicates.merge", entity=entity.name),
        back=url_for("duplicates.show", entity=entity.name),
        again=url_for("duplicates.show_merge", entity=entity.name),
        label=plural_of(entity),
        title=plan.titles[plan.ids[0]] or gettext("(no name)"),
        sides=tuple(
            Side(
                id=each,
                title=plan.titles[each] or gettext("(no name)"),
                href=record_url(entity.name, each),
                tone=tone_of_id(each),
                version=plan.versions[each],
                survives=place == 0,
            )
            for place, each in enumerate(plan.ids)
        ),
        conflicts=tuple(row for row in rows if row.conflict),
        others=tuple(row for row in rows if not row.conflict),
        moving=tuple(
            f"{plural_of(each.entity)} · {each.field.label.get(locale)}: {each.count}" for each in plan.moving
        ),
        faults=(*faults, *refused),
    )


def _rights(work: Work, entity: Entity) -> dict[str, bool]:
    def permitted(verb: Verb) -> bool:
        return may(work.served, work.actor, verb, entity.name)

    changes = permitted(Verb.UPDATE)
    return {"may_change": changes, "may_merge": changes and permitted(Verb.ARCHIVE)}


def _is_told(choice: FieldChoice) -> bool:
    return any(value not in (None, "", ()) for value in choice.values.values())


def _row(work: Work, plan: MergePlan, choice: FieldChoice, style: Style) -> ChoiceRow:
    read = reader_of(work.served, plan.entity, choice.field, style)
    return ChoiceRow(
        name=choice.field.name,
        label=choice.field.label.get(current_locale()),
        choices=tuple(Choice(each, read(choice.values[each]), choice.chosen == each) for each in plan.ids),
        conflict=choice.conflict,
        open=choice.open,
        together=choice.listed,
        all_chosen=choice.chosen == ALL,
    )


def _columns(work: Work, entity: Entity) -> tuple[Field, ...]:
    """The fields that rules compare, else those of the list: what one tells records apart by."""
    compared = [name for side in sides_of(work.served, entity.name) for term in side.terms for name in term.fields]
    view = next(iter(entity.lists.values()), None)
    listed = [each.field for each in view.columns] if view is not None else list(entity.fields)
    names = dict.fromkeys((*compared, *listed))
    known = mergeable(rules_of(work.served, entity.name))
    shown = entity.attributes
    return tuple(known[each] for each in names if each in known and each in shown and each != entity.title)[
        :_MOST_COLUMNS
    ]


def _groups(work: Work, found: ScanPage, heads: Sequence[Field]) -> Iterable[Group]:
    labels = {each.name: each.title.get(current_locale()) for each in found.entity.duplicates}
    for each in found.groups:
        why = tuple(labels.get(name, name) for name in each.rules)
        yield _group(work, found.entity, FoundGroup(each.number, each.ids, why), heads)


def _group(work: Work, entity: Entity, group: FoundGroup, heads: Sequence[Field]) -> Group:
    rows = read_shown(work, entity, group.ids)
    style = _style(work, entity, rows)
    readers = [(each, reader_of(work.served, entity, each, style)) for each in heads]
    members = [
        Member(
            id=key,
            title=title_text(work, entity, row.get(entity.title)) or gettext("(no name)"),
            href=record_url(entity.name, key),
            tone=tone_of_id(key),
            cells=tuple(read(row.get(field.name)) for field, read in readers),
            made="",
        )
        for key, row in rows.items()
    ]
    merge = url_for("duplicates.show_merge", entity=entity.name, ids=",".join(group.ids))
    return Group(group.ids, group.rules, tuple(members), merge)


def _why(found: Sequence[Duplicate], entity: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.label.get(current_locale()) for each in found if each.entity == entity))


def _ever_alike(work: Work, entity: Entity, record_id: str) -> list[str]:
    pairs = told_apart(work.session, [record_id])
    ids = {each for pair in pairs for each in pair} - {record_id}
    return list(dict(titles_of(work, {entity.name: sorted(ids)}).by_id()))


def _merge(work: Work, entity: Entity, merge: Merged) -> OwnMerge:
    titles = titles_of(work, {entity.name: merge.merged, "user": [merge.actor] if merge.actor else []})
    names = ", ".join(titles.of(entity.name, each) or each for each in merge.merged)
    who = titles.of("user", merge.actor) if merge.actor else gettext("Kalip")
    text = gettext("{names}, merged by {who} {when}", names=names, who=who, when=ago(work, merge.at))
    return OwnMerge(text, url_for("duplicates.undo", entity=entity.name, merge_id=merge.id))


def _told(work: Work, entity: Entity, titles: Titles, pair: ToldApart) -> Told:
    names = [titles.of(entity.name, each) or each for each in (pair.first, pair.second)]
    who = pair.actor_name or gettext("Kalip")
    text = gettext(
        "{one} and {two}, said by {who} {when}", one=names[0], two=names[1], who=who, when=ago(work, pair.at)
    )
    return Told(text, (pair.first, pair.second))


def _style(work: Work, entity: Entity, rows: Mapping[str, Mapping[str, object]]) -> Style:
    """How values are read, with the titles of all that the records name."""
    wanted: dict[str, list[str]] = {}
    files: list[str] = []
    for name, field in mergeable(rules_of(work.served, entity.name)).items():
        for row in rows.values():
            for each in _ids(row.get(name)):
                if field.type in FILE_KINDS:
                    files.append(each)
                elif field.names:
                    wanted.setdefault(field.names, []).append(each)
    titles = titles_of(work, wanted)
    titles.add("file", {key: file.name for key, file in get_files(work.session, files).items()})
    return style_of(work, titles)


def _ids(value: object) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)):
        return tuple(each for each in value if isinstance(each, str))
    return (value,) if isinstance(value, str) else ()
