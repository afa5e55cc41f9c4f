"""Coming in by an account elsewhere (OpenID Connect): whose it is, what roles it brings, and who may be made by it.

A provider's own name of an account (its subject) decides. An e-mail address decides only the first time, and only when
the provider says that it has verified it.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kalip.access import SYSTEM
from kalip.base.errors import Conflict, NotAuthenticated, NotFound
from kalip.records.accounts.doors import Caller, note_failure
from kalip.records.accounts.journal import LINK_ADDED, LINK_REMOVED, note
from kalip.records.accounts.keepers import has_password
from kalip.records.accounts.mine import mine_or_administered
from kalip.records.accounts.people import NewUser, enter_roles, enter_user, find_person
from kalip.records.accounts.signing_in import Proven, SignedIn, admit, may_come_in
from kalip.records.services import Services, Work, run
from kalip.storage import UniqueClash, User, find_user, get_user
from kalip.storage.factors import Link, add_link, delete_link, find_link, list_links, touch_link

PROVIDER: Final = "provider"
"""The kind of a second factor that the provider has asked for."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who a provider says has come. `verified` is about the e-mail address.

    `roles` are what its claims bring, out of those in `governed`, which only the provider gives and takes.
    """

    provider: str
    subject: str
    email: str
    verified: bool
    name: str = ""
    roles: tuple[str, ...] = ()
    governed: frozenset[str] = frozenset()
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the site makes of a provider: strangers become users, and its own second factor counts as one."""

    creates: bool = False
    has_factor: bool = False


def sign_in_by(services: Services, account: Account, terms: Terms, caller: Caller) -> SignedIn:
    """Sign in the person whose account it is. NotAuthenticated when it is nobody's, or one's who isn't let in. Commits.

    Roles that the provider governs become those that it brings, but never takes the last administrator away.
    """

    def command(work: Work) -> SignedIn:
        user = _roles_of(work, _user_of(work, account, terms), account)
        proven = Proven(f"oidc:{account.provider}", caller, PROVIDER if terms.has_factor else "")
        return admit(work.session, work.model, user, proven, work.now)

    try:
        return run(services, SYSTEM, command)
    except NotAuthenticated:
        with services.database.write() as session:
            note_failure(session, account.email or account.subject, caller, services.clock(), account.provider)
        raise


def link_account(work: Work, account: Account) -> None:
    """Make an account elsewhere one's own, to come in by it. Conflict when it is another's. Commits nothing."""
    known = find_link(work.session, account.provider, account.subject)
    if known is not None and known.user_id == work.actor.id:
        return
    if known is not None:
        raise Conflict("This account belongs to another user already.")
    _link(work, find_person(work, str(work.actor.id)), account)


def links_of(work: Work, user_id: str) -> list[Link]:
    """The accounts elsewhere of oneself, or of anybody as administrator."""
    return list_links(work.session, mine_or_administered(work, user_id))


def unlink(work: Work, user_id: str, provider: str, subject: str) -> None:
    """Forget an account elsewhere. Conflict when it is the only way in, NotFound when there is none such."""
    user = find_person(work, mine_or_administered(work, user_id))
    if not has_password(work, user) and len(list_links(work.session, user_id)) == 1:
        raise Conflict("This is the only way to sign in: set a password first.")
    if not delete_link(work.session, user_id, provider, subject):
        raise NotFound("There is no such account.", params={"id": provider[:60]})
    note(work, LINK_REMOVED, user_id, {"provider": provider})


def _user_of(work: Work, account: Account, terms: Terms) -> User:
    link = find_link(work.session, account.provider, account.subject)
    if link is not None:
        user = get_user(work.session, link.user_id)
        touch_link(work.session, link, work.now)
    else:
        user = find_user(work.session, account.email) if account.verified and account.email else None
        if user is None and terms.creates and account.verified and account.email:
            new = NewUser(account.name or account.email.partition("@")[0], account.email, (), locale=account.locale)
            user = find_person(work, enter_user(work, new))
        if user is not None and may_come_in(user):
            _link(work, user, account)
    if user is None or not may_come_in(user):
        raise NotAuthenticated("Nobody here is known by this account: ask an administrator to let you in.")
    return user


def _roles_of(work: Work, user: User, account: Account) -> User:
    own = tuple(role for role in user.roles if role not in account.governed)
    wanted = (*own, *(role for role in account.roles if role in work.model.roles))
    if set(wanted) != set(user.roles):
        with suppress(Conflict):  # the last administrator stays one, whatever a provider says
            return enter_roles(work, user, wanted)
    return user


def _link(work: Work, user: User, account: Account) -> None:
    link = Link(account.provider, account.subject, user.id, account.email, work.now, work.now)
    try:
        add_link(work.session, link)
    except UniqueClash as error:  # the same account comes in at the same moment
        raise Conflict("This account has just come in elsewhere: try again.") from error
    note(work, LINK_ADDED, user.id, {"provider": account.provider, "email": account.email})
