"""What the page of sign-in and security shows, of what is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kalip.records import Work
from kalip.records.accounts import sessions_of, tokens_of
from kalip.records.accounts.elsewhere import links_of
from kalip.records.accounts.factors import factors_of
from kalip.records.accounts.keepers import is_kept_elsewhere
from kalip.records.accounts.people import find_person
from kalip.records.accounts.sessions import wants_second_factor
from kalip.records.accounts.watching import SignInEntry, recent_sign_ins
from kalip.storage import Token
from kalip.storage.factors import PASSKEY, RECOVERY
from kalip.web.arriving import passkey_place
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.oidc.naming import provider_title, providers
from kalip.web.record.timeline import moment
from kalip.web.shell import plural_of
from kalip.web.sign_in.devices import device_of, is_phone


@dataclass(frozen=True, slots=True)
class ShownFactor:
    """A second factor."""

    id: str
    name: str
    icon: str
    since: str
    used: str


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A browser that is signed in."""

    handle: str
    device: str
    icon: str
    address: str
    way: str
    seen: str
    since: str
    here: bool


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token, without its secret."""

    id: str
    name: str
    scope: tuple[str, ...]
    expires: str
    expired: bool
    used: str


@dataclass(frozen=True, slots=True)
class ShownSignIn:
    """A try to come in."""

    when: str
    who: str
    person: str
    succeeded: bool
    how: str
    device: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownLink:
    """An account elsewhere."""

    provider: str
    subject: str
    title: str
    email: str
    used: str


@dataclass(frozen=True, slots=True)
class Security:
    """The page. `part` is where `fault` belongs; `made` is a token's text, shown this once."""

    email: str
    fresh: bool
    has_password: bool
    kept_elsewhere: bool
    required: bool
    factors: tuple[ShownFactor, ...]
    codes: int
    passkeys: bool
    links: tuple[ShownLink, ...]
    linkable: tuple[tuple[str, str], ...]
    sessions: tuple[ShownSession, ...]
    tokens: tuple[ShownToken, ...]
    roles: tuple[Option, ...]
    entities: tuple[Option, ...]
    recent: tuple[ShownSignIn, ...]
    part: str = ""
    fault: str = ""
    made: str = ""


def security_of(work: Work, token: str, *, fresh: bool) -> Security:
    """The page of the person who works, in the session of a token."""
    me = find_person(work, str(work.actor.id))
    factors = factors_of(work, me.id)
    links = links_of(work, me.id)
    linked = {each.provider for each in links}
    return Security(
        email=me.email,
        fresh=fresh,
        has_password=me.password_hash is not None,
        kept_elsewhere=is_kept_elsewhere(work, me),
        required=wants_second_factor(work.model, me),
        factors=tuple(
            ShownFactor(
                each.id,
                each.name,
                "fingerprint" if each.kind == PASSKEY else "device-mobile",
                moment(work, each.created_at),
                _moment(work, each.used_at),
            )
            for each in factors
            if each.kind != RECOVERY
        ),
        codes=sum(each.kind == RECOVERY for each in factors),
        passkeys=passkey_place() is not None,
        links=tuple(
            ShownLink(
                each.provider, each.subject, provider_title(each.provider), each.email, _moment(work, each.used_at)
            )
            for each in links
        ),
        linkable=tuple((each.name, each.title) for each in providers() if each.name not in linked),
        sessions=tuple(shown_sessions(work, me.id, token)),
        tokens=tuple(shown_token(work, each) for each in tokens_of(work, me.id)),
        roles=role_options(work, me.roles),
        entities=entity_options(work),
        recent=tuple(shown_sign_in(work, each) for each in recent_sign_ins(work, me.id)),
    )


def shown_token(work: Work, token: Token) -> ShownToken:
    """A token as a row."""
    scope = []
    if token.role is not None:
        role = work.model.roles.get(token.role)
        scope.append(role.label.get(current_locale()) if role else token.role)
    if token.entities is not None:
        known = (work.model.entity(name) for name in token.entities)
        scope += [plural_of(entity) for entity in known if entity is not None]
    if token.read_only:
        scope.append(gettext("only reading"))
    return ShownToken(
        token.id,
        token.name,
        tuple(scope),
        moment(work, token.expires_at) if token.expires_at else "",
        token.expires_at is not None and token.expires_at <= work.now,
        _moment(work, token.used_at),
    )


def shown_sign_in(work: Work, entry: SignInEntry) -> ShownSignIn:
    """A try to come in as a row."""
    how = way_of(entry.method, entry.factor) if entry.succeeded else _fault_of(entry.step)
    return ShownSignIn(
        moment(work, entry.at),
        entry.email,
        entry.user_id or "",
        entry.succeeded,
        how,
        device_of(entry.agent) if entry.agent else "",
        entry.address,
    )


def role_options(work: Work, names: Iterable[str]) -> tuple[Option, ...]:
    """Roles to choose from."""
    locale = current_locale()
    return tuple(Option(name, work.model.roles[name].label.get(locale)) for name in names if name in work.model.roles)


def entity_options(work: Work) -> tuple[Option, ...]:
    """Entities with a place of their own to choose from, by their names."""
    locale = current_locale()
    own = (each for each in work.model.entities.values() if not each.owned_by)
    named = sorted(own, key=lambda each: each.label.get(locale).casefold())
    return tuple(Option(each.name, plural_of(each)) for each in named)


def way_of(method: str, factor: str) -> str:
    """By what somebody came in."""
    ways = {"password": gettext("Password"), "": ""}
    way = ways.get(method) if method in ways else provider_title(method.partition(":")[2])
    return " + ".join(filter(None, (way, _factors().get(factor, ""))))


def _factors() -> dict[str, str]:
    return {"app": gettext("app"), "passkey": gettext("passkey"), "recovery": gettext("recovery code")}


def _fault_of(step: str) -> str:
    known = {
        "password": gettext("Wrong password or unknown address"),
        "factor": gettext("Wrong second factor"),
        "": gettext("Wrong password or unknown address"),
    }
    return known.get(step) or gettext(
        "Nobody here is known by this account of {provider}", provider=provider_title(step)
    )


def shown_sessions(work: Work, user_id: str, token: str) -> Iterable[ShownSession]:
    """The browsers that somebody is signed in with, as rows; `token` is the session that asks."""
    for each in sessions_of(work, user_id, token):
        yield ShownSession(
            each.handle,
            device_of(each.agent),
            "device-mobile" if is_phone(each.agent) else "world",
            each.address,
            way_of(each.method, each.factor),
            moment(work, each.seen_at),
            moment(work, each.created_at),
            each.here,
        )


def _moment(work: Work, at: datetime | None) -> str:
    return moment(work, at) if at is not None else ""
