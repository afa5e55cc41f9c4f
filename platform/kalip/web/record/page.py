"""What a record's page shows, worked out for its templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from kalip.base.errors import Violation
from kalip.model import DIRECTORY, FILE_KINDS, Entity, Field, Verb
from kalip.records import (
    Preview,
    RecordPage,
    Row,
    SaveRecord,
    Shown,
    Titles,
    Work,
    add_missing,
    preview_record,
    record_page,
    visible_entity,
)
from kalip.records.saving.placing import may_enter
from kalip.storage import get_files
from kalip.storage.likeness import sides_of
from kalip.web.cells import Cell, style_of
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.record.asking import Question, shown_questions
from kalip.web.record.became import Strip, conversion_links, is_locked, strips_of
from kalip.web.record.form import Basis, Form, form_of, is_chosen_here
from kalip.web.record.standing import StandingContext, standing_context
from kalip.web.record.submission import Submission
from kalip.web.record.timeline import Timeline, ago, timeline_of
from kalip.web.shell import Crumb, Shell, icon_of, plural_of, shell_of
from kalip.web.tones import tone_of_id
from kalip.workflow import may_be_taken
from kalip.workflow.intake import takes_messages
from kalip.workflow.mails import has_addresses


@dataclass(frozen=True, slots=True)
class RelatedSlot:
    """A list of related records that loads when it comes into view."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the page's forms go."""

    save: str
    preview: str
    back: str
    archive: str = ""
    restore: str = ""
    record: str = ""
    duplicates: str = ""
    mail: str = ""
    bin: str = ""
    rights: str = ""
    shares: str = ""
    purge: str = ""


@dataclass(frozen=True, slots=True)
class RecordContext:
    """The whole page. `id` is empty for a new record."""

    entity: str
    label: str
    icon: str
    id: str
    title: str
    tone: str
    archived: bool
    meta: tuple[str, ...]
    owner: Cell | None
    standing: StandingContext | None
    pipelines: tuple[Option, ...]
    form: Form
    addresses: Addresses
    rights: frozenset[str]
    related: tuple[RelatedSlot, ...] = ()
    timeline: Timeline | None = None
    strips: tuple[Strip, ...] = ()
    questions: tuple[Question, ...] = ()
    conversions: tuple[tuple[str, str], ...] = ()
    take: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a person tried: the form as sent and what was wrong with it."""

    submission: Submission
    violations: Sequence[Violation] = ()
    touched_only: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person opened on the page: a tab of the form, and kinds of the history; `looking` changes nothing."""

    tab: str = ""
    history: Shown = "all"
    looking: bool = False


_AT_FIRST = Chosen()


def show(
    work: Work, entity_name: str, record_id: str, attempt: Attempt | None = None, chosen: Chosen = _AT_FIRST
) -> RecordContext:
    """A record's page, with a form as sent if there was an attempt."""
    found = record_page(work, entity_name, record_id, shown=chosen.history)
    entity = found.entity
    locked = is_locked(work, entity, found.record.values)
    editable = Verb.UPDATE in found.rights and not found.record.archived and not chosen.looking and not locked
    preview = _preview(work, entity, record_id, attempt)
    titles = titles_with_typed(work, entity, found.titles, preview)
    _name_files(work, entity, found, titles)
    style = style_of(work, titles)
    basis = Basis(
        preview=preview,
        record=found.record,
        children=found.children,
        submission=attempt.submission if attempt else None,
        violations=_violations(preview, attempt),
        editable=editable,
        active=chosen.tab,
        to_faults=attempt is not None and not attempt.touched_only,
    )
    return RecordContext(
        entity=entity.name,
        label=entity.label.get(current_locale()),
        icon=icon_of(entity),
        id=record_id,
        title=found.record.title or gettext("(no name)"),
        tone=tone_of_id(record_id),
        archived=found.record.archived,
        meta=_meta(work, found.record),
        owner=_owner(found, titles),
        standing=_standing(work, found, chosen),
        pipelines=(),
        form=form_of(work, entity, found.form, basis, style),
        addresses=_addresses(work, entity, record_id, found),
        rights=frozenset(found.rights),
        related=tuple(
            RelatedSlot(name, url_for("record.show_related", entity=entity.name, record_id=record_id, name=name))
            for name in found.form.related
        ),
        timeline=timeline_of(work, entity, record_id, found.events, chosen.history),
        strips=() if chosen.looking else strips_of(work, entity, record_id, locked=locked),
        questions=() if chosen.looking else shown_questions(work, entity, record_id),
        conversions=() if chosen.looking else conversion_links(work, entity, record_id),
        take="" if chosen.looking else _take(work, entity, found.record),
    )


def show_new(work: Work, entity_name: str, attempt: Attempt) -> RecordContext:
    """The page of a record that does not exist yet."""
    entity = visible_entity(work, entity_name)
    preview = _preview(work, entity, None, attempt)
    titles = titles_with_typed(work, entity, Titles(), preview)
    basis = Basis(
        preview,
        submission=_started(attempt),
        violations=_violations(preview, attempt),
        to_faults=not attempt.touched_only,
        given=attempt.submission.submitted,
    )
    label = entity.label.get(current_locale())
    view = next(iter(entity.forms.values()))
    return RecordContext(
        entity=entity.name,
        label=label,
        icon=icon_of(entity),
        id="",
        title=gettext("New {entity}", entity=label),
        tone="tone",
        archived=False,
        meta=(),
        owner=None,
        standing=None,
        pipelines=_pipelines(work, entity, attempt),
        form=form_of(work, entity, view, basis, style_of(work, titles)),
        addresses=Addresses(
            save=url_for("record.create", entity=entity.name),
            preview=url_for("record.preview_new", entity=entity.name),
            back=url_for("lists.show_list", entity=entity.name),
        ),
        rights=frozenset(),
    )


