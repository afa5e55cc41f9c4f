"""REST of a person's place in the organisation, of absences and of who stands in for whom."""

from flask import Blueprint, Response, request

from kalip.fields.moments import moment_text
from kalip.records import Work
from kalip.records.accounts import find_person, principals_of
from kalip.records.organisation import (
    MOST_LED,
    NewSubstitution,
    SaveAbsence,
    absence_with,
    absences_led,
    absences_shown,
    arranging,
    away_notices,
    calendar_of,
    change_absence,
    end_substitution,
    make_absence,
    make_substitution,
    manager_of,
    remove_absence,
    substitution_with,
    substitutions_shown,
)
from kalip.records.standing_in import my_standings
from kalip.storage.groups import groups_of
from kalip.storage.organisation import positions_of
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.organisation.plain import (
    Json,
    absence_json,
    away_json,
    group_json,
    position_json,
    substitution_json,
)
from kalip.web.api.reading import Body

blueprint = Blueprint("api_absences", __name__)
MOST_ASKED = 100
ABSENCE_NAMES = ("user", "starts", "ends", "reason", "note")
SUBSTITUTION_NAMES = ("absent", "substitute", "starts", "ends", "kind", "entities", "note", "moves")


@blueprint.get("/organisation/people/<user_id>")
def get_person(user_id: str) -> Response:
    """A person's positions, groups, manager and calendar: one's own (`me`), or anybody's for those who lead one."""
    Arguments()

    def use(work: Work) -> Answer:
        who = (work.actor.id or "") if user_id == "me" else user_id
        if who != work.actor.id:
            arranging(work, who)
        return Answer(_person(work, who))

    return read(use)


@blueprint.get("/organisation/away")
def list_away() -> Response:
    """Who of some people is away now: asked before they are given work."""
    users = Arguments("users").names("users") or ()

    def use(work: Work) -> Answer:
        return Answer({"items": [away_json(each) for each in away_notices(work, users[:MOST_ASKED])]})

    return read(use)


@blueprint.get("/organisation/absences")
def list_absences() -> Response:
    """A person's absences, one's own without `user`; with `led` those of the people whom one leads, or of all."""
    arguments = Arguments("user", "led")
    user, led = arguments.text("user"), arguments.flag("led")

    def use(work: Work) -> Answer:
        if led:
            return Answer({"items": [absence_json(each.absence) for each in absences_led(work)[:MOST_LED]]})
        found = absences_shown(work, user or work.actor.id or "")
        return Answer({"items": [absence_json(each) for each in found]})

    return read(use)


@blueprint.post("/organisation/absences")
def add_absence() -> Response:
    """Note when a person is away."""
    Arguments()

    def use(work: Work) -> Answer:
        made = make_absence(work, _absence(Body(*ABSENCE_NAMES, present={"user": work.actor.id})))
        return Answer(absence_json(absence_with(work, made)), 201, {"Location": f"/api/organisation/absences/{made}"})

    return write(use, request.get_data())


@blueprint.patch("/organisation/absences/<absence_id>")
def patch_absence(absence_id: str) -> Response:
    """Change an absence: one came back earlier."""
    Arguments()

    def use(work: Work) -> Answer:
        present = absence_json(absence_with(work, absence_id))
        return Answer(absence_json(change_absence(work, absence_id, _absence(Body(*ABSENCE_NAMES, present=present)))))

    return write(use, request.get_data())


@blueprint.delete("/organisation/absences/<absence_id>")
def delete_absence(absence_id: str) -> Response:
    """Forget an absence."""
    Arguments()

    def use(work: Work) -> Answer:
        remove_absence(work, absence_id)
        return Answer(None, 204)

    return write(use)


@blueprint.get("/organisation/substitutions")
def list_substitutions() -> Response:
    """Who stands in for a person, and for whom the person stands in; one's own without `user`."""
    user = Arguments("user").text("user")

    def use(work: Work) -> Answer:
        found = substitutions_shown(work, user or work.actor.id or "")
        return Answer({"items": [substitution_json(each, work.now) for each in found]})

    return read(use)


@blueprint.post("/organisation/substitutions")
def add_substitution() -> Response:
    """Let a person stand in for another."""
    Arguments()

    def use(work: Work) -> Answer:
        body = Body(*SUBSTITUTION_NAMES, present={"absent": work.actor.id, "kind": "tasks"})
        command = NewSubstitution(
            absent=body.text("absent"),
            substitute=body.text("substitute"),
            starts=body.moment("starts"),
            ends=body.moment("ends"),
            kind=body.text("kind"),
            entities=body.names("entities"),
            note=body.text("note"),
            moves=body.flag("moves"),
        )
        body.check()
        made = make_substitution(work, command)
        shown = substitution_json(substitution_with(work, made), work.now)
        return Answer(shown, 201, {"Location": f"/api/organisation/substitutions/{made}"})

    return write(use, request.get_data())


@blueprint.get("/organisation/substitutions/<substitution_id>")
def get_substitution(substitution_id: str) -> Response:
    """One substitution."""
    Arguments()
    return read(lambda work: Answer(substitution_json(substitution_with(work, substitution_id), work.now)))


@blueprint.post("/organisation/substitutions/<substitution_id>/end")
def end(substitution_id: str) -> Response:
    """End a substitution now."""
    Arguments()
    Body(optional=True).check()
    return write(
        lambda work: Answer(substitution_json(end_substitution(work, substitution_id), work.now)), request.get_data()
    )


@blueprint.get("/organisation/standing-in")
def standing_in() -> Response:
    """For whom the caller stands in now, directly or over others; `act` says whether one may act in that place."""
    Arguments()

    def use(work: Work) -> Answer:
        acting = {each.id for each in principals_of(work)}
        return Answer(
            {
                "items": [
                    {
                        "user": each.principal,
                        "kind": each.kind,
                        "entities": None if each.entities is None else sorted(each.entities),
                        "via": list(each.via),
                        "ends": moment_text(each.ends),
                        "act": each.kind == "all" and each.principal in acting,
                    }
                    for each in my_standings(work)
                ]
            }
        )

    return read(use)


def _absence(body: Body) -> SaveAbsence:
    command = SaveAbsence(
        user=body.text("user"),
        starts=body.moment("starts"),
        ends=body.moment("ends"),
        reason=body.text("reason", "vacation"),
        note=body.text("note"),
    )
    body.check()
    return command


def _person(work: Work, user_id: str) -> Json:
    user = find_person(work, user_id)
    calendar = calendar_of(work, user_id)
    return {
        "id": user.id,
        "name": user.name,
        "positions": [position_json(each) for each in positions_of(work.session, user_id)],
        "groups": [group_json(each) for each in groups_of(work.session, user_id)],
        "manager": manager_of(work, user_id),
        "calendar": None if calendar is None else calendar.name,
        "away": [away_json(each) for each in away_notices(work, [user_id])],
    }
