"""Keys that sign packs, and whom a site trusts."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from kalip.base.errors import ConfigurationError, KalipError
from kalip.cli.command import Environment, Group
from kalip.metadata import Pack
from kalip.metadata.signing import is_public_key, new_key, public_key, signer
from kalip.runtime import Settings

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("key", cls=Group)
def key() -> None:
    """Work with keys that sign packs."""


@key.command("new")
@_FILE
@click.pass_obj
def make_key(env: Environment, file: Path) -> None:
    """Make a private key, in a file that only its owner reads, and print the public key that sites are to trust."""
    pem = new_key()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KalipError(
            "{file} can't be made: {error}",
            params={"file": str(file), "error": error.strerror},
            hint="name a file that is not there yet",
        ) from None
    with os.fdopen(handle, "wb") as target:
        target.write(pem)
    _tell(env, file, public_key(pem))


@key.command("show")
@_FILE
@click.pass_obj
def show_key(env: Environment, file: Path) -> None:
    """Print the public key of a private one."""
    _tell(env, file, public_key(read_key(file)))


def read_key(file: Path) -> bytes:
    """A private key's file. KalipError when it can't be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise KalipError("{file} can't be read: {error}", params={"file": str(file), "error": error.strerror}) from None


def check_signatures(env: Environment, settings: Settings, packs: Sequence[Pack], *, required: bool) -> None:
    """Refuse packs that were changed after signing and, where it is required, what no trusted key has signed.

    ConfigurationError when a trusted key is none.
    """
    trusted = settings.trusted_keys.split()
    for each in trusted:
        if not is_public_key(each):
            raise ConfigurationError(
                "'{key}' in trusted_keys is no public key.",
                params={"key": each},
                hint="write what `kalip pack key show` prints",
            )
    for pack in packs:
        key_ = signer(pack)
        if key_ in trusted:
            continue
        params = {"pack": pack.name, "version": pack.version, "key": key_}
        if required or settings.require_signed:
            if key_ is None:
                raise KalipError(
                    "{pack} {version} is not signed.", params=params, hint="`kalip pack build --sign` does it"
                )
            hint = "add the key to trusted_keys in site.toml if you know whose it is"
            raise KalipError("{pack} {version} is signed by a key that is not trusted: {key}", params=params, hint=hint)
        if key_ is not None and trusted:
            env.out.aside(f"{pack.name} {pack.version} is signed by a key that is not trusted: {key_}")


def _tell(env: Environment, file: Path, public: str) -> None:
    env.out.show({"file": str(file), "public": public}, public)
