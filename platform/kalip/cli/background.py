"""Background work in processes of its own, and how it stands."""

import sys

import click

from kalip.base.errors import KalipError
from kalip.cli.command import Command, Environment
from kalip.cli.composition import OpenSite
from kalip.jobs import backlog_of, redis_answers, supervise
from kalip.records import QUEUES

_START = (sys.executable, "-m", "kalip")


@click.command(cls=Command)
@click.option("--queue", "queues", multiple=True, type=click.Choice(QUEUES), help="Run these queues alone.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many at once.")
@click.pass_obj
def worker(env: Environment, queues: tuple[str, ...], processes: int) -> None:
    """Run background jobs until Ctrl C: from Redis where the site has one, else from the database alone."""
    settings = env.composition.settings(env.folder)
    env.out.aside(f"Running jobs of {settings.title} from {'Redis' if settings.redis_url else 'the database'}")
    if processes == 1:
        if not env.composition.work(env.folder, queues):
            env.out.aside("A job was left behind; another runner takes it when its lease has run out")
        return
    command = [*_START, "worker", "--site", str(env.folder), *(part for name in queues for part in ("--queue", name))]
    supervise(command, processes)


def look_at_jobs(site: OpenSite) -> str:
    """How background work stands. KalipError when nobody seems to run it, or Redis is not there."""
    settings = site.settings
    if settings.redis_url and not redis_answers(settings.redis_url):
        raise KalipError("Redis does not answer.")
    backlog = backlog_of(site.services)
    if backlog.is_stuck:
        raise KalipError(
            "A job has been due for {minutes} minutes: nobody runs jobs.",
            params={"minutes": int(backlog.overdue // 60)},
            hint="start `kalip worker`, or the server",
        )
    waiting, dead = backlog.states.get("waiting", 0), backlog.dead
    return f"{waiting} waiting" + (f", {dead} dead" if dead else "")
