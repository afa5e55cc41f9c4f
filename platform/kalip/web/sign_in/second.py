"""The second step of a sign-in: a code or a passkey, or setting one up where a role wants it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import KalipError, NotAuthenticated, RecordRejected
from kalip.records import Work
from kalip.records.accounts import Locked
from kalip.records.accounts.factors import Added, AppSetup, add_app, add_passkey, begin_app, begin_passkey
from kalip.records.accounts.proofs import Asked, PasskeyAnswer
from kalip.records.accounts.second_step import (
    Half,
    Proof,
    ask_at_door,
    finish,
    finish_setup,
    half_of,
    looking_at_setup,
)
from kalip.web.arriving import caller, inside, let_in, passkey_place, site_title
from kalip.web.faults import said
from kalip.web.locale import current_locale, message_of, use_locale
from kalip.web.session import services, step
from kalip.web.sign_in.pictures import picture_of

blueprint = Blueprint("second", __name__, url_prefix="/login")


@dataclass(frozen=True, slots=True)
class SecondPage:
    """The page that asks for a second factor."""

    site: str
    next: str
    fault: str
    app: bool
    codes: bool
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class SetupPage:
    """The page that sets a first second factor up."""

    site: str
    next: str
    fault: str
    app: AppSetup
    picture: str
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class CodesPage:
    """New recovery codes, shown this once."""

    site: str
    next: str
    codes: tuple[str, ...]


@blueprint.get("/second")
def show() -> BaseResponse:
    """Ask for a second factor; whoever isn't half signed in begins anew."""
    half = _half()
    return _ask(half) if half is not None and half.then == "factor" else _anew()


@blueprint.post("/second")
def take_code() -> BaseResponse:
    """Take a code of an app, or a recovery code."""
    return _finished(request.form.get("code", ""))


@blueprint.post("/second/passkey")
def take_passkey() -> BaseResponse:
    """Take a passkey's answer."""
    place = passkey_place()
    if place is None:
        return _anew()
    return _finished(PasskeyAnswer(place, request.form.get("kept", ""), request.form.get("answer", "")))


@blueprint.get("/setup")
def show_setup() -> BaseResponse:
    """Show how to set a second factor up, which a role wants."""
    half = _half()
    return _set_up() if half is not None and half.then == "setup" else _anew()


@blueprint.post("/setup/app")
def set_app_up() -> BaseResponse:
    """Add an app by its first code, and sign in."""
    kept, code, name = (request.form.get(each, "") for each in ("kept", "code", "name"))
    return _added(lambda work: add_app(work, kept, code, name))


@blueprint.post("/setup/passkey")
def set_passkey_up() -> BaseResponse:
    """Add a passkey, and sign in."""
    place = passkey_place()
    kept, answer, name = (request.form.get(each, "") for each in ("kept", "answer", "name"))
    return _anew() if place is None else _added(lambda work: add_passkey(work, place, kept, answer, name))


def _half() -> Half | None:
    half = half_of(services(), step()) if step() else None
    if half is not None:
        use_locale(half.user.locale)
    return half


def _finished(proof: Proof) -> BaseResponse:
    half = _half()
    if half is None or half.then != "factor":
        return _anew()
    try:
        opened = finish(services(), step(), proof, caller())
    except (NotAuthenticated, Locked) as error:
        response = _ask(half, error, 429 if isinstance(error, Locked) else 401)
        if isinstance(error, Locked):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    return let_in(redirect(_aim()), opened)


def _added(add: Callable[[Work], Added]) -> BaseResponse:
    half = _half()
    if half is None or half.then != "setup":
        return _anew()
    try:
        opened, added = finish_setup(services(), step(), add, caller())
    except NotAuthenticated:
        return _anew()
    except RecordRejected as error:
        return _set_up(said(error.violations), 422)
    if not added.codes:
        return let_in(redirect(_aim()), opened)
    response = let_in(Response(status=200, mimetype="text/html"), opened)
    response.set_data(render_template("sign_in/first_codes.html", page=CodesPage(site_title(), _aim(), added.codes)))
    return response


def _ask(half: Half, error: KalipError | None = None, status: int = 200) -> Response:
    place = passkey_place()
    asked = ask_at_door(services(), step(), place) if place is not None else None
    fault = message_of(current_locale(), error) if error is not None else ""
    page = SecondPage(site_title(), _aim(), fault, half.app, half.codes, asked)
    return Response(render_template("sign_in/second.html", page=page), status=status, mimetype="text/html")


def _set_up(fault: str = "", status: int = 200) -> Response:
    place, kept = passkey_place(), request.form.get("kept", "")

    def look(work: Work) -> SetupPage:
        app = begin_app(work, site_title(), kept)
        asked = begin_passkey(work, place) if place is not None else None
        return SetupPage(site_title(), _aim(), fault, app, picture_of(app.address), asked)

    page = looking_at_setup(services(), step(), look)
    return Response(render_template("sign_in/setup.html", page=page), status=status, mimetype="text/html")


def _aim() -> str:
    return inside(request.values.get("next", ""))


def _anew() -> BaseResponse:
    return redirect(url_for("account.show_sign_in", next=request.values.get("next") or None))
