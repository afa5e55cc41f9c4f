"""Makes a site, serves it, and says whether it is healthy."""

import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from kalip.access import SYSTEM
from kalip.base.bundle import bundle_path
from kalip.base.errors import KalipError
from kalip.base.text import LANGUAGES
from kalip.cli.background import look_at_jobs
from kalip.cli.command import Command, Environment, Refused
from kalip.cli.composition import DEMO_LOGINS, OpenSite, keep_demo_logins
from kalip.cli.output import table
from kalip.compiler import ADMINISTRATOR
from kalip.designer import Publication, install_packs, seed_documents
from kalip.metadata import Kind, Pack, order_packs, read_pack
from kalip.records import run
from kalip.records.accounts import NewUser, create_user
from kalip.records.provision.demo import DemoOptions, make_demo
from kalip.runtime import write_settings
from kalip.runtime.settings import SITE_FILE
from kalip.storage import plan

DEMO_PASSWORD = "show me kalip"  # shown on the sign-in page of demo sites
DEMO_ADMINISTRATOR = NewUser("Ada Demir", "ada@demo.kalip.dev", (ADMINISTRATOR,), DEMO_PASSWORD)
FIRST_ADMINISTRATOR = "admin@example.com"


@click.command(cls=Command)
@click.option("--demo", is_flag=True, help="Fill the site with demo records and people to sign in as.")
@click.option(
    "--pack", "packs", multiple=True, help="A shipped pack, folder or archive to install; all shipped ones by default."
)
@click.option("--empty", is_flag=True, help="Install no packs.")
@click.option("--title", default="Kalip", show_default=True, help="The site's name, above every page.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--email", default=FIRST_ADMINISTRATOR, show_default=True, help="The first administrator's address.")
@click.option("--password", help="The first administrator's password; a random one is made and shown otherwise.")
@click.option("--scale", type=click.FloatRange(0.001, 100), default=1.0, help="How much demo data: 0.1 makes a tenth.")
@click.pass_obj
def init(env: Environment, /, **options: object) -> None:
    """Make a site: its folder, database, packs and first administrator."""
    wanted = _Wanted(**options)  # type: ignore[arg-type]  # click has converted each
    fresh = not env.folder.exists()
    write_settings(env.folder, title=wanted.title, locale=wanted.language, demo=wanted.demo)
    try:
        logins = _fill(env, wanted)
    except BaseException:
        # A half-made site would only be in the way of the next try.
        if fresh:
            shutil.rmtree(env.folder, ignore_errors=True)
        else:
            (env.folder / SITE_FILE).unlink(missing_ok=True)
        raise
    rows = [(each["role"], each["email"], each["password"]) for each in logins]
    env.out.show(
        {"site": str(env.folder.absolute()), "logins": logins},
        f"The site is in {env.folder.absolute()}. Sign in as:",
        table(("role", "e-mail", "password"), rows),
    )


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(0), default=0, help="Processes; 0 means one per core.")
@click.pass_obj
def serve(env: Environment, host: str, port: int, workers: int) -> None:
    """Serve the site until Ctrl C."""
    with env.site() as site:
        site.services.runtime.pin()
        faults = site.site.extensions.diagnostics
        title = site.settings.title
    env.out.diagnostics(faults)
    env.out.aside(f"{title} is on http://{host}:{port}")
    logins = env.folder / DEMO_LOGINS
    if logins.is_file():
        env.out.aside(f"Demo logins are on the sign-in page; the password is: {DEMO_PASSWORD}")
    env.composition.serve(env.folder, host, port, workers)


@click.command(cls=Command)
@click.pass_obj
def check(env: Environment) -> None:
    """Check the site: settings, database, metadata, plugins, files."""
    settings = env.composition.settings(env.folder)
    results = [("settings", "", settings.database_url.split("@")[-1])]
    with env.site() as site:
        for name, look in _looks(site):
            try:
                results.append((name, "", look()))
            except (KalipError, OSError) as error:
                results.append((name, error.message if isinstance(error, KalipError) else str(error), ""))
        diagnostics = site.site.extensions.diagnostics
    faulty = bool(diagnostics) or any(fault for _, fault, _ in results)
    env.out.diagnostics(diagnostics)
    env.out.show(
        {"ok": not faulty, "checks": [{"name": n, "fault": f, "detail": d} for n, f, d in results]},
        table(("", "check", ""), [("✗" if fault else "✓", name, fault or detail) for name, fault, detail in results]),
    )
    if faulty:
        raise Refused


