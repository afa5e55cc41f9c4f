"""API tokens: a programme's access in a person's name, narrowed to one role if wanted. Shown once, kept as a hash."""

from datetime import timedelta

from kalip.access import Actor, hash_secret, make_actor, new_secret
from kalip.base.errors import AccessDenied, NotAuthenticated, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.accounts.people import find_person
from kalip.records.accounts.signing_in import identity_of
from kalip.records.services import Services, Work
from kalip.storage import Token, create_token, delete_token, find_token, list_tokens, touch_token

PREFIX = "kalip_"
TOUCHED = timedelta(minutes=10)
LONGEST_DAYS = 3650


def create_api_token(work: Work, user_id: str, name: str = "", role: str | None = None, days: int | None = None) -> str:
    """Make a token of one's own, or anybody's as administrator, and give its text: it is shown this once.

    `role` limits it to that role of the user's; `days` is how long it lasts (None: until revoked).
    """
    user = find_person(work, _mine_or_administered(work, user_id))
    faults = []
    if role is not None and role not in user.roles:
        faults.append(Violation("/role", "unknown_choice", "The user has no role '{role}'.", {"role": role}))
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        faults.append(Violation("/days", "out_of_range", "Between 1 and {limit} days.", {"limit": LONGEST_DAYS}))
    if faults:
        raise RecordRejected(faults)
    secret = new_secret(PREFIX)
    token = Token(
        id=new_id(),
        hash=secret.hash,
        user_id=user.id,
        name=name.strip() or "token",
        role=role,
        created_at=work.now,
        expires_at=work.now + timedelta(days=days) if days is not None else None,
        used_at=None,
    )
    create_token(work.session, token)
    return secret.text


def actor_of_token(services: Services, text: str) -> Actor:
    """The person in whose name a token acts, with the roles that it leaves. NotAuthenticated when it is not valid."""
    now = services.clock()
    hashed = hash_secret(text)
    found = services.database.glance(lambda session: find_token(session, hashed, now))
    if found is None:
        raise NotAuthenticated("The token is unknown, expired or revoked.")
    token, user = found
    if token.used_at is None or now - token.used_at > TOUCHED:
        with services.database.write() as session:
            touch_token(session, token.id, now)
    limit = None if token.role is None else (token.role,)
    return make_actor(services.runtime.pin().model, identity_of(user), user.roles, limit)


def tokens_of(work: Work, user_id: str) -> list[Token]:
    """The tokens of oneself, or of anybody as administrator."""
    return list_tokens(work.session, _mine_or_administered(work, user_id))


def revoke_token(work: Work, user_id: str, token_id: str) -> None:
    """End a token at once. NotFound when the user has no such token."""
    if token_id not in {token.id for token in tokens_of(work, user_id)}:
        raise NotFound("There is no such token.", params={"id": token_id[:60]})
    delete_token(work.session, token_id)


def _mine_or_administered(work: Work, user_id: str) -> str:
    if work.actor.id != user_id and not work.actor.administrator:
        raise AccessDenied("Only administrators may do this for others.")
    return user_id
