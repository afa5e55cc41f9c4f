"""A new password by a link that is good once and for an hour. Who sends the link is somebody else's work.

What is kept is the hash of the link's secret, so neither the database nor a backup lets anybody in.
"""

from datetime import timedelta
from typing import Final

from kalip.access import hash_secret, new_secret
from kalip.base.errors import NotFound
from kalip.records.accounts.doors import Caller, Locked, network_of
from kalip.records.accounts.journal import RESET_MADE, address_key, note
from kalip.records.accounts.keepers import is_kept_elsewhere, require_kept_here
from kalip.records.accounts.mine import keeping_accounts
from kalip.records.accounts.people import find_person, set_password
from kalip.records.accounts.signing_in import actor_of, may_come_in
from kalip.records.services import Services, Work, run
from kalip.storage import User, find_user, get_user
from kalip.storage.tickets import Ticket, add_ticket, count_attempt, delete_tickets_of, find_ticket, take_ticket

RESET: Final = "password.reset"
LASTS: Final = timedelta(hours=1)
INVITED: Final = timedelta(days=3)
"""How long a link lasts that an administrator makes: it may be somebody's first day on Monday."""
WINDOW: Final = timedelta(hours=1)
MOST_FOR_ACCOUNT: Final = 3
MOST_FROM_ADDRESS: Final = 20


def count_request(services: Services, email: str, caller: Caller) -> None:
    """Count that somebody asked for a link. Locked when it was asked for too often, by whomever. Commits.

    Nothing here depends on whether there is such a user, nor does the time it takes.
    """
    now = services.clock()
    keys = [(f"reset:{address_key(email)}", MOST_FOR_ACCOUNT)]
    if caller.address:
        # First, so that who asks for ever new addresses leaves no more rows.
        keys.insert(0, (f"reset:from:{network_of(caller.address)}", MOST_FROM_ADDRESS))
    with services.database.write() as session:
        over = any(count_attempt(session, key, now, WINDOW) > most for key, most in keys)
    if over:
        raise Locked(int(WINDOW.total_seconds()))


def person_to_reset(work: Work, email: str) -> User | None:
    """The person with an address who may get a link; None without one who is let in and whose password is kept here."""
    user = find_user(work.session, email)
    return user if user is not None and may_come_in(user) and not is_kept_elsewhere(work, user) else None


def make_reset(work: Work, user: User, lasts: timedelta = LASTS) -> str:
    """Make a link's secret for a person; those made before are worthless. Commits nothing."""
    secret = new_secret()
    delete_tickets_of(work.session, user.id, RESET)
    add_ticket(work.session, Ticket(secret.hash, RESET, user.id, work.now, work.now + lasts))
    note(work, RESET_MADE, user.id, {"hours": int(lasts.total_seconds() // 3600)})
    return secret.text


def make_reset_for(work: Work, user_id: str) -> str:
    """The same as administrator, for a link that is handed over in person: it lasts three days."""
    keeping_accounts(work)
    user = find_person(work, user_id)
    if not may_come_in(user):
        raise NotFound("Nobody signs in as this user.", params={"id": user_id[:60]})
    require_kept_here(work, user)
    return make_reset(work, user, INVITED)


def person_of_reset(services: Services, secret: str) -> User | None:
    """Whose password a link is for; None when it was used, is too old, or never was."""
    now, hashed = services.clock(), hash_secret(secret)
    ticket = services.database.glance(lambda session: find_ticket(session, RESET, hashed, now))
    if ticket is None or ticket.user_id is None:
        return None
    user_id = ticket.user_id
    user = services.database.glance(lambda session: get_user(session, user_id))
    return user if user is not None and may_come_in(user) else None


def reset_password(services: Services, secret: str, password: str) -> User:
    """Set the password of the person whose link this is, use the link up, and sign the person out everywhere. Commits.

    NotFound for a link that was used or is too old; RecordRejected for a bad password, and the link stays good.
    """
    user = person_of_reset(services, secret)
    if user is None:
        raise NotFound("This link was used already, or is too old: ask for a new one.")

    def command(work: Work) -> User:
        if take_ticket(work.session, RESET, hash_secret(secret), work.now) is None:
            raise NotFound("This link was used already, or is too old: ask for a new one.")
        set_password(work, user, password)
        return user

    return run(services, actor_of(services.runtime.pin().model, user), command)
