"""Users and their API tokens on the command line."""

import secrets
from collections.abc import Callable, Sequence

import click

from kalip.access import SYSTEM
from kalip.cli.command import Environment, Group, person
from kalip.cli.output import table
from kalip.records import Work, run
from kalip.records.accounts import (
    NewUser,
    TokenScope,
    all_tokens,
    change_password,
    create_api_token,
    create_user,
    list_people,
    revoke_token,
    set_user_active,
    set_user_roles,
    token_of_id,
)
from kalip.records.accounts.factors import factors_of, remove_all_factors
from kalip.records.accounts.resetting import make_reset_for
from kalip.storage.people import email_key
from kalip.workflow.mails.resets import PATH

_EMAIL = click.argument("email")
_ROLES = click.option("--role", "roles", multiple=True, help="A role; may be given several times.")
_PASSWORD = click.option("--password", help="A random one is made and shown otherwise.")


@click.group(cls=Group)
def user() -> None:
    """People who may sign in."""


@user.command("add")
@_EMAIL
@click.option("--name", help="The person's name; made of the address otherwise.")
@_ROLES
@_PASSWORD
@click.option("--language", default="en", show_default=True)
@click.option("--timezone", default="UTC", show_default=True)
@click.option("--service", is_flag=True, help="A programme's account: nobody signs in, it acts by tokens.")
@click.pass_obj
def add_user(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment,
    email: str,
    name: str | None,
    roles: Sequence[str],
    password: str | None,
    language: str,
    timezone: str,
    service: bool,  # noqa: FBT001 - the same
) -> None:
    """Let a person in, or make an account for a programme."""
    given = password or (None if service else secrets.token_urlsafe(12))
    said = name or email.partition("@")[0].replace(".", " ").title()
    new = NewUser(said, email, tuple(roles), given, language, timezone, service)
    with env.site() as site:
        user_id = run(site.services, SYSTEM, lambda work: create_user(work, new))
    env.out.show(
        {"id": user_id, "email": email, "password": None if password else given},
        f"{said} may act by tokens: kalip token create --user {email}"
        if service
        else f"{said} may sign in as {email}" + ("" if password else f" with the password {given}"),
    )


@user.command("list")
@click.pass_obj
def show_users(env: Environment) -> None:
    """List everybody."""
    with env.site() as site:
        people = run(site.services, SYSTEM, list_people, write=False)
    rows = [(each.email, each.name, ", ".join(each.roles), each.active) for each in people]
    data = [{"id": p.id, "email": p.email, "name": p.name, "roles": list(p.roles), "active": p.active} for p in people]
    env.out.show(data, table(("e-mail", "name", "roles", "active"), rows))


@user.command("roles")
@_EMAIL
@_ROLES
@click.pass_obj
def change_roles(env: Environment, email: str, roles: Sequence[str]) -> None:
    """Give a user exactly these roles; none without --role."""
    _change(env, email, lambda work, user_id: set_user_roles(work, user_id, tuple(roles)))
    env.out.show({"email": email, "roles": list(roles)}, f"{email}: {', '.join(roles) or 'no roles'}")


@user.command("disable")
@_EMAIL
@click.pass_obj
def disable(env: Environment, email: str) -> None:
    """Sign a user out everywhere and keep them out."""
    _change(env, email, lambda work, user_id: set_user_active(work, user_id, active=False))
    env.out.show({"email": email, "active": False}, f"{email} is kept out")


@user.command("enable")
@_EMAIL
@click.pass_obj
def enable(env: Environment, email: str) -> None:
    """Let a user in again."""
    _change(env, email, lambda work, user_id: set_user_active(work, user_id, active=True))
    env.out.show({"email": email, "active": True}, f"{email} may sign in")


@user.command("password")
@_EMAIL
@_PASSWORD
@click.pass_obj
def reset_password(env: Environment, email: str, password: str | None) -> None:
    """Give a user a new password; all their browsers are signed out."""
    given = password or secrets.token_urlsafe(12)
    _change(env, email, lambda work, user_id: change_password(work, user_id, given))
    said = "changed" if password else given
    env.out.show({"email": email, "password": None if password else given}, f"The password of {email}: {said}")


