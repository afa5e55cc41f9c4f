"""Sharing of a record: with whom it is shared, a form that shares it, and taking back."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected, Violation
from kalip.model import Entity, Verb
from kalip.records import Work, require_visible, title_of
from kalip.records.sharing import (
    LONGEST_REASON,
    ShareRecord,
    ShareView,
    end_share,
    may_share,
    record_shares,
    sharable_verbs,
    share_record,
)
from kalip.storage.groups import list_groups
from kalip.storage.organisation import list_units
from kalip.web import htmx
from kalip.web.cells import record_url
from kalip.web.faults import errors_of
from kalip.web.inputs import Option, read_moment
from kalip.web.locale import gettext
from kalip.web.record.page import record_shell
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import reading, write

blueprint = Blueprint("sharing", __name__)
_PAGE = View("record/shares.html", "record/_shares.html")
_LEFT_TO_NOBODY = frozenset(("verbs", "user", "group", "unit", "until", "reason"))


@dataclass(frozen=True, slots=True)
class ShownShare:
    """A share in words; `end` is where to take it back."""

    name: str
    icon: str
    verbs: str
    until: str
    reason: str
    told: str
    end: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """The shares of a record, and the form of another one where the actor may share it."""

    href: str
    back: str
    title: str
    shares: tuple[ShownShare, ...]
    may_share: bool
    verbs: tuple[Option, ...]
    groups: tuple[Option, ...]
    units: tuple[Option, ...]
    user: str
    user_name: str
    until: str
    reason: str
    errors: Mapping[str, str]
    fault: str
    longest: int = LONGEST_REASON


@blueprint.get("/<entity>/<record_id>/shares")
def show_shares(entity: str, record_id: str) -> Response:
    """With whom a record is shared, and the form that shares it."""
    with reading() as work:
        return _show(work, entity, record_id)


@blueprint.post("/<entity>/<record_id>/shares")
def share(entity: str, record_id: str) -> BaseResponse:
    """Share a record."""
    form = request.form
    kind = next((each for each in ("group", "unit") if form.get(each)), "user")

    def use(work: Work) -> object:
        faults: list[Violation] = []
        until = read_moment(work, form.get("until", ""), "/until", faults)
        if faults:
            raise RecordRejected(faults)
        verbs = tuple(form.getlist("verbs")) or ("read",)
        return share_record(
            work, ShareRecord(entity, record_id, kind, form.get(kind, ""), form.get("reason", ""), verbs, until)
        )

    try:
        write(use)
    except RecordRejected as error:
        with reading() as work:
            return _show(work, entity, record_id, error.violations, 422)
    return _done(entity, record_id, gettext("The record is shared."))


@blueprint.post("/<entity>/<record_id>/shares/<share_id>/end")
def end(entity: str, record_id: str, share_id: str) -> BaseResponse:
    """Take a share back."""
    write(lambda work: end_share(work, entity, record_id, share_id))
    return _done(entity, record_id, gettext("The record is shared no longer."))


def verb_label(verb: str) -> str:
    """What people call a verb that can be shared."""
    labels = {
        "read": gettext("See"),
        "update": gettext("Change"),
        "archive": gettext("Archive"),
        "restore": gettext("Restore"),
        "transition": gettext("Move"),
        "convert": gettext("Convert"),
        "assign": gettext("Give away"),
    }
    return labels.get(verb, verb)


def _done(entity: str, record_id: str, text: str) -> BaseResponse:
    if not htmx.is_htmx():
        flash(text)
        return htmx.lead_to(record_url(entity, record_id))
    with reading() as work:
        response = _show(work, entity, record_id, blank=True)
    htmx.trigger(response, {"kalip:toast": {"message": text}})
    return response


def _show(  # noqa: PLR0913 a page's few choices
    work: Work,
    entity_name: str,
    record_id: str,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
    *,
    blank: bool = False,
) -> Response:
    entity = require_visible(work, entity_name, record_id)
    given: Mapping[str, str] = {} if blank else request.form
    page = _sharing(work, entity, record_id, given, errors_of(violations))
    return render(_PAGE, record_shell(work, entity, page.title), page, status)


def _sharing(
    work: Work, entity: Entity, record_id: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> Sharing:
    allowed = may_share(work, entity, record_id)
    user = given.get("user", "")
    chosen = request.form.getlist("verbs") if given else []
    return Sharing(
        href=url_for("sharing.share", entity=entity.name, record_id=record_id),
        back=record_url(entity.name, record_id),
        title=title_of(work, entity.name, record_id) or gettext("(no name)"),
        shares=tuple(_shown(work, each) for each in record_shares(work, entity.name, record_id)),
        may_share=allowed,
        verbs=tuple(
            Option(verb.value, verb_label(verb.value), verb.value in chosen or verb is Verb.READ)
            for verb in (sharable_verbs(work, entity, record_id) if allowed else ())
        ),
        groups=_options(given.get("group", ""), [(each.id, each.name) for each in list_groups(work.session)]),
        units=_options(given.get("unit", ""), [(each.id, each.name) for each in list_units(work.session)]),
        user=user,
        user_name=title_of(work, "user", user) if user else "",
        until=given.get("until", ""),
        reason=given.get("reason", ""),
        errors=errors,
        fault=" ".join(text for name, text in errors.items() if name not in _LEFT_TO_NOBODY),
    )


def _options(chosen: str, known: list[tuple[str, str]]) -> tuple[Option, ...]:
    if not known:
        return ()
    return (Option("", "", not chosen), *(Option(key, name, key == chosen) for key, name in known))


def _shown(work: Work, view: ShareView) -> ShownShare:
    share = view.share
    names = {"user": "user", "group": "users", "unit": "hierarchy"}
    when = moment(work, share.at)
    return ShownShare(
        name=view.grantee_name or gettext("(gone)"),
        icon=names[share.grantee_kind],
        verbs=", ".join(map(verb_label, share.verbs)),
        until=gettext("until {when}", when=moment(work, share.until)) if share.until is not None else "",
        reason=share.reason,
        told=gettext("{name}, {when}", name=view.by_name, when=when) if view.by_name else when,
        end=url_for("sharing.end", entity=share.entity, record_id=share.record_id, share_id=share.id),
    )
