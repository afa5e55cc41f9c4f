"""One's own page of how one signs in: password, second factors, accounts elsewhere, sessions, tokens, what happened.

What is delicate wants a session whose person has proved just now who it is; otherwise one is asked first.
"""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import NotAuthenticated, RecordRejected
from kalip.records import Work
from kalip.records.accounts import (
    Locked,
    change_password,
    create_api_token,
    end_session,
    end_sessions,
    is_fresh,
    require_fresh,
    revoke_token,
)
from kalip.records.accounts.elsewhere import unlink
from kalip.records.accounts.second_step import require_own_password
from kalip.web.arriving import caller
from kalip.web.faults import said
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.render import View, render
from kalip.web.session import actor, reading, services, token, write
from kalip.web.shell import Crumb, shell_of
from kalip.web.sign_in.showing import Security, security_of
from kalip.web.sign_in.tokens import scope_of

blueprint = Blueprint("security", __name__, url_prefix="/account/security")
_PAGE = View("sign_in/security.html")


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says beside what it shows: a fault of a part, or a token that was made."""

    part: str = ""
    fault: str = ""
    made: str = ""


@blueprint.get("")
def show() -> Response:
    """The whole page."""
    return _page()


@blueprint.post("/password")
def change_own_password() -> BaseResponse:
    """Change one's own password, knowing the present one; who has none yet has to have signed in just now."""
    present, wanted = request.form.get("present", ""), request.form.get("wanted", "")
    me = str(actor().id)
    try:
        require_own_password(services(), token(), present, caller())
        write(lambda work: change_password(work, me, wanted, keep=token()))
    except Locked as error:
        return _page(Said("password", message_of(current_locale(), error)), 429)
    except NotAuthenticated:
        return _page(Said("password", gettext("The present password is wrong.")), 422)
    except RecordRejected as error:
        return _page(Said("password", said(error.violations)), 422)
    flash(gettext("The password is changed. All other browsers are signed out."))
    return redirect(url_for("security.show"))


@blueprint.post("/sessions/end")
def end() -> BaseResponse:
    """Sign another browser out, or all of them."""
    handle, me = request.form.get("session", ""), str(actor().id)
    if handle:
        write(lambda work: end_session(work, me, handle))
        flash(gettext("This browser is signed out."))
    else:
        write(lambda work: end_sessions(work, me, keep=token()))
        flash(gettext("All other browsers are signed out."))
    return redirect(url_for("security.show") + "#sessions")


@blueprint.post("/tokens")
def make_token() -> BaseResponse:
    """Make a token and show it this once."""
    require_fresh(services(), token())
    me = str(actor().id)
    try:
        scope, days = scope_of(request.form)
        name = request.form.get("name", "")
        made = write(lambda work: create_api_token(work, me, name, scope, days))
    except RecordRejected as error:
        return _page(Said("tokens", said(error.violations)), 422)
    return _page(Said("tokens", made=made))


@blueprint.post("/tokens/revoke")
def end_token() -> BaseResponse:
    """End a token of one's own at once."""
    token_id, me = request.form.get("token", ""), str(actor().id)
    write(lambda work: revoke_token(work, me, token_id))
    flash(gettext("The token is revoked."))
    return redirect(url_for("security.show") + "#tokens")


@blueprint.post("/links/remove")
def remove_link() -> BaseResponse:
    """Forget an account elsewhere."""
    require_fresh(services(), token())
    provider, subject, me = request.form.get("provider", ""), request.form.get("subject", ""), str(actor().id)
    write(lambda work: unlink(work, me, provider, subject))
    flash(gettext("You no longer sign in by this account."))
    return redirect(url_for("security.show"))


def _page(beside: Said | None = None, status: int = 200) -> Response:
    with reading() as work:
        title = gettext("Sign-in and security")
        shell = shell_of(
            work, title, [Crumb(gettext("Preferences"), url_for("account.show_preferences")), Crumb(title)]
        )
        shown = beside or Said()
        page = replace(_shown(work), part=shown.part, fault=shown.fault, made=shown.made)
        return render(_PAGE, shell, page, status)


def _shown(work: Work) -> Security:
    return security_of(work, token(), fresh=is_fresh(services(), token()))
