"""A colleague's page, where a name in a comment leads: who it is, and the way to give a task."""

from dataclasses import dataclass

from flask import Blueprint, Response, url_for

from kalip.access import Actor
from kalip.base.errors import NotFound
from kalip.base.ids import is_id
from kalip.records import Work
from kalip.records.organisation import away_notices
from kalip.storage import get_user
from kalip.web.locale import current_locale, gettext
from kalip.web.organisation.shown import away_text
from kalip.web.render import View, render
from kalip.web.session import reading
from kalip.web.shell import Crumb, shell_of
from kalip.web.tones import tone_of_id

blueprint = Blueprint("people", __name__)
_PERSON = View("people/page.html")


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague. `away` says that one is away and who stands in; `place` and `see` lead administrators to more."""

    name: str
    email: str
    roles: tuple[str, ...]
    tone: str
    active: bool
    task: str
    away: str = ""
    place: str = ""
    see: str = ""


@blueprint.get("/people/<user_id>")
def show_person(user_id: str) -> Response:
    """A colleague."""
    with reading() as work:
        page = _person(work, user_id)
        return render(_PERSON, shell_of(work, page.name, [Crumb(page.name)]), page)


def _person(work: Work, user_id: str) -> Person:
    found = get_user(work.session, user_id) if is_id(user_id) else None
    if found is None:
        raise NotFound("There is no user '{id}'.", params={"id": user_id[:60]})
    locale = current_locale()
    roles = (work.model.roles[name].label.get(locale) for name in found.roles if name in work.model.roles)
    task = url_for("new_tasks.new", user=found.id) if found.active else ""
    name = found.name or gettext("(no name)")
    away = " ".join(away_text(work, each) for each in away_notices(work, [found.id]))
    place = url_for("org_people.show_person", user_id=found.id) if work.actor.administrator else ""
    see = url_for("seeing.see_as", user_id=found.id) if may_see_as(work.actor, found.id) and found.active else ""
    return Person(name, found.email, tuple(roles), tone_of_id(found.id), found.active, task, away, place, see)


def may_see_as(actor: Actor, user_id: str) -> bool:
    """Whether one may look with a person's eyes: administrators may, with those of anybody else."""
    return actor.administrator and actor.on_behalf is None and actor.id != user_id
