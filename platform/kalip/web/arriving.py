"""What every way in has in common: where one comes from, where one goes on to, and the cookies that are set."""

import ipaddress
from urllib.parse import urlsplit

from flask import current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access.passkeys import Place
from kalip.records.accounts import Caller, SignedIn, sign_out
from kalip.web.session import forget_step, remember, remember_step, services, step, token

_AGENT = 200
_PAGES = {"factor": "second.show", "setup": "second.show_setup"}


def caller() -> Caller:
    """Where the present request comes from."""
    return Caller(request.remote_addr or "", request.user_agent.string[:_AGENT])


def arrive(found: SignedIn, aim: str) -> BaseResponse:
    """Go on after a first proof: to the next step, or signed in to where one wanted to go."""
    if found.then:
        response = redirect(url_for(_PAGES[found.then], next=inside(aim)))
        remember_step(response, found.token)
        return response
    return let_in(redirect(inside(aim)), found.token)


def let_in(response: BaseResponse, opened: str) -> BaseResponse:
    """Give a browser the session that was opened for it. Whatever it had before is worthless from now on."""
    if token():
        sign_out(services(), token())
    session.clear()  # a new sign-in gets a new CSRF secret
    remember(response, opened)
    if step():
        forget_step(response)
    return response


def inside(aim: str) -> str:
    """The address to go on to; never one of another site."""
    try:
        parts = urlsplit(aim)
    except ValueError:
        return url_for("home.show_home")
    own = aim.startswith("/") and not aim.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    # Browsers pass over signs of control; no header holds them.
    return aim if own and aim.isprintable() else url_for("home.show_home")


def site_address() -> str:
    """Where this site is reached, without a slash at its end: as its settings say, else as it was just called."""
    return services().network.public_url or request.url_root.rstrip("/")


def passkey_place() -> Place | None:
    """Where passkeys are good; None where browsers have none: by http, or under a number instead of a name."""
    parts = urlsplit(site_address())
    host = parts.hostname or ""
    if _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Place(host, f"{parts.scheme}://{parts.netloc}", site_title())


def site_title() -> str:
    """What the site is called."""
    return str(current_app.config.get("KALIP_TITLE") or "Kalip")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
