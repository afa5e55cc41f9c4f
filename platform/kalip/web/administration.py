"""Pages of administrators: installed packs, published revisions, people and their roles."""

import re
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected
from kalip.records import Work
from kalip.records.accounts import (
    NewUser,
    PeopleQuery,
    PeopleState,
    change_password,
    count_people,
    create_user,
    find_people,
    find_person,
    list_people,
    require_fresh,
    set_user_active,
    set_user_roles,
)
from kalip.records.accounts.factors import remove_all_factors
from kalip.records.accounts.keepers import kept_elsewhere
from kalip.records.accounts.resetting import make_reset_for
from kalip.storage import User, list_revisions
from kalip.storage.factors import users_with_factors
from kalip.web.arriving import site_address
from kalip.web.faults import errors_of
from kalip.web.inputs import Option
from kalip.web.locale import LOCALES, current_locale, gettext
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import administrating, reading, services, token, write
from kalip.web.shell import Crumb, Shell, shell_of
from kalip.web.tones import tone_of_id

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
_PACKS = View("admin/packs.html")
_REVISIONS = View("admin/revisions.html")
_USERS = View("admin/users.html")
_MOST_REVISIONS = 50
_MOST_PEOPLE = 50
_LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class ShownPack:
    """An installed pack."""

    name: str
    version: str
    title: str
    description: str
    languages: str
    entities: int


@dataclass(frozen=True, slots=True)
class ShownRevision:
    """A published revision."""

    hash: str
    when: str
    who: str
    message: str
    current: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A user. `keeper` is the directory that keeps the password; empty where the site does."""

    id: str
    name: str
    email: str
    tone: str
    active: bool
    roles: tuple[Option, ...]
    has: tuple[str, ...]
    me: bool
    service: bool
    has_factor: bool
    keeper: str


@dataclass(frozen=True, slots=True)
class People:
    """A page of users with the form of a new user; `made` is a link or token, and whose, shown this once.

    `count` is how many there are that `asked` leaves; `before` and `after` lead to the rest of them. `kept` goes with
    what is done on the page, so that one comes back to it. `sent` and `chosen`, which are roles, are of a refused form.
    """

    people: tuple[Person, ...]
    count: int
    asked: PeopleQuery
    states: tuple[Option, ...]
    before: str
    after: str
    kept: Mapping[str, Any]
    roles: tuple[Option, ...]
    locales: tuple[tuple[str, str], ...]
    chosen: frozenset[str]
    sent: dict[str, str]
    errors: dict[str, str]
    made: tuple[str, str, str] | None = None


@blueprint.get("/packs")
def show_packs() -> Response:
    """Installed packs."""
    with _administering() as work:
        locale = current_locale()
        packs = tuple(
            ShownPack(
                pack.name,
                pack.version,
                pack.title.get(locale) or pack.name,
                pack.description.get(locale),
                ", ".join(pack.languages),
                sum(entity.pack == pack.name for entity in work.model.entities.values()),
            )
            for pack in work.model.packs.values()
        )
        return render(_PACKS, _shell(work, gettext("Packs")), packs)


@blueprint.get("/revisions")
def show_revisions() -> Response:
    """Published revisions, the latest first."""
    with _administering() as work:
        names = {person.id: person.name for person in list_people(work)}
        shown = tuple(
            ShownRevision(
                each.hash[:12],
                moment(work, each.created_at),
                names.get(each.actor or "", each.actor or "Kalip"),
                each.message,
                each.hash == work.model.revision,
            )
            for each in list_revisions(work.session, _MOST_REVISIONS)
        )
        return render(_REVISIONS, _shell(work, gettext("Revisions")), shown)


@blueprint.get("/users")
def show_users() -> Response:
    """All users."""
    with _administering() as work:
        return _people(work, {}, {})


@blueprint.post("/users")
def add_user() -> BaseResponse:
    """Make a user; without a password a strong one is made and shown once."""
    form = request.form
    service = form.get("service") == "1"
    given = form.get("password", "")
    password = None if service else given or token_urlsafe(12)
    new = NewUser(
        name=form.get("name", "").strip(),
        email=form.get("email", "").strip(),
        roles=tuple(form.getlist("role")),
        password=password,
        locale=form.get("locale", "en"),
        service=service,
    )
    try:
        write(lambda work: create_user(administrating(work), new))
    except RecordRejected as error:
        with _administering() as work:
            return _people(work, dict(form), errors_of(error.violations), 422)
    if service:
        flash(gettext("{name} can act by API tokens now.", name=new.name))
    elif given:
        flash(gettext("{name} can sign in now.", name=new.name))
    else:
        flash(
            gettext(
                "{name} can sign in with the password {password}. It is shown only now.",
                name=new.name,
                password=password,
            )
        )
    return _back()


@blueprint.post("/users/<user_id>/roles")
def change_roles(user_id: str) -> BaseResponse:
    """Give a user exactly these roles."""
    roles = tuple(request.form.getlist("role"))
    write(lambda work: set_user_roles(administrating(work), user_id, roles))
    flash(gettext("The roles are changed."))
    return _back()


@blueprint.post("/users/<user_id>/active")
def change_active(user_id: str) -> BaseResponse:
    """Let a user in, or keep one out at once."""
    active = request.form.get("active") == "1"
    write(lambda work: set_user_active(administrating(work), user_id, active))
    flash(gettext("The user may sign in again.") if active else gettext("The user is signed out and kept out."))
    return _back()


@blueprint.post("/users/<user_id>/password")
def reset_password(user_id: str) -> BaseResponse:
    """Give a user a new password, shown once."""
    require_fresh(services(), token())
    password = token_urlsafe(12)
    write(lambda work: change_password(administrating(work), user_id, password))
    flash(gettext("The new password is {password}. It is shown only now.", password=password))
    return _back()


@blueprint.post("/users/<user_id>/link")
def make_link(user_id: str) -> BaseResponse:
    """Make a link by which a user sets a password, shown once."""
    require_fresh(services(), token())
    secret = write(lambda work: make_reset_for(administrating(work), user_id))
    with _administering() as work:
        link = site_address() + url_for("reset.show_reset", secret=secret)
        text = gettext("Hand this link over to {name}. It works once, within three days, and is shown only now.")
        return _people(work, {}, {}, made=(find_person(work, user_id).name, text, link))


@blueprint.post("/users/<user_id>/factors-off")
def remove_factors(user_id: str) -> BaseResponse:
    """Take a user's second factors away, who has lost them."""
    require_fresh(services(), token())
    write(lambda work: remove_all_factors(administrating(work), user_id))
    flash(gettext("The second factors are removed, and the user is signed out."))
    return _back()


