"""The way to a provider of sign-ins and back: also to make an account there one's own while signed in."""

import hmac
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import hash_secret, new_secret
from kalip.base.errors import Conflict, KalipError, NotAuthenticated, NotFound
from kalip.records.accounts import Locked, require_fresh
from kalip.records.accounts.doors import network_of
from kalip.records.accounts.elsewhere import Account, Terms, link_account, sign_in_by
from kalip.runtime.providers import Provider
from kalip.storage.tickets import Ticket, add_ticket, count_attempt, take_ticket
from kalip.web.arriving import arrive, caller, inside, site_address
from kalip.web.locale import LOCALES, current_locale, gettext, message_of
from kalip.web.oidc.naming import providers
from kalip.web.oidc.provider import Asked, Client, ProviderFault
from kalip.web.session import remember_step, services, signed_in, step, token, write

blueprint = Blueprint("oidc", __name__)
_TICKET = "oidc"
_LASTS = timedelta(minutes=15)
_MOST = 300
"""How often people at one address may set out in that time."""
_EXTENSION = "kalip_oidc_clients"


@blueprint.get("/login/with/<name>")
def go_there(name: str) -> BaseResponse:
    """Lead the browser to a provider. With `link` the account there becomes one's own, who is signed in freshly."""
    client, me = _client(name), signed_in()
    linking = request.args.get("link") == "1" and me is not None
    if linking:
        require_fresh(services(), token())
    secret, asked = new_secret(), Asked(token_urlsafe(32), token_urlsafe(48), _redirect(name))
    try:
        address = client.address(secret.text, asked)
    except ProviderFault as error:
        return _refused(error, linking=linking)
    now = services().clock()
    data = {
        "provider": name,
        "nonce": asked.nonce,
        "verifier": services().sealer.seal(asked.verifier, f"oidc:{secret.hash}"),
        "redirect": asked.redirect,
        "next": inside(request.args.get("next", "")),
        "link": linking,
    }
    comes = network_of(request.remote_addr or "")
    with services().database.write() as database:
        if count_attempt(database, f"oidc:{comes}", now, _LASTS) > _MOST:
            raise Locked(int(_LASTS.total_seconds()))
        ticket = Ticket(secret.hash, _TICKET, me.id if linking and me else None, now, now + _LASTS, data)
        add_ticket(database, ticket)
    response = redirect(address)
    remember_step(response, secret.text)
    return response


@blueprint.get("/login/with/<name>/back")
def come_back(name: str) -> BaseResponse:
    """Take who comes back from a provider: with the state that this browser was given, which is good once."""
    client, state, now = _client(name), request.args.get("state", ""), services().clock()
    if not state or not hmac.compare_digest(state.encode(), step().encode()):
        return _refused(NotAuthenticated("This sign-in was not begun in this browser: try again."))
    with services().database.write() as database:
        ticket = take_ticket(database, _TICKET, hash_secret(state), now)
    if ticket is None or ticket.data["provider"] != name:
        return _refused(NotAuthenticated("This took too long: sign in again."))
    linking = bool(ticket.data["link"])
    if request.args.get("error") or not request.args.get("code"):
        return _refused(NotAuthenticated("The sign-in was broken off there."), linking=linking)
    verifier = services().sealer.open(str(ticket.data["verifier"]), f"oidc:{ticket.hash}")
    asked = Asked(str(ticket.data["nonce"]), verifier, str(ticket.data["redirect"]))
    try:
        account = account_of(client.provider, client.claims(request.args["code"], asked, now))
        if linking:
            return _link(ticket, account)
        terms = Terms(client.provider.creates, client.provider.second_factor)
        return arrive(sign_in_by(services(), account, terms, caller()), str(ticket.data["next"]))
    except (NotAuthenticated, ProviderFault, Conflict) as error:
        return _refused(error, linking=linking)


def account_of(provider: Provider, claims: Any) -> Account:
    """Who came, of a provider's claims. What isn't a text where one must be is as good as absent."""
    brought = claims.get(provider.roles_claim)
    values = brought if isinstance(brought, list) else [brought]
    roles = dict.fromkeys(provider.roles[each] for each in values if isinstance(each, str) and each in provider.roles)
    email, name, locale = (_text(claims.get(key)) for key in ("email", "name", "locale"))
    base = locale.replace("_", "-").partition("-")[0].lower()
    return Account(
        provider=provider.name,
        subject=_text(claims.get("sub")),
        email=email,
        verified=claims.get("email_verified") is True,
        name=name,
        roles=tuple(roles),
        governed=frozenset(provider.roles.values()),
        locale=base if base in LOCALES else current_locale(),
    )


def _link(ticket: Ticket, account: Account) -> BaseResponse:
    me = signed_in()
    if me is None or me.id != ticket.user_id:
        return _refused(NotAuthenticated("This sign-in was not begun in this browser: try again."))
    write(lambda work: link_account(work, account))
    flash(gettext("From now on you can sign in by this account."))
    return redirect(url_for("security.show"))


def _refused(error: KalipError, *, linking: bool = False) -> BaseResponse:
    flash(message_of(current_locale(), error), "error")
    if linking:
        return redirect(url_for("security.show"))
    return redirect(url_for("account.show_sign_in"))


def _client(name: str) -> Client:
    known: dict[str, Client] = current_app.extensions.setdefault(_EXTENSION, {})
    if name not in known:
        provider = next((each for each in providers() if each.name == name), None)
        if provider is None:
            raise NotFound("There is no such way to sign in.", params={"id": name[:60]})
        known[name] = Client(provider, services().network.http)
    return known[name]


def _redirect(name: str) -> str:
    return site_address() + url_for("oidc.come_back", name=name)


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""
