"""What happened to accounts, as events of the user: who came in, who didn't, and what was changed of how one does.

A sign-in is an event of the e-mail address that was typed, in lower case, whether somebody has it or not; a change is
one of the user's id.
"""

from collections.abc import Mapping
from typing import Any, Final

from kalip.records.services import Work
from kalip.storage import Event, append_events
from kalip.storage.people import email_key

USER: Final = "user"
FAILED, SUCCEEDED = "sign_in.failed", "sign_in.succeeded"
CREATED, ROLES_CHANGED, KEPT_OUT, LET_IN = "user.created", "user.roles_changed", "user.kept_out", "user.let_in"
CHANGED: Final = "user.changed"
PASSWORD_CHANGED, RESET_MADE = "password.changed", "password.reset_made"
FACTOR_ADDED, FACTOR_REMOVED = "factor.added", "factor.removed"
TOKEN_CREATED, TOKEN_REVOKED = "token.created", "token.revoked"
SESSION_ENDED = "session.ended"
LINK_ADDED, LINK_REMOVED = "link.added", "link.removed"
LONGEST_KEY: Final = 200


def note(
    work: Work, kind: str, user_id: str, after: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> None:
    """Write what was done to an account, in the work's transaction."""
    event = Event(
        kind=kind,
        entity=USER,
        record_id=user_id,
        actor=work.actor.id,
        at=work.now,
        before=before,
        after=after,
        on_behalf=work.actor.on_behalf,
        correlation=work.correlation,
    )
    append_events(work.session, [event])
    work.events.append(event)


def address_key(email: str) -> str:
    """An e-mail address as sign-ins are written down under it, also one that nobody has."""
    return email_key(email)[:LONGEST_KEY] or "-"
