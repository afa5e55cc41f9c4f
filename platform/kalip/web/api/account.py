"""REST of the caller's own account: who it is, and the sessions, tokens and sign-ins that belong to it.

Tokens are made on pages only, in a session whose person has just signed in: a token can't make a wider one.
"""

from typing import Any

from flask import Blueprint, Response

from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.records import Work
from kalip.records.accounts import OpenSession, end_session, revoke_token, sessions_of, tokens_of
from kalip.records.accounts.mine import require_whole
from kalip.records.accounts.watching import SignInEntry, recent_sign_ins
from kalip.storage import Token
from kalip.web import session
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments

blueprint = Blueprint("api_account", __name__)
DEFAULT_LIMIT, HIGHEST_LIMIT = 20, 200


@blueprint.get("/account")
def show_account() -> Response:
    """Who calls, and what the call may do at most."""
    Arguments()

    def use(work: Work) -> Answer:
        me = work.actor
        return Answer({
            "id": me.id,
            "name": me.name,
            "email": me.email,
            "roles": list(me.roles),
            "administrator": me.administrator,
            "locale": me.locale,
            "timezone": me.timezone,
            "read_only": me.read_only,
            "entities": None if me.entities is None else list(me.entities),
        })  # fmt: skip

    return read(use)


@blueprint.get("/account/sessions")
def list_sessions() -> Response:
    """The caller's signed-in browsers, the one used last first."""
    Arguments()

    def use(work: Work) -> Answer:
        return Answer({"items": [_session(each) for each in sessions_of(work, _me(work), session.token())]})

    return read(use)


@blueprint.delete("/account/sessions/<handle>")
def delete_session(handle: str) -> Response:
    """Sign a browser out."""
    Arguments()

    def use(work: Work) -> Answer:
        end_session(work, _me(work), handle)
        return Answer(None, 204)

    return write(use)


@blueprint.get("/account/tokens")
def list_own_tokens() -> Response:
    """The caller's tokens without their secrets, oldest first."""
    Arguments()
    return read(lambda work: Answer({"items": [_token(each) for each in tokens_of(work, _me(work))]}))


@blueprint.delete("/account/tokens/<token_id>")
def delete_own_token(token_id: str) -> Response:
    """Revoke a token at once."""
    Arguments()

    def use(work: Work) -> Answer:
        revoke_token(work, _me(work), token_id)
        return Answer(None, 204)

    return write(use)


@blueprint.get("/account/sign-ins")
def list_sign_ins() -> Response:
    """Who came in as the caller, and who tried to, latest first."""
    limit = Arguments("limit").integer("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT)
    return read(lambda work: Answer({"items": [_sign_in(each) for each in recent_sign_ins(work, _me(work), limit)]}))


def _me(work: Work) -> str:
    require_whole(work.actor)
    return str(work.actor.id)


def _session(each: OpenSession) -> dict[str, Any]:
    return {
        "id": each.handle,
        "created_at": moment_text(each.created_at),
        "seen_at": moment_text(each.seen_at),
        "expires_at": moment_text(each.expires_at),
        "address": each.address,
        "agent": each.agent,
        "method": each.method,
        "factor": each.factor,
        "current": each.here,
    }


def _token(each: Token) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "role": each.role,
        "entities": None if each.entities is None else list(each.entities),
        "read_only": each.read_only,
        "created_at": moment_text(each.created_at),
        "expires_at": maybe_moment_text(each.expires_at),
        "used_at": maybe_moment_text(each.used_at),
    }


def _sign_in(each: SignInEntry) -> dict[str, Any]:
    return {
        "at": moment_text(each.at),
        "succeeded": each.succeeded,
        "address": each.address,
        "agent": each.agent,
        "method": each.method,
        "factor": each.factor,
        "step": each.step,
    }
