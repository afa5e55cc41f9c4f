"""Whose account it may be: one's own, or anybody's as administrator."""

from kalip.access import Actor
from kalip.base.errors import AccessDenied
from kalip.records.services import Work


def administering(work: Work) -> None:
    """Raise AccessDenied unless an administrator works."""
    if not work.actor.administrator:
        raise AccessDenied("Only administrators may do this.")


def keeping_accounts(work: Work) -> None:
    """Raise AccessDenied unless an administrator works, and in the own name.

    A substitute's time ends; a password, role or token that was given meanwhile would stay.
    """
    administering(work)
    if work.actor.on_behalf is not None:
        raise AccessDenied("While you act for somebody you change nobody's account: stop acting first.")


def require_whole(actor: Actor) -> None:
    """Raise AccessDenied for a token that leaves only some of the person's rights: it reaches records alone."""
    if actor.narrowed:
        raise AccessDenied("This token is for records only.")


def mine_or_administered(work: Work, user_id: str) -> str:
    """The user's id again; AccessDenied when it is neither one's own nor an administrator works."""
    if work.actor.id != user_id and not work.actor.administrator:
        raise AccessDenied("Only administrators may do this for others.")
    return user_id
