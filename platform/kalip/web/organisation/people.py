"""Groups with their people, and a person's place in the organisation: for administrators."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected
from kalip.records import Work, titles_of
from kalip.records.accounts import find_person
from kalip.records.organisation import (
    SaveGroup,
    away_notices,
    calendar_of,
    change_group,
    change_members,
    group_with,
    make_group,
    manager_of,
    remove_group,
)
from kalip.storage.groups import Group, groups_of, members_of
from kalip.storage.organisation import get_unit, positions_of
from kalip.web.faults import errors_of
from kalip.web.locale import current_locale, gettext
from kalip.web.organisation.shown import Who, day_text, days_text, placed, shell_below_tree, state_of
from kalip.web.organisation.tree import Tried, show_tree_page
from kalip.web.render import View, render
from kalip.web.session import administrating, reading, write
from kalip.web.tones import tone_of_id

blueprint = Blueprint("org_people", __name__, url_prefix="/admin/organisation")
_GROUP, _PERSON = View("organisation/group.html"), View("organisation/person.html")


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group: its people and its form."""

    group: Group
    members: tuple[Who, ...]
    sent: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A position of a person: `state` is over, now or coming."""

    unit: str
    href: str
    title: str
    head: bool
    days: str
    state: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person's positions, groups, manager and calendar."""

    who: Who
    email: str
    active: bool
    roles: tuple[str, ...]
    places: tuple[ShownPlace, ...]
    groups: tuple[tuple[str, str], ...]
    manager: Who | None
    calendar: str
    away: str
    away_href: str


@blueprint.post("/groups")
def add_group() -> BaseResponse:
    """Make a group."""
    form = request.form
    command = SaveGroup(form.get("code", ""), form.get("name", ""))
    try:
        made = write(lambda work: make_group(administrating(work), command))
    except RecordRejected as error:
        with reading() as work:
            return show_tree_page(work, Tried(other=form, other_errors=errors_of(error.violations)), 422)
    flash(gettext("The group is made."))
    return redirect(url_for("org_people.show_group", group_id=made))


@blueprint.get("/groups/<group_id>")
def show_group(group_id: str) -> Response:
    """A group with its people."""
    with reading() as work:
        return _show_group(work, group_id)


@blueprint.post("/groups/<group_id>")
def save_group(group_id: str) -> BaseResponse:
    """Give a group another code or name."""
    form = request.form
    command = SaveGroup(form.get("code", ""), form.get("name", ""))
    try:
        write(lambda work: change_group(administrating(work), group_id, command))
    except RecordRejected as error:
        with reading() as work:
            return _show_group(work, group_id, form, errors_of(error.violations), 422)
    flash(gettext("Saved."))
    return redirect(url_for("org_people.show_group", group_id=group_id))


@blueprint.post("/groups/<group_id>/members")
def save_members(group_id: str) -> BaseResponse:
    """Put a person into a group, or take one out."""
    add, remove = request.form.get("user", ""), request.form.get("remove", "")
    back = request.form.get("back", "")
    try:
        write(
            lambda work: change_members(
                administrating(work), group_id, [add] if add else [], [remove] if remove else []
            )
        )
    except RecordRejected as error:
        with reading() as work:
            return _show_group(work, group_id, errors=errors_of(error.violations), status=422)
    flash(gettext("Saved."))
    if back:
        return redirect(url_for("org_people.show_person", user_id=add or remove))
    return redirect(url_for("org_people.show_group", group_id=group_id))


@blueprint.post("/groups/<group_id>/remove")
def drop_group(group_id: str) -> BaseResponse:
    """Forget a group."""
    write(lambda work: remove_group(administrating(work), group_id))
    flash(gettext("The group is gone."))
    return redirect(url_for("organisation.show_tree"))


@blueprint.get("/people/<user_id>")
def show_person(user_id: str) -> Response:
    """A person's place in the organisation."""
    with reading() as work:
        page = _person(administrating(work), user_id)
        return render(_PERSON, shell_below_tree(work, page.who.name), page)


def _show_group(
    work: Work,
    group_id: str,
    sent: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    group = group_with(administrating(work), group_id)
    people = members_of(work.session, group_id)
    titles = titles_of(work, {"user": people})
    members = tuple(placed(titles, each) for each in people)
    page = GroupPage(group, members, sent or {"code": group.code, "name": group.name}, errors or {})
    return render(_GROUP, shell_below_tree(work, group.name), page, status)


def _person(work: Work, user_id: str) -> PersonPage:
    user = find_person(work, user_id)
    locale = current_locale()
    manager, calendar = manager_of(work, user_id), calendar_of(work, user_id)
    away = away_notices(work, [user_id])
    mine = groups_of(work.session, user_id)
    return PersonPage(
        who=Who(user.id, user.name, tone_of_id(user.id)),
        email=user.email,
        active=user.active,
        roles=tuple(work.model.roles[each].label.get(locale) for each in user.roles if each in work.model.roles),
        places=tuple(_places(work, user_id)),
        groups=tuple((each.id, each.name) for each in mine),
        manager=placed(titles_of(work, {"user": [manager]}), manager) if manager else None,
        calendar=calendar.label.get(locale) if calendar is not None else "",
        away=gettext("Away until {day}", day=day_text(away[0].until.date())) if away else "",
        away_href=url_for("away.show_away", user=user_id),
    )


def _places(work: Work, user_id: str) -> list[ShownPlace]:
    found = []
    for each in positions_of(work.session, user_id):
        unit = get_unit(work.session, each.unit)
        state = state_of(each, work.context.today)
        href = url_for("organisation.show_unit", unit_id=each.unit)
        name = unit.name if unit is not None else each.unit
        found.append(ShownPlace(name, href, each.title, each.head, days_text(each.since, each.until), state))
    return found
