"""Finds the people that an action means."""

from kalip.model import People
from kalip.storage import User, get_user, list_users
from kalip.workflow.rules.scene import Scene


def users_of(scene: Scene, people: People) -> list[User]:
    """Active users of the roles and those that the record's user fields name, each once."""
    found: dict[str, User] = {}
    if people.paths:
        for value in scene.values(people.paths).values():
            user = get_user(scene.work.session, str(value)) if value is not None else None
            if user is not None and user.active:
                found[user.id] = user
    for user in with_roles(scene, people.roles):
        found.setdefault(user.id, user)
    return list(found.values())


def with_roles(scene: Scene, roles: tuple[str, ...]) -> list[User]:
    """Active users who have one of the roles, by name."""
    if not roles:
        return []
    everybody = list_users(scene.work.session, active=True)
    chosen = (user for user in everybody if not set(roles).isdisjoint(user.roles))
    return sorted(chosen, key=lambda user: (user.name.casefold(), user.id))
