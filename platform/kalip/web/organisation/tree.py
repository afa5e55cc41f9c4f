"""The tree of units and the page of one: for administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected, Violation
from kalip.records import Titles, Work, titles_of
from kalip.records.organisation import (
    Branch,
    SavePosition,
    SaveUnit,
    calendar_of_unit,
    change_position,
    change_unit,
    make_position,
    make_unit,
    position_with,
    remove_position,
    remove_unit,
    tree_of,
    unit_with,
)
from kalip.storage.groups import Group, group_sizes, list_groups
from kalip.storage.organisation import Position, leads_of_units, positions_in, units_above
from kalip.web.faults import errors_of
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.organisation.shown import (
    Who,
    calendar_options,
    days_text,
    placed,
    read_day,
    shell_below_tree,
    state_of,
    unit_options,
)
from kalip.web.render import View, render
from kalip.web.session import administrating, reading, write
from kalip.web.shell import Crumb, shell_of
from kalip.web.tones import tone_of_id

blueprint = Blueprint("organisation", __name__, url_prefix="/admin/organisation")
_TREE, _UNIT = View("organisation/tree.html"), View("organisation/unit.html")


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit in the tree."""

    branch: Branch
    href: str
    leads: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class UnitForm:
    """The form of a unit."""

    sent: Mapping[str, str]
    parents: tuple[Option, ...]
    calendars: tuple[Option, ...]
    manager_name: str
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TreePage:
    """The tree, the groups, and the forms of new ones."""

    units: tuple[ShownUnit, ...]
    groups: tuple[tuple[Group, int], ...]
    form: UnitForm
    group_errors: Mapping[str, str]
    group_sent: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownPosition:
    """A position in a unit: `state` is over, now or coming."""

    id: str
    who: Who
    title: str
    head: bool
    days: str
    state: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit: its people, what hangs below it, its form."""

    id: str
    name: str
    code: str
    path: tuple[tuple[str, str], ...]
    leads: tuple[Who, ...]
    calendar: str
    people: tuple[ShownPosition, ...]
    below: tuple[ShownUnit, ...]
    form: UnitForm
    position: Mapping[str, str]
    position_name: str
    position_errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was sent of a unit, or by the page's `other` form (of a group, a position), and why it was refused."""

    unit: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    other_errors: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("")
def show_tree() -> Response:
    """The tree and the groups."""
    with reading() as work:
        return show_tree_page(work)


@blueprint.post("/units")
def add() -> BaseResponse:
    """Make a unit."""
    form = request.form
    try:
        made = write(lambda work: make_unit(administrating(work), _command(form)))
    except RecordRejected as error:
        with reading() as work:
            return show_tree_page(work, Tried(form, errors_of(error.violations)), 422)
    flash(gettext("The unit is made."))
    return redirect(url_for("organisation.show_unit", unit_id=made))


@blueprint.get("/units/<unit_id>")
def show_unit(unit_id: str) -> Response:
    """A unit with its people."""
    with reading() as work:
        return _show(work, unit_id)


@blueprint.post("/units/<unit_id>")
def change(unit_id: str) -> BaseResponse:
    """Change a unit, or hang it elsewhere."""
    form = request.form
    try:
        write(lambda work: change_unit(administrating(work), unit_id, _command(form)))
    except RecordRejected as error:
        with reading() as work:
            return _show(work, unit_id, Tried(form, errors_of(error.violations)), 422)
    flash(gettext("Saved."))
    return redirect(url_for("organisation.show_unit", unit_id=unit_id))


@blueprint.post("/units/<unit_id>/remove")
def remove(unit_id: str) -> BaseResponse:
    """Take a unit away."""
    write(lambda work: remove_unit(administrating(work), unit_id))
    flash(gettext("The unit is gone."))
    return redirect(url_for("organisation.show_tree"))


@blueprint.post("/units/<unit_id>/positions")
def add_person(unit_id: str) -> BaseResponse:
    """Give a person a place in the unit."""
    form = request.form
    try:
        write(lambda work: make_position(administrating(work), _position(unit_id, form)))
    except RecordRejected as error:
        with reading() as work:
            return _show(work, unit_id, Tried(other=form, other_errors=errors_of(error.violations)), 422)
    flash(gettext("Saved."))
    return redirect(url_for("organisation.show_unit", unit_id=unit_id))


@blueprint.post("/positions/<position_id>")
def change_place(position_id: str) -> BaseResponse:
    """End a position today, let its holder lead or lead no more, or forget it."""
    what = request.form.get("what", "")

    def use(work: Work) -> str:
        found = position_with(administrating(work), position_id)
        if what == "remove":
            remove_position(work, position_id)
        else:
            until = work.context.today if what == "end" else found.until
            head = not found.head if what == "head" else found.head
            command = SavePosition(found.user_id, found.unit, found.title, head, found.since, until)
            change_position(work, position_id, command)
        return found.unit

    unit = write(use)
    flash(gettext("Saved."))
    return redirect(url_for("organisation.show_unit", unit_id=unit))


