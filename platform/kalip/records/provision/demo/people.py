"""Demo users: made unless their e-mail address is taken, with the roles that the model has."""

from collections.abc import Mapping

from kalip.records.accounts import NewUser, create_user
from kalip.records.provision.demo.documents import Data
from kalip.records.services import Work
from kalip.storage import find_user

Users = list[tuple[str, frozenset[str]]]
Logins = list[tuple[str, str, tuple[str, ...]]]


def make_users(work: Work, users: Mapping[str, Data], password: str | None) -> tuple[Users, Logins]:
    """Make the users of demo documents; gives their ids with roles, and (name, e-mail, roles) of each."""
    found: Users = []
    logins: Logins = []
    for data in users.values():
        said = data.get("roles")
        roles = tuple(said) if isinstance(said, Mapping) else ()
        email, name = str(data["email"]), str(data["name"])
        present = find_user(work.session, email)
        if present is not None:
            user_id, roles = present.id, present.roles
        else:
            new = NewUser(name, email, roles, password, str(data.get("locale", "en")), str(data.get("timezone", "UTC")))
            user_id = create_user(work, new)
        found.append((user_id, frozenset(roles)))
        logins.append((name, email, roles))
    return found, logins
