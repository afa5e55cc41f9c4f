"""The command behind `script/bench`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import orjson
from rich.console import Console

from tests.bench.boarding import boarding
from tests.bench.comparing import compare, crm_start, pages, serving_pairs, starts
from tests.bench.converting import converting
from tests.bench.figures import Figure, table_of
from tests.bench.operations import OPERATIONS
from tests.bench.planning import planning
from tests.bench.reshaping import adding_a_field
from tests.bench.rights import rights
from tests.bench.ruling import ruling
from tests.bench.serving import Refused
from tests.bench.single import compiling, evaluating, importing
from tests.bench.sites import MadeSite, make_site
from tests.support.postgres import fresh_database, postgres_cluster, postgres_programs

DATABASES = ("sqlite", "postgresql")
RESHAPING = {"board": boarding, "publish": adding_a_field, "plan": planning}
SERVED = (*(operation.name for operation in OPERATIONS), "page", *RESHAPING, "start", "import")
ALL = ("compile", "expression", "rules", "rights", "convert", *SERVED)
ENTITIES = (5, 500)
_LONGEST_LINE = 160


@click.command()
@click.option("--rows", multiple=True, type=click.IntRange(1_000), default=(10_000, 200_000), show_default=True)
@click.option("--seconds", type=click.FloatRange(0.05), default=1.0, show_default=True, help="Of each of five rounds.")
@click.option("--database", multiple=True, type=click.Choice(DATABASES), default=DATABASES, show_default=True)
@click.option("--only", multiple=True, type=click.Choice(ALL), help="Measure only this; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(rows: Sequence[int], seconds: float, database: Sequence[str], only: Sequence[str], *, as_json: bool) -> None:
    """Measure Kalip beside a hand-written floor.

    Ratios say more than rates: both run in turns. Entities are 5 with every number of rows, and 500 with the first.
    """
    wanted = only or ALL
    console = Console(stderr=True)
    figures: list[Figure] = []
    if "compile" in wanted:
        figures.append(compiling())
    if "expression" in wanted:
        figures += evaluating()
    if "start" in wanted:
        with TemporaryDirectory(prefix="kalip-bench-") as folder:
            figures.append(crm_start(Path(folder)))
    try:
        for name in database:
            figures += _apart(console, name, rows, wanted)
        for name in database if set(wanted) & set(SERVED) else ():
            figures += _served(console, name, rows, seconds, wanted)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        sys.stdout.buffer.write(orjson.dumps([each.to_json() for each in figures], option=orjson.OPT_INDENT_2) + b"\n")
    else:
        # A pipe has no width of its own: lines stay whole.
        out = Console(width=None if sys.stdout.isatty() else _LONGEST_LINE)
        out.print(table_of(figures))


def _apart(console: Console, database: str, rows: Sequence[int], wanted: Sequence[str]) -> Iterator[Figure]:
    """What has databases of its own."""
    with TemporaryDirectory(prefix="kalip-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        if "rules" in wanted:
            (address,) = stack.enter_context(_addresses(database, folder / "rules", 1))
            yield from ruling(database, address, folder)
        if "rights" in wanted:
            for place, address in enumerate(stack.enter_context(_addresses(database, folder / "rights", len(rows)))):
                console.print(f"Rights on {database}, {rows[place]:,} rows")
                yield from rights(database, address, folder / f"rights{place}", rows[place])
        if "convert" in wanted:
            for place, address in enumerate(stack.enter_context(_addresses(database, folder / "convert", len(rows)))):
                console.print(f"Converting on {database}, {rows[place]:,} leads")
                yield from converting(database, address, folder, rows[place])


def _served(
    console: Console, database: str, rows: Sequence[int], seconds: float, wanted: Sequence[str]
) -> Iterator[Figure]:
    sizes = [(ENTITIES[0], count) for count in rows] + [(ENTITIES[1], rows[0])]
    with TemporaryDirectory(prefix="kalip-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        urls = stack.enter_context(_addresses(database, folder, len(sizes)))
        sites: list[MadeSite] = []
        for place, (url, (entities, count)) in enumerate(zip(urls, sizes, strict=True)):
            console.print(f"Making a site: {database}, {count:,} rows, {entities} entities")
            sites.append(make_site(folder / f"site{place}", url, entities, count))
        with serving_pairs(sites, database, folder) as pairs:
            for operation in OPERATIONS:
                if operation.name in wanted:
                    console.print(f"Measuring {operation.name} on {database}")
                    yield from compare(pairs, operation, seconds)
            if "page" in wanted:
                yield from pages(pairs)
            for reshaping, measure in RESHAPING.items():
                if reshaping in wanted:
                    yield from (figure for pair in pairs for figure in measure(pair))
            if "start" in wanted:
                yield from starts(pairs)
        if "import" in wanted:
            console.print(f"Importing into {database}")
            yield importing(sites[0], folder)


@contextmanager
def _addresses(database: str, folder: Path, count: int) -> Iterator[list[str]]:
    """Addresses of as many empty databases; PostgreSQL's server lives as long as the block."""
    if database == "sqlite":
        folder.mkdir(exist_ok=True)
        yield [f"sqlite:///{folder / f'{place}.db'}" for place in range(count)]
        return
    programs = postgres_programs()
    if programs is None:
        raise click.ClickException("PostgreSQL is not installed: apt install postgresql, or --database sqlite")
    with ExitStack() as stack:
        server = stack.enter_context(postgres_cluster(programs))
        yield [stack.enter_context(fresh_database(server, f"bench_{place}")) for place in range(count)]


if __name__ == "__main__":
    main()
