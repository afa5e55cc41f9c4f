"""Questions about what is published: `kalip explain` and `kalip where-used`."""

from dataclasses import asdict

import click

from kalip.cli.command import Command, Environment
from kalip.cli.output import table
from kalip.cli.showing import short
from kalip.designer import Setting, explain, uses_of
from kalip.storage import list_users


@click.command("explain", cls=Command)
@click.argument("thing")
@click.argument("path", default="", metavar="[PROPERTY]")
@click.pass_obj
def explain_property(env: Environment, thing: str, path: str) -> None:
    """Say which layers set a property, since when, and by whom: kalip explain crm/lead fields.tin.required."""
    with env.site() as site:
        found = explain(site.site, thing, path)
        with site.services.database.read() as session:
            names = {user.id: user.name for user in list_users(session)}
    rows = [_row(each, names) for each in found.settings]
    shown = table(("layer", "value", "place", "since", "revision", "by"), rows)
    title = f"{found.address} {found.pointer}".rstrip()
    value = "is not there" if found.value is None else f"is {short(found.value)}"
    data = [
        {
            "layer": each.layer,
            "value": each.value,
            "where": asdict(each.where),
            "revision": each.revision and each.revision.number,
            "at": each.revision and each.revision.created_at.isoformat(),
            "actor": each.revision and each.revision.actor,
        }
        for each in found.settings
    ]
    env.out.show(
        {"address": found.address, "pointer": found.pointer, "value": found.value, "settings": data},
        f"{title} {value}" if found.pointer else title,
        shown,
    )


@click.command("where-used", cls=Command)
@click.argument("thing")
@click.argument("path", default="", metavar="[PART]")
@click.pass_obj
def where_used(env: Environment, thing: str, path: str) -> None:
    """List who uses an entity, field, choice, pipeline, stage or role: kalip where-used crm/lead fields.email."""
    with env.site() as site:
        uses = uses_of(site.site, thing, path)
    rows = [(each.user, each.used, f"{each.file}:{each.line}", each.pointer) for each in uses]
    shown = table(("used by", "what", "place", "property"), rows) if rows else "Nobody uses it."
    env.out.show([asdict(each) for each in uses], shown)


def _row(setting: Setting, names: dict[str, str]) -> tuple[object, ...]:
    revision, where = setting.revision, setting.where
    value = "(removed)" if setting.value is None else short(setting.value)
    place = f"{where.file}:{where.line}"
    if revision is None:
        return setting.layer, value, place, None, None, None
    by = names.get(revision.actor or "", "system")
    return setting.layer, value, place, revision.created_at, revision.number, by
