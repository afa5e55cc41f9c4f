"""Pages for a lost password: asking for a link, and the page where the link leads."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import NotFound, RecordRejected
from kalip.records.accounts import Locked
from kalip.records.accounts.resetting import person_of_reset, reset_password
from kalip.web.arriving import caller, site_title
from kalip.web.faults import said
from kalip.web.locale import gettext, use_locale
from kalip.web.session import services
from kalip.workflow.mails.resets import ask_reset, sends_resets

blueprint = Blueprint("reset", __name__, url_prefix="/login")


@dataclass(frozen=True, slots=True)
class ForgottenPage:
    """Where a link is asked for. `asked` says that one was, `sends` that this site can send any."""

    site: str
    sends: bool
    asked: bool
    email: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ResetPage:
    """Where a link leads. `email` is empty when the link is worth nothing."""

    site: str
    secret: str
    email: str
    fault: str = ""


@blueprint.get("/forgotten")
def show_forgotten() -> Response:
    """Where one asks for a link."""
    return _forgotten(ForgottenPage(site_title(), sends_resets(services()), asked=False))


@blueprint.post("/forgotten")
def ask() -> BaseResponse:
    """Ask for a link; the answer is the same whoever has the address."""
    email, sends = request.form.get("email", ""), sends_resets(services())
    if not sends:
        return _forgotten(ForgottenPage(site_title(), sends, asked=False))
    try:
        ask_reset(services(), email, caller())
    except Locked:
        fault = gettext("A link was asked for too often. Try again in an hour, or ask an administrator.")
        return _forgotten(ForgottenPage(site_title(), sends, asked=False, email=email, fault=fault), 429)
    return _forgotten(ForgottenPage(site_title(), sends, asked=True, email=email))


@blueprint.get("/reset/<secret>")
def show_reset(secret: str) -> Response:
    """Where a link leads. Looking at it uses nothing up: some mail programmes do so by themselves."""
    return _reset(secret)


@blueprint.post("/reset/<secret>")
def reset(secret: str) -> BaseResponse:
    """Set the new password and go to sign in with it."""
    wanted = request.form.get("wanted", "")
    try:
        reset_password(services(), secret, wanted)
    except RecordRejected as error:
        return _reset(secret, said(error.violations), 422)
    except NotFound:
        return _reset(secret, status=404)
    flash(gettext("The password is changed. Sign in with it."))
    return redirect(url_for("account.show_sign_in"))


def _forgotten(page: ForgottenPage, status: int = 200) -> Response:
    return Response(render_template("sign_in/forgotten.html", page=page), status=status, mimetype="text/html")


def _reset(secret: str, fault: str = "", status: int = 200) -> Response:
    user = person_of_reset(services(), secret)
    if user is not None:
        use_locale(user.locale)
    page = ResetPage(site_title(), secret, user.email if user else "", fault)
    body = render_template("sign_in/reset.html", page=page)
    return Response(body, status=status if user else 404, mimetype="text/html")
