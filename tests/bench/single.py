"""What has no floor to stand beside: compiling, expressions, imports. Seconds are those of the processor."""

import csv
import gc
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

from kalip.app import open_site
from kalip.compiler import compile_packs
from kalip.expressions import INTEGER, TEXT, Context, MappingScope, Type, compile_expression, decimal_of
from kalip.fields import builtin_types
from kalip.metadata import examine_documents
from kalip.records.accounts import actor_of_token
from kalip.records.transfer import ImportPlan, read_table, run_import
from tests.bench.figures import Figure
from tests.bench.sites import CITIES, MadeSite
from tests.support.big_pack import a_big_pack

TURNS = 5
_EXPRESSION = 'amount > 10000 && stage == "won"'
_EVALUATIONS = 300_000
_IMPORTED = 5_000
_COLUMNS = ("name", "city", "company", "amount", "chance", "closes", "email")


def compiling() -> Figure:
    """From the texts of a pack to the model: 500 entities of 30 fields."""
    files = a_big_pack(500, 28).files()

    def compile_all() -> None:
        reading = examine_documents(files)
        if reading.pack is None:
            raise RuntimeError("the pack can't be read")
        compile_packs([reading.pack], builtin_types()).required()

    return Figure("compile", "500 entities of 30 fields", _seconds(compile_all), "s", wanted=2.0, at_most=True)


def evaluating() -> list[Figure]:
    """How often a compiled condition is asked in a second."""
    return [_evaluation(INTEGER, 12_000), _evaluation(decimal_of(2), Decimal("12000.50"))]


def importing(site: MadeSite, folder: Path) -> Figure:
    """Rows a second of a CSV file with a reference, through the same pipeline as everything."""
    made = open_site(site.folder)
    try:
        services = made.site.services
        actor = actor_of_token(services, site.token)
        speeds = []
        for turn in range(3):
            table = read_table(_spreadsheet(folder / f"deals{turn}.csv", turn))
            result = run_import(services, actor, ImportPlan("deal", table, {name: name for name in _COLUMNS}))
            if result.created != _IMPORTED or result.refused:
                raise RuntimeError(f"the import went wrong: {result}")
            speeds.append(result.created / result.seconds)
        name = services.database.dialect
    finally:
        made.site.services.database.dispose()
    wanted = 2000 if name == "sqlite" else None
    return Figure(
        "import", f"{name}, {site.rows:,} rows, {site.entities} entities", median(speeds), "rows/s", wanted=wanted
    )


def _evaluation(type_: Type, amount: object) -> Figure:
    expression = compile_expression(_EXPRESSION, MappingScope({"amount": type_, "stage": TEXT}))
    row = {"amount": amount, "stage": "won"}
    context = Context(datetime.now(UTC), date(2026, 1, 1))
    evaluate = expression.evaluate
    if evaluate(row, context) is not True:
        raise RuntimeError("the expression is not true where it should be")

    def ask() -> None:
        for _ in range(_EVALUATIONS):
            evaluate(row, context)

    where = f"{_EXPRESSION} on {type_.name}"
    return Figure("expression", where, _EVALUATIONS / _seconds(ask), "/s", wanted=1_000_000)


def _spreadsheet(path: Path, turn: int) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for number in range(_IMPORTED):
            city, company = CITIES[number % len(CITIES)], f"Company {number % 100}"
            amount, chance, email = f"{number}.50", str(number % 101), f"imported{number}@example.org"
            writer.writerow((f"Imported {turn} {number}", city, company, amount, chance, "2026-12-24", email))
    return path


def _seconds(work: Callable[[], None]) -> float:
    """The median of several turns, after one to warm up."""
    work()
    times = []
    for _ in range(TURNS):
        gc.collect()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return median(times)
