"""What all commands have: `--site`, `--json`, and one way to say no (exit 1; click's usage errors exit with 2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kalip.access import SYSTEM, Actor
from kalip.base.errors import KalipError, NotFound
from kalip.cli.composition import Composition, OpenSite
from kalip.cli.output import Output
from kalip.records.accounts import stored_actor
from kalip.storage import User, find_user

REFUSED = 1
_SITE = "The site's folder: ./site unless KALIP_SITE names another."


class Refused(Exception):
    """Ends a command that has already said what is wrong."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a command works with."""

    composition: Composition
    folder: Path
    out: Output

    @contextmanager
    def site(self) -> Iterator[OpenSite]:
        """The site, opened for the block."""
        with self.composition.open(self.folder) as site:
            yield site


class Command(click.Command):
    """A command that knows the site and refuses in one way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        folder = click.Path(file_okay=False, path_type=Path)
        self.params += [
            click.Option(["--site"], type=folder, envvar="KALIP_SITE", default=Path("site"), help=_SITE),
            click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON value instead of text for people."),
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command on its environment."""
        out = Output(as_json=ctx.params.pop("as_json"))
        ctx.obj = Environment(ctx.find_root().obj, ctx.params.pop("site"), out)
        try:
            return super().invoke(ctx)
        except Refused:
            ctx.exit(REFUSED)
        except KalipError as error:
            out.fault(error)
            ctx.exit(REFUSED)


class Group(click.Group):
    """Commands of one noun."""

    command_class = Command
    group_class = type


def person(site: OpenSite, email: str) -> User:
    """A user by e-mail address. NotFound without one."""
    with site.services.database.read() as session:
        found = find_user(session, email)
    if found is None:
        raise NotFound("There is no user '{email}'.", params={"email": email}, hint="`kalip user list` shows all")
    return found


def actor_for(site: OpenSite, email: str | None) -> Actor:
    """Who a command acts as: a user when one is named, otherwise the system, which may do everything."""
    if email is None:
        return SYSTEM
    user = person(site, email)
    with site.services.database.read() as session:
        return stored_actor(session, site.services.runtime.pin().model, user)