@user.command("reset")
@_EMAIL
@click.pass_obj
def make_link(env: Environment, email: str) -> None:
    """Make a link by which a person sets a password; it works once, within three days."""
    with env.site() as site:
        user_id = person(site, email).id
        secret = run(site.services, SYSTEM, lambda work: make_reset_for(work, user_id))
        link = f"{site.services.network.public_url}{PATH}/{secret}"
    env.out.show({"email": email, "link": link}, link)


@user.command("second-factor")
@_EMAIL
@click.option("--off", is_flag=True, help="Remove all of them, and sign the person out.")
@click.pass_obj
def second_factor(env: Environment, email: str, off: bool) -> None:  # noqa: FBT001 - click calls by name
    """List a person's second factors, or remove them for one who has lost them."""
    with env.site() as site:
        user_id = person(site, email).id
        if off:
            count = run(site.services, SYSTEM, lambda work: remove_all_factors(work, user_id))
            env.out.show({"email": email, "removed": count}, f"{email} signs in without a second factor")
            return
        found = run(site.services, SYSTEM, lambda work: factors_of(work, user_id), write=False)
    columns = ("kind", "name", "created", "used")
    rows = [(each.kind, each.name, each.created_at, each.used_at) for each in found]
    env.out.rows(columns, rows)


@click.group(cls=Group)
def token() -> None:
    """API tokens: a programme's access in a person's name."""


@token.command("create")
@click.option("--user", "email", required=True, help="The person's e-mail address.")
@click.option("--role", help="Only this one of the person's roles.")
@click.option("--days", type=click.IntRange(1), help="How long it lasts; until revoked otherwise.")
@click.option("--name", default="", help="What it is for.")
@click.option("--entity", "entities", multiple=True, help="Only this entity; may be given several times.")
@click.option("--read-only", is_flag=True, help="It changes nothing.")
@click.pass_obj
def create_token(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment,
    email: str,
    role: str | None,
    days: int | None,
    name: str,
    entities: Sequence[str],
    read_only: bool,  # noqa: FBT001 - the same
) -> None:
    """Make a token and print it: it is shown this once."""
    scope = TokenScope(role, tuple(entities) or None, read_only)
    with env.site() as site:
        user_id = person(site, email).id
        text = run(site.services, SYSTEM, lambda work: create_api_token(work, user_id, name, scope, days))
    env.out.show({"token": text}, text)


@token.command("list")
@click.option("--user", "email", help="Only this person's, by e-mail address.")
@click.pass_obj
def show_tokens(env: Environment, email: str | None) -> None:
    """List tokens, without their secrets."""
    with env.site() as site:
        found = run(site.services, SYSTEM, all_tokens, write=False)
    columns = ("id", "user", "name", "role", "entities", "read_only", "created", "expires", "used")
    rows = [
        (t.id, u.email, t.name, t.role, ", ".join(t.entities or ()), t.read_only, t.created_at, t.expires_at, t.used_at)
        for t, u in found
        if email is None or email_key(u.email) == email_key(email)
    ]
    env.out.rows(columns, rows)


@token.command("revoke")
@click.argument("token_id")
@click.option("--user", "email", help="Whose it must be, by e-mail address.")
@click.pass_obj
def end_token(env: Environment, token_id: str, email: str | None) -> None:
    """End a token at once."""
    with env.site() as site:
        user_id = person(site, email).id if email else None
        run(
            site.services,
            SYSTEM,
            lambda work: revoke_token(work, user_id or token_of_id(work, token_id).user_id, token_id),
        )
    env.out.show({"revoked": token_id}, f"The token {token_id} is revoked")


def _change(env: Environment, email: str, change: Callable[[Work, str], None]) -> None:
    with env.site() as site:
        user_id = person(site, email).id
        run(site.services, SYSTEM, lambda work: change(work, user_id))
