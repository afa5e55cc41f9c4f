"""What the page of a record says of conversions: what became of it, and what it was made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for

from kalip.model import Conversion, Entity
from kalip.records import Titles, Work, titles_of
from kalip.records.saving.locking import is_unlocked_for, lock_of
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.timeline import ago
from kalip.web.shell import icon_of
from kalip.workflow.conversions import Converted, conversions_of, made_from, offers_of


@dataclass(frozen=True, slots=True)
class Result:
    """A record that a conversion made, or took as it was."""

    label: str
    icon: str
    title: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A conversion on the page of a record that went through it, or came out of it."""

    text: str
    results: tuple[Result, ...]
    href: str
    proceed: str
    pending: tuple[str, ...]
    locked: bool = False


def conversion_links(work: Work, entity: Entity, record_id: str) -> tuple[tuple[str, str], ...]:
    """The conversions that the actor may begin with a record, by name and address; one that is open has its strip."""
    if not entity.conversions:
        return ()
    past = conversions_of(work, entity.name, record_id)
    return tuple(
        (
            _again(entity.conversions[each.name], past) or each.label.get(current_locale()),
            url_for("conversions.show_dialogue", entity=entity.name, record_id=record_id, name=each.name),
        )
        for each in offers_of(work, entity.name, record_id)
        if not any(one.conversion == each.name and one.pending for one in past)
    )


def _again(conversion: Conversion, past: Sequence[Converted]) -> str:
    """What a conversion that was made already makes once more; empty for one that was not."""
    if not any(each.conversion == conversion.name for each in past):
        return ""
    targets = [each.label.get(current_locale()) for each in conversion.targets.values() if each.again]
    return gettext("Another {label}", label=", ".join(targets))


def results_of(work: Work, entity: Entity, done: Sequence[Converted]) -> Iterable[Result]:
    """What conversions made, with links to what the actor may see."""
    wanted: dict[str, list[str]] = {}
    for each in done:
        for made in each.results:
            wanted.setdefault(made.entity, []).append(made.id)
    titles = titles_of(work, wanted)
    for each in done:
        conversion = entity.conversions.get(each.conversion)
        for made in each.results:
            target = conversion.targets.get(made.target) if conversion is not None else None
            known = work.seen.entity(made.entity)
            title = titles.of(made.entity, made.id)
            yield Result(
                label=target.label.get(current_locale()) if target is not None else made.target,
                icon=icon_of(known) if known is not None else "table",
                title=title or gettext("(not visible)"),
                href=record_url(made.entity, made.id) if title else "",
                note="" if made.made else gettext("was there already"),
            )


def is_locked(work: Work, entity: Entity, values: Mapping[str, object]) -> bool:
    """Whether a record was converted and stays as it is for the actor."""
    lock = lock_of(entity, values.get("pipeline"), values.get("stage"))
    return lock is not None and not is_unlocked_for(work.actor, lock)


def strips_of(work: Work, entity: Entity, record_id: str, *, locked: bool) -> tuple[Strip, ...]:
    """What the record's page says of conversions: what became of it, and what it was made of."""
    strips: list[Strip] = []
    if entity.conversions:
        strips += [_strip(work, entity, each) for each in conversions_of(work, entity.name, record_id)]
        strips = [*strips[:-1], *(replace(each, locked=locked) for each in strips[-1:])]
    if _is_made(work, entity):
        strips += [_origin(work, record_id, each) for each in made_from(work, entity.name, record_id)]
    return tuple(strips)


def _strip(work: Work, entity: Entity, done: Converted) -> Strip:
    return Strip(
        text=said_of(work, done),
        results=tuple(results_of(work, entity, [done])),
        href=url_for("conversions.show_result", entity=entity.name, record_id=done.record_id, conversion_id=done.id),
        proceed=proceed_of(entity, done) if done.pending else "",
        pending=pending_of(entity, done),
    )


def _origin(work: Work, record_id: str, done: Converted) -> Strip:
    entity = work.model.entities[done.entity]
    titles = titles_of(work, {entity.name: [done.record_id]})
    made = any(each.id == record_id and each.made for each in done.results)
    return Strip(
        text=gettext("Made from") if made else gettext("Taken for"),
        results=(_source(entity, done, titles),),
        href="",
        proceed="",
        pending=(),
    )


def _source(entity: Entity, done: Converted, titles: Titles) -> Result:
    return Result(
        label=entity.label.get(current_locale()),
        icon=icon_of(entity),
        title=titles.of(entity.name, done.record_id) or gettext("(no name)"),
        href=record_url(entity.name, done.record_id),
        note="",
    )


def _is_made(work: Work, entity: Entity) -> bool:
    """Whether any conversion makes such records."""
    return any(
        target.entity == entity.name
        for source in work.model.entities.values()
        for conversion in source.conversions.values()
        for target in conversion.targets.values()
    )


def said_of(work: Work, done: Converted) -> str:
    """Who converted a record when, in words."""
    who = titles_of(work, {"user": [done.actor]}).of("user", done.actor) if done.actor else ""
    when = ago(work, done.at) if done.at is not None else ""
    if done.pending:
        return gettext("{who} began the conversion {when}.", who=who or gettext("Kalip"), when=when)
    return gettext("{who} converted this {when}.", who=who or gettext("Kalip"), when=when)


def pending_of(entity: Entity, done: Converted) -> tuple[str, ...]:
    """What is still to be made, by the names of the targets."""
    conversion = entity.conversions.get(done.conversion)
    targets = conversion.targets if conversion is not None else {}
    return tuple(targets[name].label.get(current_locale()) for name in done.pending if name in targets)


def proceed_of(entity: Entity, done: Converted) -> str:
    """Where an open conversion goes on."""
    return url_for(
        "conversions.show_dialogue", entity=entity.name, record_id=done.record_id, name=done.conversion
    )  # fmt: skip
