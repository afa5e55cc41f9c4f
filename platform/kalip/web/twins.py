"""What a form says of records that may be the same: each once, with a link and why it was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import request

from kalip.base.errors import Violation
from kalip.model import Model
from kalip.records.duplicates import Duplicate
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.tones import tone_of_id

ACCEPT = "_accept_duplicates"
POSSIBLE = "possible_duplicate"
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Twin:
    """A record that may be the same. `why` are the rules' names."""

    title: str
    href: str
    tone: str
    entity: str
    why: tuple[str, ...]
    archived: bool


@dataclass(frozen=True, slots=True)
class Twins:
    """What was found. `strict` says that saving is refused. There are no items where none of it may be named.

    `button` names the input that accepts them; empty where something else has to be corrected first.
    """

    items: tuple[Twin, ...]
    strict: bool
    button: str


def is_accepted() -> bool:
    """Whether the submitted form says that what was found is not the same."""
    return ACCEPT in request.form


def twins_of(model: Model, violations: Sequence[Violation]) -> Twins | None:
    """What violations say of duplicates; None when they say nothing of any."""
    about = [each for each in violations if each.code in (POSSIBLE, DUPLICATE)]
    if not about:
        return None
    found: dict[str, list[Duplicate]] = {}
    for violation in about:
        for each in _records(violation):
            found.setdefault(each.id, []).append(each)
    only = all(each.code == POSSIBLE for each in violations)
    return Twins(
        items=tuple(_twin(model, group) for group in found.values()),
        strict=any(each.code == DUPLICATE for each in about),
        button=ACCEPT if only else "",
    )


def without_twins(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """The violations that are told at their fields, as are duplicates of which none may be named."""
    return tuple(each for each in violations if not _records(each))


def _records(violation: Violation) -> tuple[Duplicate, ...]:
    records = violation.params.get("records")
    return tuple(each for each in records if isinstance(each, Duplicate)) if isinstance(records, tuple) else ()


def _twin(model: Model, group: Sequence[Duplicate]) -> Twin:
    first = group[0]
    entity = model.entity(first.entity)
    return Twin(
        title=first.title or gettext("(no name)"),
        href=record_url(first.entity, first.id),
        tone=tone_of_id(first.id),
        entity=entity.label.get(current_locale()) if entity is not None else first.entity,
        why=tuple(dict.fromkeys(each.label.get(current_locale()) for each in group)),
        archived=first.archived,
    )
