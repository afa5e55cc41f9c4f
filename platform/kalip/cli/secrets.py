"""Secrets at rest on the command line: sealed, counted by key, and brought under a new key."""

import sys

import click

from kalip.base.sealing import keys_within
from kalip.cli.command import Environment, Group, Refused
from kalip.cli.output import table
from kalip.runtime.sealed_settings import renew_settings, sealed_in_settings
from kalip.runtime.settings import SETTING, SITE_FILE
from kalip.storage.sealed import renew_sealed, sealed_columns, sealed_texts


@click.group(cls=Group)
def secrets() -> None:
    """Secrets that are kept sealed: second factors, and what site.toml holds."""


@secrets.command("seal")
@click.pass_obj
def seal(env: Environment) -> None:
    """Seal a secret for site.toml: it is asked for, or read from the input."""
    sealer = env.composition.settings(env.folder).sealer
    text = click.prompt("Secret", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\r\n")
    sealed = sealer.seal(text, SETTING)
    env.out.show({"sealed": sealed}, sealed)


@secrets.command("list")
@click.pass_obj
def show_secrets(env: Environment) -> None:
    """Count what is sealed, by place and key; shows no secret."""
    found = {SITE_FILE: sealed_in_settings(env.folder)}
    with env.site() as site:
        present = site.settings.sealer.key
        with site.services.database.read() as session:
            found |= {each.place: keys_within(sealed_texts(session, each)) for each in sealed_columns()}
    rows = [
        (place, key, "present" if key == present else "former", count)
        for place, keys in found.items()
        for key, count in sorted(keys.items())
    ]
    columns = ("place", "key", "which", "secrets")
    data = [dict(zip(columns, row, strict=True)) for row in rows]
    env.out.show({"key": present, "secrets": data}, table(columns, rows) if rows else "Nothing is sealed")


@secrets.command("rotate")
@click.pass_obj
def rotate(env: Environment) -> None:
    """Seal everything by the present key that is sealed by one of previous_keys, in site.toml and the database."""
    with env.site() as site:
        sealer = site.settings.sealer
        renewed = renew_settings(env.folder, sealer)
        with site.services.database.write() as session:
            done = renew_sealed(session, sealer)
    said = f"{renewed + done.renewed} secrets are sealed by the present key now"
    env.out.show({"settings": renewed, "database": done.renewed, "broken": list(done.broken)}, said)
    for place in done.broken:
        env.out.aside(f"No key opens {place}")
    if done.broken:
        raise Refused
