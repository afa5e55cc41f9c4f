"""The composition root: builds a site from its folder, and what serves it. Knows everybody; decides nothing."""

import atexit
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from kalip.base.bundle import bundle_path
from kalip.cli import Composition, OpenSite, demo_logins, run_command
from kalip.designer import Site, load_served
from kalip.jobs import Bell, Crew, Office, RedisQueue, all_background, keeping_of, timing_of, work
from kalip.network import make_network
from kalip.records import Services
from kalip.records.privacy import sweep_at_start
from kalip.runtime import Extensions, Runtime, Served, Settings, load_extensions, read_settings
from kalip.runtime.directories import with_readers
from kalip.storage import Blobs, current_revision, make_database, patient, upgrade_own_tables
from kalip.web import DemoLogin, register, serve
from kalip.web.limiting import store_of
from kalip.web.locale import translate

SITE_VARIABLE = "KALIP_SITE"


GRACE = 10.0
"""Seconds that jobs in a server may take to look up after it was told to stop."""


def create_app(folder: Path | None = None, *, background: bool = False) -> Flask:
    """The WSGI application of the site in a folder: KALIP_SITE, else `./site`.

    With `background` its process looks after background work until it ends: not before it forks, as threads don't.
    """
    site = open_site(folder or site_folder(), settle=set_aside, hurried=True)
    sweep_at_start(site.services)
    app = Flask("kalip.web")
    app.config.update(
        SECRET_KEY=site.settings.secret_key,
        SECRET_KEY_FALLBACKS=site.settings.previous_keys.split(),
        RATELIMIT_STORAGE_URI=store_of(site.settings.redis_url),
        KALIP_TITLE=site.settings.title,
        KALIP_PROVIDERS=site.settings.oidc,
        KALIP_DEMO_LOGINS=tuple(DemoLogin(**each) for each in demo_logins(site.settings)),
    )
    register(app, site.site)
    if proxies := site.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    if background:
        look_after(site)
    return app


def look_after(site: OpenSite) -> Crew:
    """Start the threads of background work, stopped when the process ends."""
    settings = site.settings
    office = office_of(site)
    queue = RedisQueue(settings.redis_url, office) if settings.redis_url else None
    runs_here = queue is None and settings.jobs_in_server
    crew = Crew(
        office,
        site.bell,
        runners=settings.job_threads if runs_here else 0,
        feed=queue.feed if queue else None,
    )
    crew.start()
    atexit.register(crew.stop, GRACE)
    return crew


def office_of(site: OpenSite) -> Office:
    """What runs the jobs of a site."""
    timing = timing_of(site.settings)
    return Office(site.services, all_background(keeping_of(site.settings), site.services.directories), timing)


def site_folder() -> Path:
    """The folder of the site that the environment names."""
    return Path(os.environ.get(SITE_VARIABLE) or "site")


def set_aside() -> None:
    """Hide what lives long, such as a model, from the garbage collector, which would walk through it over and over."""
    if gc.get_freeze_count():
        # The model before this one is garbage.
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def open_site(folder: Path, *, settle: Callable[[], None] = lambda: None, hurried: bool = False) -> OpenSite:
    """Connect to a site's database and files, own tables brought up to date. ConfigurationError without a site.

    `settle` is called whenever another model has come into service. `hurried`: people wait for what the database
    answers, so that a statement is stopped when it takes too long.
    """
    settings = read_settings(folder)
    extensions = load_extensions(bundle_path("plugins"))
    whole = not extensions.diagnostics
    directories = with_readers(settings.directories, extensions.directories, whole=whole)
    seconds = settings.statement_seconds if hurried else 0
    database = make_database(settings.database_url, language=settings.locale, statement_seconds=seconds)
    with patient():
        upgrade_own_tables(database)
    blobs = Blobs(Path(settings.files_url))

    def load(revision: str | None) -> Served:
        served = load_served(database, extensions, revision)
        extensions.model_loaded(served.model)
        return served

    def probe() -> str | None:
        with database.read() as session:
            return current_revision(session)

    bell = Bell()
    services = Services(
        database,
        Runtime(load, probe, settle=settle),
        blobs=blobs,
        announce=extensions.record_saved,
        wake=bell.ring,
        network=make_network(settings),
        directories=directories,
        translate=translate,
        sealer=settings.sealer,
    )
    return OpenSite(settings, Site(services, extensions, blobs), bell)


def main() -> None:
    """Run the command line."""
    run_command(LiveComposition())


class LiveComposition(Composition):
    """The command line's way to a real site and a real server."""

    @contextmanager
    def open(self, folder: Path) -> Iterator[OpenSite]:
        """A site, disconnected at the end."""
        site = open_site(folder)
        try:
            yield site
        finally:
            site.services.database.dispose()

    def settings(self, folder: Path) -> Settings:
        """A site's settings alone."""
        return read_settings(folder)

    def extensions(self) -> Extensions:
        """What plugins bring, without a site."""
        return load_extensions(bundle_path("plugins"))

    def serve(self, folder: Path, host: str, port: int, workers: int) -> None:
        """Serve a site until the process is told to stop."""
        serve(lambda: create_app(folder, background=True), host, port, workers)

    def work(self, folder: Path, queues: tuple[str, ...]) -> bool:
        """Run background work until the process is told to stop; False when a job had to be left behind."""
        with self.open(folder) as site:
            sweep_at_start(site.services)
            office, address = office_of(site), site.settings.redis_url
            queue = RedisQueue(address, office) if address else None
            feed = queue.feed if queue else None
            return work(Crew(office, site.bell, runners=0 if queue else 1, queues=queues, feed=feed), queue)
