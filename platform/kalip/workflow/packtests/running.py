"""Runs the tests that packs bring: given, when, then, each case in its own transaction on a throw-away database."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from kalip.access import SYSTEM
from kalip.base.clock import system_clock
from kalip.base.errors import KalipError
from kalip.base.text import Text
from kalip.records import Services, Work, unit_of_work
from kalip.runtime import Runtime, Served
from kalip.storage import NewRevision, apply, make_database, plan, save_revision, upgrade_own_tables
from kalip.workflow.packtests.expecting import differences
from kalip.workflow.packtests.stepping import take
from kalip.workflow.packtests.world import SYSTEM_NAME, CaseWorld, Data, work_of

Progress = Callable[["CaseResult"], None]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case; `message` tells what was not as it should be."""

    file: str
    case: str
    title: str
    passed: bool
    message: str = ""


class _Undo(Exception):
    """Ends a case's transaction."""


def run_pack_tests(
    served: Served, documents: Mapping[str, Data], progress: Progress | None = None
) -> tuple[CaseResult, ...]:
    """Run test documents by path (`tests/<name>.json`) against a model; `progress` is called after each case."""
    results = []
    with _services(served) as services:
        for path, data in sorted(documents.items()):
            for name, case in cast("Mapping[str, Data]", data["cases"]).items():
                result = _run_case(services, path, name, data, case)
                results.append(result)
                if progress is not None:
                    progress(result)
    return tuple(results)


@contextmanager
def _services(served: Served) -> Iterator[Services]:
    """A site of its own, thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="kalip-test-") as folder:
        database = make_database(f"sqlite:///{Path(folder) / 'test.sqlite3'}")
        try:
            upgrade_own_tables(database)
            with database.publish() as session:
                apply(session, plan(session, served))
                save_revision(session, NewRevision(served.model.revision, system_clock(), None, "test", {}))
            yield Services(database, Runtime(lambda _: served, lambda: served.model.revision))
        finally:
            database.dispose()


def _run_case(services: Services, path: str, name: str, data: Data, case: Data) -> CaseResult:
    title = Text.of(cast("str | Mapping[str, str] | None", case.get("title")), name).get()
    try:
        found = _differences(services, data, case)
    except KalipError as error:
        faults = "; ".join(f"{fault.pointer} {fault.message}" for fault in getattr(error, "violations", ()))
        found = [f"can't be run: {error.message} {faults} {error.hint}".strip()]
    return CaseResult(path, name, title, not found, "; ".join(found))


def _differences(services: Services, data: Data, case: Data) -> list[str]:
    found: list[str] = []
    with suppress(_Undo), unit_of_work(services, SYSTEM, write=True) as work:
        found = list(_act(work, data, case))
        raise _Undo
    return found


def _act(work: Work, data: Data, case: Data) -> Iterator[str]:
    said = case.get("now") or data.get("now")
    now = datetime.fromisoformat(str(said)) if said else work.now
    world = CaseWorld(work_of(work, SYSTEM, now), now)
    world.add_actors(cast("Data", data.get("actors", {})))
    world.add_given(cast("Data", data.get("given", {})))
    world.add_given(cast("Data", case.get("given", {})))
    world.open_rules()
    when = case["when"]
    *first, last = cast("list[Data]", when) if isinstance(when, list) else [cast("Data", when)]
    actor = str(case.get("actor", SYSTEM_NAME))
    for number, step in enumerate(first, 1):
        outcome = take(world, actor, step)
        if outcome.error is not None:
            yield f"step {number} was refused: {outcome.error.message}"
            return
    yield from differences(world, take(world, actor, last), cast("Data", case["then"]))
