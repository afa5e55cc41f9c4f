"""Backup and restore on the command line."""

from collections.abc import Sequence
from pathlib import Path

import click

from kalip.cli.command import Command, Environment
from kalip.designer import settle
from kalip.records.privacy import sweep
from kalip.runtime import write_settings
from kalip.runtime.settings import SITE_FILE
from kalip.storage import BackupInfo
from kalip.storage import backup as write_backup
from kalip.storage import restore as read_backup


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(env: Environment, file: Path) -> None:
    """Write everything of one moment to a file, for SQLite and PostgreSQL alike; the site may go on working."""
    with env.site() as site, env.out.progress() as advance:
        info = write_backup(site.services.database, site.site.blobs, file, lambda _, n, of: advance("backup", n, of))
    env.out.show(_info(file, info), f"{file}: {sum(info.rows.values())} rows, {info.blobs} files")


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--erasures", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    help="A list of erasures to repeat (`erasures.jsonl` among the files of the site that was lost).",
)  # fmt: skip
@click.pass_obj
def restore(env: Environment, file: Path, erasures: Sequence[Path]) -> None:
    """Fill a new site from a backup. A site that holds anything is left as it is.

    Persons who were erased after the backup was made are erased again.
    """
    if not (env.folder / SITE_FILE).exists():
        write_settings(env.folder)
    with env.site() as site:
        with env.out.progress() as advance:
            services = site.services
            info = read_backup(services.database, site.site.blobs, file, lambda _, n, of: advance("restore", n, of))
        settle(site.site)
        swept = sweep(site.services, erasures)
    said = f"{sum(info.rows.values())} rows, {info.blobs} files of {info.created_at:%Y-%m-%d %H:%M}"
    env.out.show({**_info(file, info), "erasures": swept}, said + (f"; {swept} erasures repeated" if swept else ""))


def _info(file: Path, info: BackupInfo) -> dict[str, object]:
    return {
        "file": str(file),
        "created_at": info.created_at.isoformat(),
        "revision": info.revision,
        "rows": sum(info.rows.values()),
        "files": info.blobs,
    }