def show_tree_page(work: Work, tried: Tried | None = None, status: int = 200) -> Response:
    """The page of the tree, with what was sent and refused."""
    asked = tried or Tried()
    tree = tree_of(administrating(work))
    sizes = group_sizes(work.session)
    page = TreePage(
        _shown(work, tree),
        tuple((each, sizes.get(each.id, 0)) for each in list_groups(work.session)),
        _form(work, tree, asked.unit, asked.errors),
        asked.other_errors,
        asked.other,
    )
    title = gettext("Organisation")
    return render(_TREE, shell_of(work, title, [Crumb(gettext("Administration")), Crumb(title)]), page, status)


def _show(work: Work, unit_id: str, tried: Tried | None = None, status: int = 200) -> Response:
    asked = tried or Tried()
    unit = unit_with(administrating(work), unit_id)
    tree = tree_of(work)
    above = list(reversed(units_above(work.session, unit_id)))
    below = _below(tree, unit_id)
    now = {
        "code": unit.code,
        "name": unit.name,
        "parent": unit.parent or "",
        "manager": unit.manager or "",
        "calendar": unit.calendar or "",
        "active": "1" if unit.active else "",
    }
    calendar = calendar_of_unit(work, unit_id)
    positions = positions_in(work.session, unit_id)
    leading = leads_of_units(work.session, [unit_id], work.context.today).get(unit_id, ())
    chosen = asked.other.get("user", "")
    titles = titles_of(work, {"user": [*(each.user_id for each in positions), *leading, chosen]})
    hidden = frozenset((unit_id, *(each.unit.id for each in below)))
    page = UnitPage(
        id=unit.id,
        name=unit.name,
        code=unit.code,
        path=tuple((each.name, url_for("organisation.show_unit", unit_id=each.id)) for each in above[:-1]),
        leads=tuple(placed(titles, each) for each in leading),
        calendar=calendar.label.get(current_locale()) if calendar is not None else "",
        people=tuple(_place(work, each, titles) for each in positions),
        below=_shown(work, [each for each in below if each.unit.parent == unit_id]),
        form=_form(work, tree, asked.unit or now, asked.errors, hidden),
        position=asked.other,
        position_name=titles.of("user", chosen) if chosen else "",
        position_errors=asked.other_errors,
    )
    return render(_UNIT, shell_below_tree(work, unit.name), page, status)


def _below(tree: Sequence[Branch], unit_id: str) -> list[Branch]:
    """What hangs below a unit, at any depth: in the tree's order that follows it directly."""
    at = next(index for index, each in enumerate(tree) if each.unit.id == unit_id)
    found = []
    for each in tree[at + 1 :]:
        if each.depth <= tree[at].depth:
            break
        found.append(each)
    return found


def _shown(work: Work, tree: Sequence[Branch]) -> tuple[ShownUnit, ...]:
    leading = leads_of_units(work.session, [each.unit.id for each in tree], work.context.today)
    titles = titles_of(work, {"user": [user for users in leading.values() for user in users]})
    return tuple(
        ShownUnit(
            each,
            url_for("organisation.show_unit", unit_id=each.unit.id),
            tuple(Who(user, titles.of("user", user), tone_of_id(user)) for user in leading.get(each.unit.id, ())),
        )
        for each in tree
    )


def _place(work: Work, position: Position, titles: Titles) -> ShownPosition:
    who, state = placed(titles, position.user_id), state_of(position, work.context.today)
    days = days_text(position.since, position.until)
    return ShownPosition(position.id, who, position.title, position.head, days, state)


def _form(
    work: Work,
    tree: Sequence[Branch],
    sent: Mapping[str, str],
    errors: Mapping[str, str],
    hidden: frozenset[str] = frozenset(),
) -> UnitForm:
    manager = sent.get("manager", "")
    name = titles_of(work, {"user": [manager]}).of("user", manager) if manager else ""
    parents = (
        Option("", gettext("At the top"), not sent.get("parent")),
        *unit_options(tree, sent.get("parent", ""), without=hidden),
    )
    return UnitForm(sent, parents, calendar_options(work, sent.get("calendar")), name, errors)


def _command(form: Mapping[str, str]) -> SaveUnit:
    return SaveUnit(
        code=form.get("code", ""),
        name=form.get("name", ""),
        parent=form.get("parent") or None,
        manager=form.get("manager") or None,
        calendar=form.get("calendar") or None,
        active=form.get("active", "1") == "1",
    )


def _position(unit_id: str, form: Mapping[str, str]) -> SavePosition:
    faults: list[Violation] = []
    since, until = (read_day(form.get(name, ""), f"/{name}", faults) for name in ("since", "until"))
    if faults:
        raise RecordRejected(faults)
    head = form.get("head") == "1"
    return SavePosition(form.get("user", ""), unit_id, form.get("title", ""), head, since, until)
