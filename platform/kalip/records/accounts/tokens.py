"""API tokens: a programme's access in a user's name, narrowed at will. Shown once, kept as a hash."""

from dataclasses import dataclass, replace
from datetime import timedelta

from kalip.access import Actor, hash_secret, new_secret
from kalip.base.errors import NotAuthenticated, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.model import Model
from kalip.records.accounts.acting import stored_actor
from kalip.records.accounts.journal import TOKEN_CREATED, TOKEN_REVOKED, note
from kalip.records.accounts.mine import administering, keeping_accounts, mine_or_administered
from kalip.records.accounts.people import find_person
from kalip.records.services import Services, Work
from kalip.storage import (
    Session,
    Token,
    User,
    create_token,
    delete_token,
    find_token,
    get_token,
    list_tokens,
    list_users,
    touch_token,
)

PREFIX = "kalip_"
TOUCHED = timedelta(minutes=10)
LONGEST_DAYS = 3650
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class TokenScope:
    """What a token may do at most: as one of the user's roles, on some entities only, or only reading."""

    role: str | None = None
    entities: tuple[str, ...] | None = None
    read_only: bool = False


def create_api_token(
    work: Work, user_id: str, name: str = "", scope: TokenScope | None = None, days: int | None = None
) -> str:
    """Make a token of one's own, or anybody's as administrator, and give its text: it is shown this once.

    `days` is how long it lasts (None: until revoked). RecordRejected with every fault of the scope and the days.
    """
    if work.actor.id != user_id:
        keeping_accounts(work)
    user = find_person(work, user_id)
    narrowed = scope or TokenScope()
    if faults := [*_scope_faults(work.model, user, narrowed), *_day_faults(days)]:
        raise RecordRejected(faults)
    secret = new_secret(PREFIX)
    token = Token(
        id=new_id(),
        hash=secret.hash,
        user_id=user.id,
        name=" ".join(name.split())[:_LONGEST_NAME] or "token",
        role=narrowed.role,
        created_at=work.now,
        expires_at=work.now + timedelta(days=days) if days is not None else None,
        used_at=None,
        read_only=narrowed.read_only,
        entities=narrowed.entities,
    )
    create_token(work.session, token)
    note(work, TOKEN_CREATED, user.id, _facts(token))
    return secret.text


def actor_of_token(services: Services, text: str, *, ahead: bool = True) -> Actor:
    """The user in whose name a token acts, with the rights that it leaves. NotAuthenticated when it is not valid.

    `ahead`: what others gave it is read along, which serves who is going to read.
    """
    now = services.clock()
    hashed = hash_secret(text)
    model = services.runtime.pin().model

    def look(session: Session) -> tuple[Token, Actor] | None:
        known = find_token(session, hashed, now, model.administrators if ahead else None)
        return None if known is None else (known[0], _narrowed(session, model, *known))

    found = services.database.glance(look)
    if found is None:
        raise NotAuthenticated("The token is unknown, expired or revoked.")
    token, actor = found
    if token.used_at is None or now - token.used_at > TOUCHED:
        with services.database.write() as session:
            touch_token(session, token.id, now)
    return actor


def tokens_of(work: Work, user_id: str) -> list[Token]:
    """The tokens of oneself, or of anybody as administrator, oldest first, expired ones too."""
    return list_tokens(work.session, mine_or_administered(work, user_id))


def all_tokens(work: Work) -> list[tuple[Token, User]]:
    """Everybody's tokens, oldest first, each with its user. Administrators only."""
    administering(work)
    people = {user.id: user for user in list_users(work.session)}
    return [(token, people[token.user_id]) for token in list_tokens(work.session)]


def revoke_token(work: Work, user_id: str, token_id: str) -> None:
    """End a token at once. NotFound when the user has no such token."""
    mine_or_administered(work, user_id)
    token = get_token(work.session, token_id)
    if token is None or token.user_id != user_id:
        raise NotFound("There is no such token.", params={"id": token_id[:60]})
    delete_token(work.session, token_id)
    note(work, TOKEN_REVOKED, user_id, _facts(token))


def token_of_id(work: Work, token_id: str) -> Token:
    """A token by its id, whosever it is. Administrators only; NotFound when there is none."""
    administering(work)
    token = get_token(work.session, token_id)
    if token is None:
        raise NotFound("There is no such token.", params={"id": token_id[:60]})
    return token


def _narrowed(session: Session, model: Model, token: Token, user: User) -> Actor:
    actor = stored_actor(session, model, user, None if token.role is None else (token.role,), token.entities)
    return replace(actor, read_only=True) if token.read_only else actor


def _scope_faults(model: Model, user: User, scope: TokenScope) -> list[Violation]:
    faults = []
    if scope.role is not None and scope.role not in user.roles:
        faults.append(Violation("/role", "unknown_choice", "The user has no role '{role}'.", {"role": scope.role}))
    for name in scope.entities or ():
        if name not in model.entities:
            hint = did_you_mean(name, model.entities)
            template = "There is no entity '{entity}'" + (f": {hint}" if hint else ".")
            faults.append(Violation("/entities", "unknown_choice", template, {"entity": name}))
    if scope.entities is not None and not scope.entities:
        faults.append(Violation("/entities", "required", "Name one entity at least."))
    return faults


def _day_faults(days: int | None) -> list[Violation]:
    if days is None or 1 <= days <= LONGEST_DAYS:
        return []
    return [Violation("/days", "out_of_range", "Between 1 and {limit} days.", {"limit": LONGEST_DAYS})]


def _facts(token: Token) -> dict[str, object]:
    expires = token.expires_at.isoformat() if token.expires_at else None
    scope = {
        "role": token.role,
        "entities": None if token.entities is None else list(token.entities),
        "read_only": token.read_only,
    }
    return {"token": token.id, "name": token.name, "expires_at": expires, **scope}
