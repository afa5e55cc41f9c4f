"""Breaches of personal data: reported, counted down to the 72nd hour, and what others are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected
from kalip.records import Work
from kalip.records.privacy import NewBreach, change_breach, find_breach, marks_of, report_breach
from kalip.storage.privacy import BREACHES, Breach
from kalip.web.faults import errors_of
from kalip.web.inputs import whole_number
from kalip.web.locale import gettext
from kalip.web.privacy.showing import caring, desk_shell, entity_label, kind_words, page_of, when
from kalip.web.render import View, render
from kalip.web.session import write
from kalip.web.shell import plural_of

blueprint = Blueprint("privacy_breaches", __name__, url_prefix="/admin/privacy")
_BREACHES = View("privacy/breaches.html")
_BREACH = View("privacy/breach.html")
_MOMENT = "%Y-%m-%dT%H:%M"
_MOST_PERSONS = 10**10


@dataclass(frozen=True, slots=True)
class ShownBreach:
    """A breach; `left` are whole hours until the authority must be told, below zero when that has passed."""

    id: str
    title: str
    href: str
    discovered: str
    due: str
    left: int
    told: str
    persons: str
    closed: str
    affected: int
    entities: tuple[tuple[str, str], ...]
    happened: str
    consequences: str
    measures: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class BreachesPage:
    """All breaches, and the entities that may be affected."""

    breaches: tuple[ShownBreach, ...]
    entities: tuple[tuple[str, str], ...]
    now: str


@blueprint.get("/breaches")
def show_breaches() -> Response:
    """All breaches, the latest first."""
    with caring() as work:
        return _breaches(work, {}, {})


@blueprint.post("/breaches")
def new_breach() -> BaseResponse:
    """Report a breach."""
    form = request.form
    try:
        moment = datetime.strptime(form.get("discovered", ""), _MOMENT).replace(tzinfo=UTC)
        new = NewBreach(
            form.get("title", ""), moment, form.get("happened", ""), form.get("consequences", ""),
            form.get("measures", ""), tuple(form.getlist("entity")),
            whole_number(form.get("affected", ""), _MOST_PERSONS) or 0,
        )  # fmt: skip
        made = write(lambda work: report_breach(work, new))
    except ValueError:
        with caring() as work:
            return _breaches(work, {"discovered": gettext("That is no moment.")}, dict(form), 422)
    except RecordRejected as error:
        with caring() as work:
            return _breaches(work, errors_of(error.violations), dict(form), 422)
    return redirect(url_for("privacy_breaches.show_breach", breach_id=made.id))


@blueprint.get("/breaches/<breach_id>")
def show_breach(breach_id: str) -> Response:
    """One breach with its clock and the draft of a notice."""
    with caring() as work:
        found = _breach(work, find_breach(work, breach_id), notice=True)
        return render(_BREACH, desk_shell(work, found.title), page_of(found))


@blueprint.post("/breaches/<breach_id>")
def note_breach(breach_id: str) -> BaseResponse:
    """Note more of a breach: texts, or that somebody was told."""
    form = request.form
    texts = {name: form[name][:5_000] for name in ("happened", "consequences", "measures") if name in form}
    marks = {"authority": "authority_at", "persons": "persons_at", "close": "closed_at"}
    mark = marks.get(form.get("what", ""))

    def change(work: Work) -> Breach:
        return change_breach(work, breach_id, **texts, **({mark: work.now} if mark else {}))

    with caring():
        pass  # whoever may not is told so, whatever was sent
    if texts or mark:
        write(change)
    flash(gettext("It is noted."))
    return redirect(url_for("privacy_breaches.show_breach", breach_id=breach_id))


def _breaches(work: Work, errors: dict[str, str], sent: dict[str, str], status: int = 200) -> Response:
    found = tuple(_breach(work, each) for each in BREACHES.all(work.session))
    entities = tuple((name, plural_of(each)) for name, each in work.model.entities.items() if each.personal)
    page = page_of(BreachesPage(found, entities, work.now.strftime(_MOMENT)), errors, sent)
    return render(_BREACHES, desk_shell(work, gettext("Breaches")), page, status)


def _breach(work: Work, each: Breach, *, notice: bool = False) -> ShownBreach:
    kinds = kind_words()
    entities = tuple(
        (entity_label(work, name), ", ".join(kinds.get(kind, kind) for kind in found))
        for name, found in marks_of(work, each.entities).items()
    )
    return ShownBreach(
        each.id, each.title, url_for("privacy_breaches.show_breach", breach_id=each.id), when(work, each.discovered_at),
        when(work, each.due_at), int((each.due_at - work.now).total_seconds() // 3600), when(work, each.authority_at),
        when(work, each.persons_at), when(work, each.closed_at), each.affected, entities, each.happened,
        each.consequences, each.measures, _notice(each, entities, when(work, each.discovered_at)) if notice else "",
    )  # fmt: skip


def _notice(breach: Breach, entities: Sequence[tuple[str, str]], discovered: str) -> str:
    """The draft of what the authority, and with other words the persons, are told."""
    lines = [
        gettext("Notice of a breach of personal data"),
        "",
        f"{gettext('What happened')}: {breach.title}",
        breach.happened,
        f"{gettext('Discovered')}: {discovered}",
        f"{gettext('Data concerned')}: " + "; ".join(f"{label} ({kinds})" for label, kinds in entities),
        f"{gettext('Persons concerned, about')}: {breach.affected}",
        f"{gettext('Likely consequences')}: {breach.consequences}",
        f"{gettext('Measures taken')}: {breach.measures}",
        f"{gettext('Whom to ask')}: ",
    ]
    return "\n".join(lines)
