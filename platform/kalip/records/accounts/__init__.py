"""People and programmes that may come in: users, sessions, API tokens. Knows no cookies and no headers."""

from kalip.records.accounts.acting import (
    Principal,
    identity_of,
    principals_of,
    start_acting,
    stop_acting,
    stored_actor,
)
from kalip.records.accounts.doors import Caller, Locked
from kalip.records.accounts.people import (
    NewUser,
    change_password,
    count_people,
    create_user,
    find_people,
    find_person,
    list_people,
    set_user_active,
    set_user_roles,
)
from kalip.records.accounts.sessions import (
    NotFresh,
    OpenSession,
    actor_of_session,
    end_session,
    end_sessions,
    is_fresh,
    require_fresh,
    sessions_of,
    sign_out,
)
from kalip.records.accounts.signing_in import SignedIn, sign_in
from kalip.records.accounts.tokens import (
    TokenScope,
    actor_of_token,
    all_tokens,
    create_api_token,
    revoke_token,
    token_of_id,
    tokens_of,
)
from kalip.storage.people import PeopleQuery, PeopleState

__all__ = [
    "Caller",
    "Locked",
    "NewUser",
    "NotFresh",
    "OpenSession",
    "PeopleQuery",
    "PeopleState",
    "Principal",
    "SignedIn",
    "TokenScope",
    "actor_of_session",
    "actor_of_token",
    "all_tokens",
    "change_password",
    "count_people",
    "create_api_token",
    "create_user",
    "end_session",
    "end_sessions",
    "find_people",
    "find_person",
    "identity_of",
    "is_fresh",
    "list_people",
    "principals_of",
    "require_fresh",
    "revoke_token",
    "sessions_of",
    "set_user_active",
    "set_user_roles",
    "sign_in",
    "sign_out",
    "start_acting",
    "stop_acting",
    "stored_actor",
    "token_of_id",
    "tokens_of",
]