@contextmanager
def _administering() -> Iterator[Work]:
    with reading() as work:
        yield administrating(work)


def _people(
    work: Work,
    sent: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
    made: tuple[str, str, str] | None = None,
) -> Response:
    asked, number = _asked(), _page_number()
    count = count_people(administrating(work), asked)
    first = min(number, max(count - 1, 0) // _MOST_PEOPLE) * _MOST_PEOPLE
    found = find_people(administrating(work), asked, first, _MOST_PEOPLE)
    known = (users_with_factors(work.session), kept_elsewhere(work))
    kept = _kept()
    page = People(
        people=tuple(_person(work, each, *known) for each in found),
        count=count,
        asked=asked,
        states=_states(asked),
        before=_page_at(kept, first - _MOST_PEOPLE) if first else "",
        after=_page_at(kept, first + _MOST_PEOPLE) if first + _MOST_PEOPLE < count else "",
        kept=kept,
        roles=tuple(
            Option(role.name, role.label.get(current_locale()), role.name == asked.role)
            for role in work.model.roles.values()
        ),
        locales=tuple(LOCALES.items()),
        chosen=frozenset(request.form.getlist("role")) if errors else frozenset(),
        sent=sent,
        errors=errors,
        made=made,
    )
    return render(_USERS, _shell(work, gettext("Users")), page, status)


def _person(work: Work, user: User, secured: Container[str], keepers: Mapping[str, str]) -> Person:
    labels = {role.name: role.label.get(current_locale()) for role in work.model.roles.values()}
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        tone=tone_of_id(user.id),
        active=user.active,
        roles=tuple(Option(name, label, name in user.roles) for name, label in labels.items()),
        has=tuple(label for name, label in labels.items() if name in user.roles),
        me=user.id == work.actor.id,
        service=user.service,
        has_factor=user.id in secured,
        keeper=keepers.get(user.id, ""),
    )


def _asked() -> PeopleQuery:
    said = request.args
    states: dict[str, PeopleState] = {"in": "in", "out": "out", "programme": "programme"}
    return PeopleQuery(
        said.get("q", "").strip()[:_LONGEST_TEXT], said.get("role", ""), states.get(said.get("state", ""), "")
    )


def _page_number() -> int:
    page = request.args.get("page", "")
    return int(page) if re.fullmatch("[0-9]{1,6}", page) else 0


def _kept() -> dict[str, Any]:
    """What is asked, as it stands in the address."""
    return {name: value for name, value in request.args.items() if name in ("q", "role", "state", "page") and value}


def _page_at(kept: Mapping[str, Any], first: int) -> str:
    return url_for("admin.show_users", **{**kept, "page": str(first // _MOST_PEOPLE)})


def _states(asked: PeopleQuery) -> tuple[Option, ...]:
    labels = {
        "": gettext("Everybody"),
        "in": gettext("May sign in"),
        "out": gettext("Kept out"),
        "programme": gettext("Programmes"),
    }
    return tuple(Option(state, label, state == asked.state) for state, label in labels.items())


def _back() -> BaseResponse:
    """To the page of users from which something was done."""
    return redirect(url_for("admin.show_users", **_kept()))


def _shell(work: Work, title: str) -> Shell:
    return shell_of(work, title, [Crumb(gettext("Administration")), Crumb(title)])
