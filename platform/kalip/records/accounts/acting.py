"""Acting for another: in one's place as a substitute with all rights, or only looking with one's eyes.

The browser's login keeps for whom. With every request it is asked anew whether that may still be, so a substitution
that ends takes everything back at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args

from kalip.access import Actor, Identity, hash_secret, in_place_of, limited_to, make_actor, recalling
from kalip.base.errors import AccessDenied, BadRequest, NotAuthenticated, NotFound
from kalip.model import Model
from kalip.records.services import Services, Work
from kalip.records.standing_in import Standing, my_standings, reach_of, standings_of, stands_in
from kalip.storage import Event, LoginSession, Session, User, append_events, find_login, get_user
from kalip.storage.acting import set_acting
from kalip.storage.groups import group_codes

ActingMode = Literal["for", "see"]
"""for: in the place of another, with one's rights. see: only looking, as an administrator."""
STARTED, STOPPED = "acting.started", "acting.stopped"
USER: Final = "user"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody for whom a person may act until a moment; `entities` None means in everything."""

    id: str
    name: str
    ends: datetime
    entities: tuple[str, ...] | None


def identity_of(user: User) -> Identity:
    """A user as the access floor knows people."""
    return Identity(user.id, user.name, user.email, user.locale, user.timezone)


def stored_actor(
    session: Session,
    model: Model,
    user: User,
    roles: Iterable[str] | None = None,
    entities: Iterable[str] | None = None,
) -> Actor:
    """A stored person with today's roles and groups, acting for oneself; `roles` and `entities` leave only these."""
    groups = group_codes(session, user.id) if user.groups is None else user.groups
    actor = recalling(make_actor(model, identity_of(user), user.roles, roles, groups), user.told)
    return actor if entities is None else limited_to(actor, entities)


def actor_of_login(session: Session, model: Model, found: tuple[LoginSession, User], now: datetime) -> Actor:
    """Who acts in a browser that is signed in: the person, or the person in the place of another while that may be."""
    login, user = found
    own = stored_actor(session, model, user)
    if login.acting_for is None:
        return own
    mode: ActingMode = "see" if login.acting_mode == "see" else "for"
    acting = acting_as(session, model, own, (login.acting_for, mode), now)
    return own if acting is None or (mode == "for" and lacks_factor(model, login, acting.roles)) else acting


def lacks_factor(model: Model, login: LoginSession, roles: Iterable[str]) -> bool:
    """Whether one of these roles lets nobody in without a second factor, and a session has none."""
    return not login.factor and any(model.roles[name].second_factor for name in roles if name in model.roles)


def principals_of(work: Work) -> tuple[Principal, ...]:
    """For whom the person may act now, by name: active people whose substitute with all rights one is."""
    standings = [each for each in my_standings(work) if each.gives("all")]
    found = []
    for principal in dict.fromkeys(each.principal for each in standings):
        user = get_user(work.session, principal)
        if user is not None and user.active:
            reach = reach_of(standings, principal, "all")
            ends = max(each.ends for each in standings if each.principal == principal)
            found.append(Principal(user.id, user.name, ends, None if reach is None else tuple(sorted(reach))))
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))


def may_act(own: Actor, standings: tuple[Standing, ...], user_id: str, mode: ActingMode) -> bool:
    """The rule: administrators may look with anybody's eyes; a substitute with all rights may act for the absent one.

    `own` is the person with one's own rights.
    """
    if user_id == own.id:
        return False
    return own.administrator if mode == "see" else stands_in(standings, user_id, "all")


def acting_as(
    session: Session, model: Model, own: Actor, wanted: tuple[str, ActingMode], now: datetime
) -> Actor | None:
    """The person (with `own` rights) in the place of a user, in a mode; None when that may not be, or no more."""
    user_id, mode = wanted
    standings = standings_of(session, str(own.id), now) if mode == "for" else ()
    if not may_act(own, standings, user_id, mode):
        return None
    target = get_user(session, user_id)
    if target is None or not target.active:
        return None
    principal = stored_actor(session, model, target)
    if mode == "see":
        return in_place_of(own, principal, read_only=True)
    reach = reach_of(standings, user_id, "all")
    actor = in_place_of(own, principal)
    return actor if reach is None else limited_to(actor, reach)


def start_acting(services: Services, token: str, user_id: str, mode: str) -> None:
    """Let a browser's login act for a user from the next request on; it is noted in the event log. Commits.

    NotAuthenticated for an unknown token, NotFound when there is no such active user, AccessDenied when one may not:
    also where a role of the user wants a second factor, and the login was opened without one.
    """
    if mode not in get_args(ActingMode):
        raise BadRequest("one acts for somebody (for) or looks with somebody's eyes (see)", code="R101")
    kept: ActingMode = "see" if mode == "see" else "for"
    model, now, hashed = services.runtime.pin().model, services.clock(), hash_secret(token)
    with services.database.write() as session:
        login, user = _login(session, hashed, now)
        target = get_user(session, user_id)
        own = stored_actor(session, model, user)
        allowed = may_act(own, standings_of(session, user.id, now), user_id, kept)
        if not allowed:
            raise AccessDenied("You may not act for this person.")
        if target is None or not target.active:
            raise NotFound("There is no such user.", params={"id": user_id[:60]})
        if kept == "for" and lacks_factor(model, login, target.roles):
            raise AccessDenied(
                "A role of {name} wants a second factor, and you signed in without one.",
                params={"name": target.name},
                hint="set one up under Sign-in and security",
            )
        if login.acting_for is not None:
            append_events(session, [_event(STOPPED, login, user, now)])
        set_acting(session, hashed, user_id, kept)
        started = replace(login, acting_for=user_id, acting_mode=kept)
        append_events(session, [_event(STARTED, started, user, now)])


def stop_acting(services: Services, token: str) -> None:
    """Let a browser's login act for itself again; one that does so already goes on. Commits."""
    now, hashed = services.clock(), hash_secret(token)
    with services.database.write() as session:
        login, user = _login(session, hashed, now)
        if login.acting_for is not None:
            set_acting(session, hashed, None, None)
            append_events(session, [_event(STOPPED, login, user, now)])


def _login(session: Session, hashed: str, now: datetime) -> tuple[LoginSession, User]:
    found = find_login(session, hashed, now)
    if found is None:
        raise NotAuthenticated("Sign in to continue.")
    return found


def _event(kind: str, login: LoginSession, user: User, now: datetime) -> Event:
    return Event(
        kind=kind,
        entity=USER,
        record_id=str(login.acting_for),
        actor=user.id,
        at=now,
        on_behalf=login.acting_for if login.acting_mode == "for" else None,
        after={"mode": login.acting_mode},
    )