@dataclass(frozen=True, slots=True)
class _Wanted:
    demo: bool
    packs: Sequence[str]
    empty: bool
    title: str
    language: str
    email: str
    password: str | None
    scale: float


def _fill(env: Environment, wanted: _Wanted) -> list[dict[str, str]]:
    packs = _packs(wanted)
    with env.site() as site:
        env.out.aside("Installing " + (", ".join(f"{pack.name} {pack.version}" for pack in packs) or "no packs"))
        install_packs(site.site, packs, Publication(SYSTEM, "" if packs else "Make the site"))
        if not wanted.demo:
            password = wanted.password or secrets.token_urlsafe(12)
            name = wanted.email.partition("@")[0].replace(".", " ").title()
            new = NewUser(name, wanted.email, (ADMINISTRATOR,), password, wanted.language)
            run(site.services, SYSTEM, lambda work: create_user(work, new))
            return [_login(new.name, new.email, password, "administrator")]
        run(site.services, SYSTEM, lambda work: create_user(work, DEMO_ADMINISTRATOR))
        logins = [_login(DEMO_ADMINISTRATOR.name, DEMO_ADMINISTRATOR.email, DEMO_PASSWORD, "administrator")]
        logins += _demo(env, site, packs, wanted.scale)
    keep_demo_logins(env.folder, logins)
    return logins


def _packs(wanted: _Wanted) -> tuple[Pack, ...]:
    if wanted.empty:
        return ()
    shipped = bundle_path("metadata")
    names = wanted.packs or sorted(folder.parent.name for folder in shipped.glob("*/pack.json"))
    packs = [read_pack(shipped / name if (shipped / name).is_dir() else Path(name)) for name in names]
    return order_packs(packs).packs


def _demo(env: Environment, site: OpenSite, packs: Sequence[Pack], scale: float) -> list[dict[str, str]]:
    logins: dict[str, dict[str, str]] = {}
    with env.out.progress("records") as advance:
        for pack in packs:
            documents = seed_documents(pack, Kind.DEMO)
            if documents:
                options = DemoOptions(scale=scale, password=DEMO_PASSWORD)
                made = make_demo(site.services, pack.name, documents, options, advance)
                for name, email, roles in made.logins:
                    logins.setdefault(email, _login(name, email, DEMO_PASSWORD, _role(site, roles)))
    return list(logins.values())


def _role(site: OpenSite, roles: Sequence[str]) -> str:
    known = site.services.runtime.pin().model.roles
    return ", ".join(known[name].label.get(site.settings.locale) for name in roles if name in known)


def _login(name: str, email: str, password: str, role: str) -> dict[str, str]:
    return {"name": name, "email": email, "password": password, "role": role}


def _looks(site: OpenSite) -> Iterator[tuple[str, Callable[[], str]]]:
    """What can be wrong, in the order in which it matters."""
    yield "metadata", partial(_look_at_metadata, site)
    yield "tables", partial(_look_at_tables, site)
    yield "files", partial(_look_at_files, site)
    yield "front-end files", _look_at_vendor
    yield "jobs", partial(look_at_jobs, site)


def _look_at_metadata(site: OpenSite) -> str:
    model = site.services.runtime.pin().model
    return f"revision {model.revision[:12]}, {len(model.packs)} packs, {len(model.entities)} entities"


def _look_at_tables(site: OpenSite) -> str:
    with site.services.database.read() as session:
        steps = plan(session, site.services.runtime.pin())
    if not steps.is_empty:
        raise KalipError("The tables are not those of the metadata: {steps}", params={"steps": steps.describe()[0]})
    return "as the metadata says"


def _look_at_files(site: OpenSite) -> str:
    root = site.site.blobs.root
    root.mkdir(parents=True, exist_ok=True)
    probe = root / ".check"
    probe.write_bytes(b"")
    probe.unlink()
    return str(root)


def _look_at_vendor() -> str:
    vendor = bundle_path("static") / "vendor"
    if not vendor.is_dir():
        raise KalipError("The front-end files are missing: run script/vendor.")
    return str(len(list(vendor.iterdir()))) + " files"