def record_shell(work: Work, entity: Entity, title: str) -> Shell:
    """The frame of a record's page."""
    plural = plural_of(entity)
    crumbs = [Crumb(plural, url_for("lists.show_list", entity=entity.name)), Crumb(title)]
    return shell_of(work, f"{title} · {plural}", crumbs)


def _started(attempt: Attempt) -> Submission | None:
    # Values given in the address only pre-fill; the defaults beside them come from the preview.
    return attempt.submission if attempt.submission.tabs else None


def _preview(work: Work, entity: Entity, record_id: str | None, attempt: Attempt | None) -> Preview:
    values = attempt.submission.values() if attempt else {}
    verb = Verb.UPDATE if attempt else Verb.READ
    touched = attempt.submission.touched if attempt and attempt.touched_only else ()
    command = SaveRecord(entity.name, values, record_id, None, "text")
    return preview_record(work, command, touched, verb=verb)


def _violations(preview: Preview, attempt: Attempt | None) -> Sequence[Violation]:
    if attempt is None or not attempt.submission.tabs:
        return ()
    if not attempt.touched_only:
        return attempt.violations
    touched = attempt.submission.touched
    return tuple(each for each in preview.violations if each.pointer.strip("/").split("/")[0] in touched)


def titles_with_typed(work: Work, entity: Entity, known: Titles, preview: Preview) -> Titles:
    """The known titles, with those of records that were just chosen in the form added to them."""
    wanted: dict[str, list[str]] = {}
    pairs: list[tuple[Mapping[str, Field], Mapping[str, object]]] = [(entity.attributes, preview.values)]
    for name, lines in preview.lines.items():
        owned = work.seen.entities[str(entity.fields[name].target)]
        pairs += [(owned.fields, line) for line in lines]
    for fields, values in pairs:
        for name, each_field in fields.items():
            value = values.get(name)
            target = each_field.names
            if each_field.type not in ("reference", "references", *DIRECTORY) or not target:
                continue
            wanted.setdefault(target, []).extend(_ids(value))
    add_missing(work, known, wanted)
    return known


def _name_files(work: Work, entity: Entity, found: RecordPage, titles: Titles) -> None:
    values = (found.record.values.get(name) for name, each in entity.fields.items() if each.type in FILE_KINDS)
    ids = [each for value in values for each in _ids(value)]
    titles.add("file", {key: file.name for key, file in get_files(work.session, ids).items()})


def _ids(value: object) -> tuple[str, ...]:
    """The ids in the value of a field that points to one or to several."""
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return (str(value),) if value else ()


def _pipelines(work: Work, entity: Entity, attempt: Attempt) -> tuple[Option, ...]:
    """Where a new record may start; where values can decide that, the first choice leaves it to them."""
    said = next(iter(attempt.submission.submitted.get("pipeline", {}).get("", ())), "")
    if not is_chosen_here(entity, said):
        return ()
    locale = current_locale()
    usual = entity.default_pipeline
    left = any(each.when is not None for each in entity.pipelines.values())
    chosen = said or ("" if left or usual is None else usual.name)
    offered = (each for each in entity.pipelines.values() if may_enter(work.actor, each))
    return (
        *((Option("", gettext("(as the record says)"), not chosen),) if left else ()),
        *(Option(each.name, each.label.get(locale), each.name == chosen) for each in offered),
    )


def _standing(work: Work, found: RecordPage, chosen: Chosen) -> StandingContext | None:
    pipeline = found.entity.pipelines.get(str(found.record.values.get("pipeline")))
    return standing_context(work, found, pipeline, looking=chosen.looking) if pipeline is not None else None


def _take(work: Work, entity: Entity, record: Row) -> str:
    """Where a record without a pipeline is taken; what stands in one is taken beside its stages."""
    if entity.pipelines or record.archived or not may_be_taken(work, entity.name, record.id):
        return ""
    return url_for("pipelines.take", entity=entity.name, record_id=record.id)


def _meta(work: Work, record: Row) -> tuple[str, ...]:
    changed, made = record.values.get("updated_at"), record.values.get("created_at")
    said = []
    if isinstance(changed, datetime):
        said.append(gettext("Changed {when}", when=ago(work, changed)))
    if isinstance(made, datetime):
        said.append(gettext("Made {when}", when=ago(work, made)))
    return tuple(said)


def _owner(found: RecordPage, titles: Titles) -> Cell | None:
    owner = found.record.values.get("owner")
    name = titles.of("user", str(owner)) if owner else ""
    return Cell("user", name, owner, tone=tone_of_id(str(owner))) if name else None


def _addresses(work: Work, entity: Entity, record_id: str, found: RecordPage) -> Addresses:
    def at(endpoint: str) -> str:
        return url_for(endpoint, entity=entity.name, record_id=record_id)

    archived = found.record.archived
    return Addresses(
        save=at("record.save"),
        preview=at("record.preview"),
        back=url_for("lists.show_list", entity=entity.name),
        record=at("record.show_record"),
        duplicates=at("duplicates.show_own") if sides_of(work.served, entity.name) else "",
        archive=at("record.archive") if Verb.ARCHIVE in found.rights and not archived else "",
        restore=at("record.restore") if Verb.RESTORE in found.rights and archived else "",
        mail=at("mails.compose") if Verb.UPDATE in found.rights and not archived and has_addresses(entity) else "",
        shares=at("sharing.show_shares") if Verb.SHARE in found.rights else "",
        rights=at("rights.show_rights"),
        purge=at("purging.show_plan") if Verb.PURGE in found.rights and archived else "",
        bin=at("intake.bin_this") if Verb.ARCHIVE in found.rights and not archived and takes_messages(entity) else "",
    )
