"""When a person is away and who stands in: one's own page, and that of those whom one leads. Acting for another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected, Violation
from kalip.model import Model
from kalip.records import Titles, Work, titles_of
from kalip.records.accounts import find_person, start_acting, stop_acting
from kalip.records.organisation import (
    MOST_LED,
    REASONS,
    Led,
    NewSubstitution,
    SaveAbsence,
    absence_with,
    absences_led,
    absences_shown,
    change_absence,
    end_substitution,
    make_absence,
    make_substitution,
    people_led,
    remove_absence,
    substitutions_shown,
)
from kalip.storage import User
from kalip.storage.substitutions import Substitution
from kalip.web.faults import errors_of
from kalip.web.inputs import Option
from kalip.web.locale import gettext
from kalip.web.organisation.shown import (
    Who,
    begin_of,
    end_of,
    kind_labels,
    period_text,
    read_day,
    reason_labels,
)
from kalip.web.render import View, render
from kalip.web.session import reading, services, token, write
from kalip.web.shell import Crumb, plural_of, shell_of
from kalip.web.tones import tone_of_id

blueprint = Blueprint("away", __name__)
_PAGE = View("organisation/away.html")
_NAMES = ("first", "last", "reason", "note", "substitute", "kind", "moves")


@dataclass(frozen=True, slots=True)
class ShownAbsence:
    """An absence: `state` is over, now or coming."""

    id: str
    period: str
    reason: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class ShownSubstitution:
    """A substitution, with the other person; `chain` tells over whom it reaches."""

    id: str
    who: Who
    period: str
    kind: str
    entities: str
    note: str
    moves: bool
    state: str


@dataclass(frozen=True, slots=True)
class OthersAway:
    """An absence of somebody whom one leads; `stand_ins` are names."""

    who: Who
    period: str
    reason: str
    state: str
    stand_ins: str


@dataclass(frozen=True, slots=True)
class AwayPage:
    """A person's absences, substitutes, and those for whom the person stands in, with the form of new ones.

    On the own page `others` are absences of those whom one leads, `led` these people; of everybody, and nobody, for
    administrators. `more` says that there are absences beyond, `led_count` how many people are led.
    """

    user: str
    name: str
    mine: bool
    frozen: bool
    absences: tuple[ShownAbsence, ...]
    substitutes: tuple[ShownSubstitution, ...]
    standing: tuple[ShownSubstitution, ...]
    reasons: tuple[Option, ...]
    kinds: tuple[tuple[str, str, str, bool], ...]
    entities: tuple[Option, ...]
    sent: Mapping[str, str]
    substitute_name: str
    errors: Mapping[str, str]
    leading: bool
    others: tuple[OthersAway, ...]
    more: bool
    led: tuple[Who, ...]
    led_count: int


@blueprint.get("/account/away")
def show_away() -> Response:
    """The page of the person, or of one whom the person leads."""
    with reading() as work:
        return _show(work, request.args.get("user", "") or work.actor.id or "")


@blueprint.post("/account/away")
def add() -> BaseResponse:
    """Note an absence, a substitute, or both for the same days."""
    user = request.form.get("user", "")
    chosen = tuple(request.form.getlist("entity"))

    def use(work: Work) -> None:
        person = find_person(work, user)
        faults: list[Violation] = []
        form = request.form
        first, last = (read_day(form.get(name, ""), f"/{name}", faults) for name in ("first", "last"))
        for name, day in (("first", first), ("last", last)):
            if day is None and not faults:
                faults.append(Violation(f"/{name}", "required", "Say from when until when."))
        substitute, reason = form.get("substitute", ""), form.get("reason", "")
        if not substitute and not reason:
            faults.append(Violation("/substitute", "required", "Choose who stands in, or say why you are away."))
        if faults or first is None or last is None:
            raise RecordRejected(faults)
        starts, ends = begin_of(first, person.timezone), end_of(last, person.timezone)
        if reason:
            make_absence(work, SaveAbsence(user, starts, ends, reason, form.get("note", "")))
        if substitute:
            make_substitution(
                work,
                NewSubstitution(
                    user, substitute, max(starts, work.now), ends,
                    form.get("kind", "tasks"), chosen, form.get("note", ""), form.get("moves") == "1",
                ),
            )  # fmt: skip

    try:
        write(use)
    except RecordRejected as error:
        errors = {_PLACES.get(name, name): text for name, text in errors_of(error.violations).items()}
        with reading() as work:
            return _show(work, user, {**request.form, "entities": " ".join(chosen)}, errors, 422)
    flash(gettext("Saved."))
    return _back(user)


@blueprint.post("/account/away/<absence_id>/remove")
def remove(absence_id: str) -> BaseResponse:
    """Forget an absence; the present one ends now instead."""

    def use(work: Work) -> str:
        absence = absence_with(work, absence_id)
        if absence.starts < work.now < absence.ends:
            kept = SaveAbsence(absence.user_id, absence.starts, work.now, absence.reason, absence.note)
            change_absence(work, absence_id, kept)
        else:
            remove_absence(work, absence_id)
        return absence.user_id

    user = write(use)
    flash(gettext("Saved."))
    return _back(user)


@blueprint.post("/account/substitutes/<substitution_id>/end")
def end(substitution_id: str) -> BaseResponse:
    """End a substitution now."""
    ended = write(lambda work: end_substitution(work, substitution_id))
    flash(gettext("The substitution has ended."))
    return _back(request.form.get("user", "") or ended.absent)


@blueprint.post("/account/acting")
def start() -> BaseResponse:
    """Act for another from now on."""
    start_acting(services(), token(), request.form.get("user", ""), "for")
    return redirect(url_for("home.show_home"))


@blueprint.post("/account/acting/stop")
def stop() -> BaseResponse:
    """Act for oneself again."""
    stop_acting(services(), token())
    return redirect(url_for("home.show_home"))


_PLACES = {"starts": "first", "ends": "last"}


def _back(user: str) -> BaseResponse:
    with reading() as work:
        mine = user == work.actor.id
    return redirect(url_for("away.show_away", user=None if mine else user))


def _show(
    work: Work,
    user_id: str,
    sent: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    person = find_person(work, user_id)
    page = _page(work, person, sent or {})
    title = gettext("Away and substitute") if page.mine else gettext("Absence of {name}", name=person.name)
    return render(_PAGE, shell_of(work, title, [Crumb(title)]), replace(page, errors=errors or {}), status)


def _page(work: Work, person: User, sent: Mapping[str, str]) -> AwayPage:
    labels, chosen = reason_labels(), sent.get("reason", "vacation")
    kind, entities = sent.get("kind", "tasks"), sent.get("entities", "").split()
    found = substitutions_shown(work, person.id)
    people = [each.absent for each in found] + [each.substitute for each in found] + [sent.get("substitute", "")]
    titles = titles_of(work, {"user": [each for each in people if each]})
    shown = [(each, _substitution(work, each, person, titles)) for each in found]
    reasons = [Option("", gettext("Not away, only a substitute"), chosen == "")]
    absences = [
        ShownAbsence(
            each.id,
            period_text(each.starts, each.ends, person.timezone),
            labels.get(each.reason, each.reason),
            each.note,
            "over" if each.ends <= work.now else "now" if each.starts <= work.now else "coming",
        )
        for each in absences_shown(work, person.id)
    ]
    mine = person.id == work.actor.id and work.actor.on_behalf is None
    led = people_led(work) if mine and not work.actor.administrator else Led()
    named = titles_of(work, {"user": list(led.people)})
    others = tuple(_others(work)) if mine else ()
    return AwayPage(
        user=person.id,
        name=person.name,
        mine=person.id == work.actor.id,
        frozen=work.actor.on_behalf is not None,
        absences=tuple(absences),
        substitutes=tuple(one for each, one in shown if each.absent == person.id),
        standing=tuple(one for each, one in shown if each.substitute == person.id),
        reasons=(*(Option(name, labels[name], name == chosen) for name in REASONS), *reasons),
        kinds=tuple((name, *texts, name == kind) for name, texts in kind_labels().items()),
        entities=tuple(_entities(work.model, entities)),
        sent={name: sent.get(name, "") for name in _NAMES},
        substitute_name=titles.of("user", sent.get("substitute", "")) if sent.get("substitute") else "",
        errors={},
        leading=mine and (work.actor.administrator or led.count > 0),
        others=others[:MOST_LED],
        more=len(others) > MOST_LED,
        led=tuple(_led(named, each) for each in led.people),
        led_count=led.count,
    )


def _others(work: Work) -> Iterable[OthersAway]:
    found, labels = absences_led(work), reason_labels()
    people = [name for each in found for name in (each.absence.user_id, *each.stand_ins)]
    titles = titles_of(work, {"user": people})
    for each in found:
        absence = each.absence
        yield OthersAway(
            _led(titles, absence.user_id),
            period_text(absence.starts, absence.ends, work.actor.timezone),
            labels.get(absence.reason, absence.reason),
            "now" if absence.starts <= work.now else "coming",
            ", ".join(titles.of("user", name) for name in each.stand_ins),
        )


def _led(titles: Titles, user_id: str) -> Who:
    """A person with the way to one's absences."""
    return Who(user_id, titles.of("user", user_id), tone_of_id(user_id), href=url_for("away.show_away", user=user_id))


def _substitution(work: Work, each: Substitution, person: User, titles: Titles) -> ShownSubstitution:
    other = each.substitute if each.absent == person.id else each.absent
    names = [plural_of(work.model.entities[name]) for name in each.entities if name in work.model.entities]
    state = "over" if each.over <= work.now else "now" if each.in_force(work.now) else "coming"
    return ShownSubstitution(
        each.id,
        Who(other, titles.of("user", other), tone_of_id(other)),
        period_text(each.starts, max(each.over, each.starts), person.timezone),
        kind_labels()[each.kind][0],
        ", ".join(names),
        each.note,
        each.moves,
        state,
    )


def _entities(model: Model, chosen: Iterable[str]) -> Iterable[Option]:
    known = set(chosen)
    for entity in model.entities.values():
        if not entity.owned_by:
            yield Option(entity.name, plural_of(entity), entity.name in known)
