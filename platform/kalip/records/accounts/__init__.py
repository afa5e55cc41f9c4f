"""People and programmes that may come in: users, sessions, API tokens. Knows no cookies and no headers."""

from kalip.records.accounts.acting import (
    Principal,
    principals_of,
    start_acting,
    stop_acting,
    stored_actor,
)
from kalip.records.accounts.people import (
    NewUser,
    change_password,
    create_user,
    find_person,
    list_people,
    set_user_active,
    set_user_roles,
)
from kalip.records.accounts.signing_in import Locked, SignedIn, actor_of_session, identity_of, sign_in, sign_out
from kalip.records.accounts.tokens import actor_of_token, create_api_token, revoke_token, tokens_of

__all__ = [
    "Locked",
    "NewUser",
    "Principal",
    "SignedIn",
    "actor_of_session",
    "actor_of_token",
    "change_password",
    "create_api_token",
    "create_user",
    "find_person",
    "identity_of",
    "list_people",
    "principals_of",
    "revoke_token",
    "set_user_active",
    "set_user_roles",
    "sign_in",
    "sign_out",
    "start_acting",
    "stop_acting",
    "stored_actor",
    "tokens_of",
]
