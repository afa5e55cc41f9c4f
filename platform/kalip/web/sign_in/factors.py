"""Setting second factors up while signed in, and proving again who one is before something delicate."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import AccessDenied, KalipError, NotAuthenticated, NotFound, RecordRejected
from kalip.records import Work
from kalip.records.accounts import Locked, require_fresh
from kalip.records.accounts.factors import (
    Added,
    AppSetup,
    add_app,
    add_passkey,
    begin_app,
    begin_passkey,
    factors_of,
    remove_factor,
    renew_codes,
)
from kalip.records.accounts.keepers import has_password
from kalip.records.accounts.people import find_person
from kalip.records.accounts.proofs import Asked, PasskeyAnswer, ask_passkey
from kalip.records.accounts.second_step import confirm, confirm_password
from kalip.records.accounts.sessions import freshen
from kalip.storage.factors import APP, RECOVERY
from kalip.web.arriving import caller, inside, passkey_place, site_title
from kalip.web.faults import said
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.oidc.naming import providers
from kalip.web.render import View, render
from kalip.web.session import reading, services, token, write
from kalip.web.shell import Crumb, shell_of
from kalip.web.sign_in.pictures import picture_of

blueprint = Blueprint("factors", __name__, url_prefix="/account")
_APP, _PASSKEY, _CODES, _CONFIRM = (View(f"sign_in/{each}.html") for each in ("app", "passkey", "codes", "confirm"))


@dataclass(frozen=True, slots=True)
class AppPage:
    """Where an app is set up."""

    app: AppSetup
    picture: str
    fault: str


@dataclass(frozen=True, slots=True)
class PasskeyPage:
    """Where a passkey is set up."""

    asked: Asked
    fault: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """Where one proves again who one is: by a factor when there is one, else by the password, else elsewhere."""

    next: str
    email: str
    fault: str
    factor: bool
    codes: bool
    password: bool
    asked: Asked | None
    links: tuple[tuple[str, str], ...]


@blueprint.get("/factors/app")
def show_app() -> Response:
    """Where an app is set up."""
    require_fresh(services(), token())
    return _app()


@blueprint.post("/factors/app")
def set_app_up() -> BaseResponse:
    """Add an app by its first code."""
    require_fresh(services(), token())
    kept, code, name = (request.form.get(each, "") for each in ("kept", "code", "name"))
    return _added(lambda work: add_app(work, kept, code, name), _app)


@blueprint.get("/factors/passkey")
def show_passkey() -> Response:
    """Where a passkey is set up."""
    require_fresh(services(), token())
    return _passkey()


@blueprint.post("/factors/passkey")
def set_passkey_up() -> BaseResponse:
    """Add a passkey."""
    require_fresh(services(), token())
    place = passkey_place()
    if place is None:
        raise _no_passkeys()
    kept, answer, name = (request.form.get(each, "") for each in ("kept", "answer", "name"))
    return _added(lambda work: add_passkey(work, place, kept, answer, name), _passkey)


@blueprint.post("/factors/remove")
def remove() -> BaseResponse:
    """Remove a factor."""
    require_fresh(services(), token())
    factor_id = request.form.get("factor", "")
    try:
        write(lambda work: remove_factor(work, factor_id))
    except AccessDenied:
        raise
    except KalipError as error:
        flash(message_of(current_locale(), error), "error")
    else:
        flash(gettext("The second factor is removed."))
    return redirect(url_for("security.show"))


@blueprint.post("/factors/codes")
def new_codes() -> Response:
    """Make new recovery codes and show them this once."""
    require_fresh(services(), token())
    return _codes(write(renew_codes))


@blueprint.get("/confirm")
def show_confirm() -> Response:
    """Ask who one is."""
    return _confirm()


@blueprint.post("/confirm")
def confirm_now() -> BaseResponse:
    """Take the proof and go on."""
    form, place = request.form, passkey_place()
    try:
        if form.get("answer") and place is not None:
            confirm(services(), token(), PasskeyAnswer(place, form.get("kept", ""), form["answer"]), caller())
        elif form.get("code"):
            confirm(services(), token(), form["code"], caller())
        else:
            confirm_password(services(), token(), form.get("password", ""), caller())
    except Locked as error:
        return _confirm(message_of(current_locale(), error), 429)
    except NotAuthenticated as error:
        wrong = gettext("The password is wrong.") if "password" in form else message_of(current_locale(), error)
        return _confirm(wrong, 422)
    return redirect(inside(form.get("next", "")))


def _added(add: Callable[[Work], Added], again: Callable[..., Response]) -> BaseResponse:
    def command(work: Work) -> Added:
        added = add(work)
        freshen(work.session, token(), work.now, added.kind)
        return added

    try:
        added = write(command)
    except RecordRejected as error:
        return again(said(error.violations), 422)
    flash(gettext("From now on you sign in with a second factor."))
    return _codes(added.codes) if added.codes else redirect(url_for("security.show"))


def _app(fault: str = "", status: int = 200) -> Response:
    with reading() as work:
        app = begin_app(work, site_title(), request.form.get("kept", ""))
        return _render(_APP, work, gettext("Set up an app"), AppPage(app, picture_of(app.address), fault), status)


def _passkey(fault: str = "", status: int = 200) -> Response:
    place = passkey_place()
    if place is None:
        raise _no_passkeys()
    with reading() as work:
        page = PasskeyPage(begin_passkey(work, place), fault)
        return _render(_PASSKEY, work, gettext("Add a passkey"), page, status)


def _codes(codes: tuple[str, ...]) -> Response:
    with reading() as work:
        return _render(_CODES, work, gettext("Recovery codes"), codes)


def _confirm(fault: str = "", status: int = 200) -> Response:
    place = passkey_place()
    with reading() as work:
        me = find_person(work, str(work.actor.id))
        kinds, by_password = {each.kind for each in factors_of(work, me.id)}, has_password(work, me)
        asked = ask_passkey(work.session, services().sealer, me.id, place, work.now) if place is not None else None
        page = ConfirmPage(
            next=inside(request.values.get("next", "")),
            email=me.email,
            fault=fault,
            factor=APP in kinds,
            codes=RECOVERY in kinds,
            password=by_password and not kinds,
            asked=asked,
            links=tuple((each.name, each.title) for each in providers()) if not by_password else (),
        )
        return _render(_CONFIRM, work, gettext("Is it you?"), page, status)


def _render(view: View, work: Work, title: str, page: object, status: int = 200) -> Response:
    crumbs = [Crumb(gettext("Sign-in and security"), url_for("security.show")), Crumb(title)]
    return render(view, shell_of(work, title, crumbs), page, status)


def _no_passkeys() -> NotFound:
    return NotFound("Passkeys work where this site is reached by https, under a name.")
