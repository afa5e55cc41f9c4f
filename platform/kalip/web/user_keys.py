"""By what a user comes in, for administrators: signed-in browsers and API tokens, ended here; tokens of programmes."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected
from kalip.records import Work
from kalip.records.accounts import (
    create_api_token,
    end_session,
    end_sessions,
    find_person,
    require_fresh,
    revoke_token,
    tokens_of,
)
from kalip.web.faults import said
from kalip.web.inputs import Option
from kalip.web.locale import gettext
from kalip.web.render import View, render
from kalip.web.session import administrating, reading, services, token, write
from kalip.web.shell import Crumb, shell_of
from kalip.web.sign_in.showing import (
    ShownSession,
    ShownToken,
    entity_options,
    role_options,
    shown_sessions,
    shown_token,
)
from kalip.web.sign_in.tokens import scope_of

blueprint = Blueprint("user_keys", __name__, url_prefix="/admin/users")
_PAGE = View("admin/user_keys.html")


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's sessions and tokens; `made` is a token's text, shown this once."""

    id: str
    name: str
    service: bool
    sessions: tuple[ShownSession, ...]
    tokens: tuple[ShownToken, ...]
    roles: tuple[Option, ...]
    entities: tuple[Option, ...]
    made: str = ""
    fault: str = ""


@blueprint.get("/<user_id>/keys")
def show(user_id: str) -> Response:
    """The user's sessions and tokens."""
    return _page(user_id)


@blueprint.post("/<user_id>/token")
def make_token(user_id: str) -> BaseResponse:
    """Make a token for a programme's account, shown once: with a scope, and for a time or until it is revoked."""
    require_fresh(services(), token())
    try:
        scope, days = scope_of(request.form)
        name = request.form.get("name", "")
        made = write(lambda work: create_api_token(administrating(work), user_id, name, scope, days))
    except RecordRejected as error:
        return _page(user_id, fault=said(error.violations), status=422)
    return _page(user_id, made=made)


@blueprint.post("/<user_id>/tokens/revoke")
def revoke(user_id: str) -> BaseResponse:
    """End a token at once."""
    return _done(
        user_id,
        lambda work: revoke_token(work, user_id, request.form.get("token", "")),
        gettext("The token is revoked."),
    )


@blueprint.post("/<user_id>/sessions/end")
def end(user_id: str) -> BaseResponse:
    """Sign one browser out, or all of them."""
    handle = request.form.get("session", "")
    if handle:
        return _done(user_id, lambda work: end_session(work, user_id, handle), gettext("This browser is signed out."))
    return _done(user_id, lambda work: end_sessions(work, user_id), gettext("The user is signed out everywhere."))


def _done(user_id: str, use: Callable[[Work], None], text: str) -> BaseResponse:
    def ended(work: Work) -> None:
        use(administrating(work))

    write(ended)
    flash(text)
    return redirect(url_for("user_keys.show", user_id=user_id))


def _page(user_id: str, made: str = "", fault: str = "", status: int = 200) -> Response:
    with reading() as work:
        user = find_person(administrating(work), user_id)
        page = Keys(
            id=user.id,
            name=user.name,
            service=user.service,
            sessions=tuple(shown_sessions(work, user.id, token())),
            tokens=tuple(shown_token(work, each) for each in tokens_of(work, user.id)),
            roles=role_options(work, user.roles),
            entities=entity_options(work),
            made=made,
            fault=fault,
        )
        users = Crumb(gettext("Users"), url_for("admin.show_users"))
        crumbs = [Crumb(gettext("Administration")), users, Crumb(user.name)]
        return render(_PAGE, shell_of(work, user.name, crumbs), page, status)
