"""Signing in and out, and how a person wants the pages: language, time zone, theme."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import Actor
from kalip.base.errors import KalipError, NotAuthenticated
from kalip.records import Work
from kalip.records.accounts import sign_in, sign_out
from kalip.storage import get_user, save_user
from kalip.web import htmx
from kalip.web.arriving import arrive, caller, inside, site_title
from kalip.web.errors import status_of
from kalip.web.locale import LOCALES, current_locale, gettext, message_of, use_locale
from kalip.web.notifications.page import Choices, choices_of
from kalip.web.oidc.naming import providers
from kalip.web.render import View, render
from kalip.web.session import (
    THEMES,
    forget,
    keep_locale,
    keep_theme,
    reading,
    services,
    signed_in,
    token,
    write,
)
from kalip.web.shell import Crumb, shell_of

blueprint = Blueprint("account", __name__)
_PREFERENCES = View("account/preferences.html", "account/_preferences.html")


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A person of a demo site, to sign in as by one click."""

    name: str
    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sign-in page."""

    email: str
    next: str
    fault: str
    demo: tuple[DemoLogin, ...]
    site: str
    providers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences page."""

    name: str
    email: str
    timezone: str
    timezones: tuple[str, ...]
    roles: tuple[str, ...]
    told: Choices
    fault: str = ""


@blueprint.get("/login")
def show_sign_in() -> BaseResponse:
    """The sign-in page; whoever is signed in already goes on."""
    if signed_in():
        return redirect(inside(request.args.get("next", "")))
    return _page("", request.args.get("next", ""))


@blueprint.post("/login")
def sign_in_now() -> BaseResponse:
    """Sign in; the answer to a wrong pair says nothing of which half was wrong."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    aim = request.form.get("next", "")
    comes = caller()
    try:
        found = sign_in(services(), email, password, comes.address, comes.agent)
    except NotAuthenticated as error:
        return _page(email, aim, message_of(current_locale(), error), 401)
    except KalipError as error:
        if status_of(error) != 429:
            raise
        response = _page(email, aim, message_of(current_locale(), error), 429)
        response.headers["Retry-After"] = str(int(getattr(error, "retry_after", 60)))
        return response
    return arrive(found, aim)


@blueprint.post("/logout")
def sign_out_now() -> BaseResponse:
    """Sign out."""
    if token():
        sign_out(services(), token())
    session.clear()
    response = redirect(url_for("account.show_sign_in"))
    forget(response)
    return response


@blueprint.get("/account/preferences")
def show_preferences() -> Response:
    """The preferences page."""
    with reading() as work:
        return _preferences(work)


@blueprint.post("/account/preferences")
def change_preferences() -> BaseResponse:
    """Change language and time zone."""
    locale, timezone = request.form.get("locale", ""), request.form.get("timezone", "")
    if timezone not in available_timezones():
        with reading() as work:
            return _preferences(work, gettext("There is no time zone “{name}”.", name=timezone), 422)
    write(lambda work: _keep(work, locale if locale in LOCALES else work.actor.locale, timezone))
    use_locale(locale)
    flash(gettext("Saved."))
    response = redirect(url_for("account.show_preferences"))
    if locale in LOCALES:
        keep_locale(response, locale)
    return response


@blueprint.post("/account/display")
def change_display() -> BaseResponse:
    """Change language or theme from anywhere and stay there."""
    locale, theme = request.form.get("locale", ""), request.form.get("theme", "")
    response = redirect(inside(urlsplit(request.referrer or "").path))
    if locale in LOCALES:
        keep_locale(response, locale)
        me = signed_in()
        if me:
            write(lambda work: _keep(work, locale, work.actor.timezone))
    if theme in THEMES:
        keep_theme(response, theme)
    if htmx.is_htmx():
        return htmx.go_to(Response(status=204), response.location or "/")
    return response


def _keep(work: Work, locale: str, timezone: str) -> None:
    person = get_user(work.session, work.actor.id or "")
    if person:
        save_user(work.session, replace(person, locale=locale, timezone=timezone))


def _page(email: str, aim: str, fault: str = "", status: int = 200) -> Response:
    demo: Sequence[DemoLogin] = current_app.config.get("KALIP_DEMO_LOGINS") or ()
    ways = tuple((each.name, each.title) for each in providers())
    page = SignIn(email, aim, fault, tuple(demo), site_title(), ways)
    return Response(render_template("account/sign_in.html", page=page), status=status, mimetype="text/html")


def _preferences(work: Work, fault: str = "", status: int = 200) -> Response:
    me: Actor = work.actor
    locale = current_locale()
    page = Preferences(
        me.name,
        me.email,
        me.timezone,
        tuple(sorted(available_timezones())),
        tuple(work.model.roles[name].label.get(locale) for name in me.roles if name in work.model.roles),
        choices_of(work),
        fault,
    )
    title = gettext("Preferences")
    return render(_PREFERENCES, shell_of(work, title, [Crumb(title)]), page, status)
