"""Who sits at the browser: the session cookie, the actor behind it, and the units of work done in its name."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TypeVar

from flask import Flask, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.wrappers import Response

from kalip.access import Actor
from kalip.base.errors import AccessDenied, NotAuthenticated
from kalip.designer import Site, may_publish, publishes_any
from kalip.records import Services, Work, run, unit_of_work
from kalip.records.accounts import actor_of_session
from kalip.web.locale import COOKIE, use_locale

SESSION_COOKIE = "kalip_session"
STEP_COOKIE = "kalip_step"
THEME_COOKIE = "kalip_theme"
THEMES = ("system", "light", "dark")
_LASTS = timedelta(days=30)
_STEP_LASTS = timedelta(minutes=15)
_EXTENSION = "kalip_site"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
T = TypeVar("T")


class _FormCookie(SecureCookieSessionInterface):
    """Flask's own cookie, for the token of forms: kept as close as the session's."""

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init(app: Flask, site: Site) -> None:
    """Find out, before each request outside /static and /api, who asks."""
    app.extensions[_EXTENSION] = site
    app.session_interface = _FormCookie()
    app.before_request(_identify)


def site() -> Site:
    """The site that is served, whose metadata can be changed."""
    found: Site = current_app.extensions[_EXTENSION]
    return found


def services() -> Services:
    """What the use cases of this application stand on."""
    return site().services


def actor() -> Actor:
    """The person signed in. Raises NotAuthenticated when nobody is."""
    found: Actor | None = g.get("actor")
    if found is None:
        raise NotAuthenticated("Sign in to continue.")
    return found


def signed_in() -> Actor | None:
    """The person signed in, if any."""
    found: Actor | None = g.get("actor")
    return found


def reading() -> AbstractContextManager[Work]:
    """A unit of work that reads, for the person signed in; the page it makes sees one state."""
    return unit_of_work(services(), actor())


def administrating(work: Work) -> Work:
    """The work of an administrator; AccessDenied for anybody else's."""
    if not work.actor.administrator:
        raise AccessDenied("Only administrators may do this.")
    return work


def designing(work: Work, address: str = "") -> Work:
    """The work of somebody who publishes some metadata, or the document at an address; AccessDenied otherwise."""
    model, me = work.model, work.actor
    if not (may_publish(model, me, address) if address else publishes_any(model, me)):
        raise AccessDenied("Only administrators, and roles that publish this part of the metadata, may do this.")
    return work


def write(command: Callable[[Work], T]) -> T:
    """Run a use case for the person signed in, commit, and give its result."""
    return run(services(), actor(), command)


def remember(response: Response, token: str) -> None:
    """Give the browser its session."""
    _cookie(response, SESSION_COOKIE, token, hidden=True)


def forget(response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(SESSION_COOKIE, path="/", samesite="Lax", httponly=True, secure=request.is_secure)


def token() -> str:
    """The session token the browser sent, or empty text."""
    return request.cookies.get(SESSION_COOKIE, "")


def remember_step(response: Response, secret: str) -> None:
    """Give the browser what belongs to a sign-in half done: a secret that opens nothing by itself."""
    _cookie(response, STEP_COOKIE, secret, hidden=True, lasts=_STEP_LASTS)


def forget_step(response: Response) -> None:
    """Take it away again."""
    response.delete_cookie(STEP_COOKIE, path="/", samesite="Lax", httponly=True, secure=request.is_secure)


def step() -> str:
    """The secret of the sign-in half done that the browser sent, or empty text."""
    return request.cookies.get(STEP_COOKIE, "")


def theme() -> str:
    """The theme chosen on this browser: system, light or dark."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "system"


def keep_theme(response: Response, chosen: str) -> None:
    """Remember the theme on this browser."""
    _cookie(response, THEME_COOKIE, chosen, hidden=False)


def keep_locale(response: Response, locale: str) -> None:
    """Remember the language on this browser, also for the sign-in page."""
    _cookie(response, COOKIE, locale, hidden=False)


def only_reads() -> bool:
    """Whether the request changes nothing, by its method (RFC 9110, 9.2.1)."""
    return request.method in _SAFE


def _identify() -> None:
    g.actor = None
    if request.path.startswith(("/static/", "/api/")) or not token():
        return
    g.actor = actor_of_session(services(), token(), ahead=only_reads())
    if g.actor is not None:
        use_locale(g.actor.locale)


def _cookie(response: Response, name: str, value: str, *, hidden: bool, lasts: timedelta = _LASTS) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lasts,
        path="/",
        httponly=hidden,
        secure=request.is_secure,
        samesite="Lax",
    )
