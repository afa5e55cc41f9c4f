"""Who looks after personal data: administrators, and roles that are marked for it."""

from kalip.access import Actor
from kalip.base.errors import AccessDenied
from kalip.model import Model
from kalip.records.services import Work
from kalip.storage import list_users


def looks_after_privacy(model: Model, actor: Actor) -> bool:
    """Whether an actor looks after personal data; a token for some entities' records does not."""
    roles = model.roles
    officer = any(name in roles and roles[name].privacy_officer for name in actor.roles)
    return actor.administrator or (officer and actor.entities is None)


def is_officer(work: Work) -> bool:
    """Whether the one who works looks after personal data."""
    return looks_after_privacy(work.model, work.actor)


def officer(work: Work) -> Work:
    """The work of somebody who looks after personal data; AccessDenied for anybody else's."""
    if not is_officer(work):
        raise AccessDenied("Only privacy officers and administrators may do this.")
    return work


def officers_of(work: Work) -> tuple[str, ...]:
    """The ids of everybody active who looks after personal data."""
    caring = {name for name, role in work.model.roles.items() if role.privacy_officer or role.administrator}
    return tuple(each.id for each in list_users(work.session, active=True) if caring.intersection(each.roles))
