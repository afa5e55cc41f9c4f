"""REST of units, positions and groups: for administrators."""

from flask import Blueprint, Response, request

from kalip.records import Work
from kalip.records.organisation import (
    SaveGroup,
    SavePosition,
    SaveUnit,
    administering,
    calendar_of_unit,
    change_group,
    change_members,
    change_position,
    change_unit,
    group_with,
    make_group,
    make_position,
    make_unit,
    position_with,
    remove_group,
    remove_position,
    remove_unit,
    set_members,
    tree_of,
    unit_with,
)
from kalip.storage.groups import list_groups, members_of
from kalip.storage.organisation import leads_of_units, positions_in, positions_of, units_above
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.organisation.plain import Json, branch_json, group_json, position_json, unit_json
from kalip.web.api.reading import Body

blueprint = Blueprint("api_organisation", __name__)
UNIT_NAMES = ("code", "name", "parent", "manager", "calendar", "active")
POSITION_NAMES = ("user", "unit", "title", "head", "since", "until")


@blueprint.get("/organisation/units")
def list_units() -> Response:
    """The tree, each unit after its parent."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        return Answer({"items": [branch_json(each) for each in tree_of(work)]})

    return read(use)


@blueprint.post("/organisation/units")
def add_unit() -> Response:
    """Make a unit."""
    Arguments()
    command = _unit(Body(*UNIT_NAMES, present={"active": True}))

    def use(work: Work) -> Answer:
        unit_id = make_unit(work, command)
        return Answer(_one(work, unit_id), 201, {"Location": f"/api/organisation/units/{unit_id}"})

    return write(use, request.get_data())


@blueprint.get("/organisation/units/<unit_id>")
def get_unit(unit_id: str) -> Response:
    """A unit with the people in it."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        return Answer(_one(work, unit_id))

    return read(use)


@blueprint.patch("/organisation/units/<unit_id>")
def patch_unit(unit_id: str) -> Response:
    """Change a unit, or hang it elsewhere."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        change_unit(work, unit_id, _unit(Body(*UNIT_NAMES, present=unit_json(unit_with(work, unit_id)))))
        return Answer(_one(work, unit_id))

    return write(use, request.get_data())


@blueprint.delete("/organisation/units/<unit_id>")
def delete_unit(unit_id: str) -> Response:
    """Take a unit away that nothing hangs below and nobody is in."""
    Arguments()

    def use(work: Work) -> Answer:
        remove_unit(work, unit_id)
        return Answer(None, 204)

    return write(use)


@blueprint.get("/organisation/positions")
def list_positions() -> Response:
    """The positions of a user, or in a unit."""
    arguments = Arguments("user", "unit")
    user, unit = arguments.text("user"), arguments.text("unit")

    def use(work: Work) -> Answer:
        administering(work)
        found = positions_of(work.session, user) if user is not None else positions_in(work.session, unit or "")
        return Answer({"items": [position_json(each) for each in found if unit in (None, each.unit)]})

    return read(use)


@blueprint.post("/organisation/positions")
def add_position() -> Response:
    """Give a person a place in a unit."""
    Arguments()
    command = _position(Body(*POSITION_NAMES))

    def use(work: Work) -> Answer:
        made = make_position(work, command)
        return Answer(
            position_json(position_with(work, made)), 201, {"Location": f"/api/organisation/positions/{made}"}
        )

    return write(use, request.get_data())


@blueprint.patch("/organisation/positions/<position_id>")
def patch_position(position_id: str) -> Response:
    """Change a position: its title, its days, who leads."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        present = position_json(position_with(work, position_id))
        return Answer(
            position_json(change_position(work, position_id, _position(Body(*POSITION_NAMES, present=present))))
        )

    return write(use, request.get_data())


@blueprint.delete("/organisation/positions/<position_id>")
def delete_position(position_id: str) -> Response:
    """Forget a position that was a mistake."""
    Arguments()

    def use(work: Work) -> Answer:
        remove_position(work, position_id)
        return Answer(None, 204)

    return write(use)


@blueprint.get("/organisation/groups")
def list_all_groups() -> Response:
    """All groups."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        return Answer({"items": [group_json(each) for each in list_groups(work.session)]})

    return read(use)


@blueprint.post("/organisation/groups")
def add_group() -> Response:
    """Make a group, with people in it when they are named."""
    Arguments()
    body = Body("code", "name", "members")
    command, members = SaveGroup(body.text("code"), body.text("name")), body.names("members")
    body.check()

    def use(work: Work) -> Answer:
        made = make_group(work, command)
        change_members(work, made, members)
        return Answer(_group(work, made), 201, {"Location": f"/api/organisation/groups/{made}"})

    return write(use, request.get_data())


@blueprint.get("/organisation/groups/<group_id>")
def get_group(group_id: str) -> Response:
    """A group with its people."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        return Answer(_group(work, group_id))

    return read(use)


@blueprint.patch("/organisation/groups/<group_id>")
def patch_group(group_id: str) -> Response:
    """Change a group's code or name; `members` are all of its people then, `add` and `remove` are some."""
    Arguments()

    def use(work: Work) -> Answer:
        administering(work)
        present = group_json(group_with(work, group_id))
        body = Body("code", "name", "members", "add", "remove", present=present)
        command = SaveGroup(body.text("code"), body.text("name"))
        members, add, remove = body.names("members"), body.names("add"), body.names("remove")
        body.check()
        change_group(work, group_id, command)
        if "members" in body.sent:
            set_members(work, group_id, members)
        change_members(work, group_id, add, remove)
        return Answer(_group(work, group_id))

    return write(use, request.get_data())


@blueprint.delete("/organisation/groups/<group_id>")
def delete_group(group_id: str) -> Response:
    """Forget a group; its people stay."""
    Arguments()

    def use(work: Work) -> Answer:
        remove_group(work, group_id)
        return Answer(None, 204)

    return write(use)


def _unit(body: Body) -> SaveUnit:
    command = SaveUnit(
        code=body.text("code"),
        name=body.text("name"),
        parent=body.maybe("parent"),
        manager=body.maybe("manager"),
        calendar=body.maybe("calendar"),
        active=body.flag("active", default=True),
    )
    body.check()
    return command


def _position(body: Body) -> SavePosition:
    command = SavePosition(
        user=body.text("user"),
        unit=body.text("unit"),
        title=body.text("title"),
        head=body.flag("head"),
        since=body.day("since"),
        until=body.day("until"),
    )
    body.check()
    return command


def _one(work: Work, unit_id: str) -> Json:
    unit = unit_with(work, unit_id)
    calendar = calendar_of_unit(work, unit_id)
    leading = leads_of_units(work.session, [unit_id], work.context.today).get(unit_id, ())
    return {
        **unit_json(unit),
        "path": [each.id for each in reversed(units_above(work.session, unit_id))],
        "leads": list(leading),
        "calendar_in_force": None if calendar is None else calendar.name,
        "positions": [position_json(each) for each in positions_in(work.session, unit_id)],
    }


def _group(work: Work, group_id: str) -> Json:
    return group_json(group_with(work, group_id), members_of(work.session, group_id))
