"""Erasures are remembered outside of the database, so that a restored backup forgets again who was erased.

The list lies beside the files of records, one line of JSON for each erasure: ids and digests, no personal data. At the
start of a site, and after a restore, what the list knows and the database doesn't is erased again.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from kalip.access import SYSTEM
from kalip.base.errors import KalipError
from kalip.records.privacy.digests import digest
from kalip.records.privacy.emptying import filled_fields
from kalip.records.privacy.erasing import (
    EMPTY,
    STAY,
    WORDS,
    Done,
    EraseSubject,
    Step,
    carry_out,
    plan_records,
    proof_digest,
)
from kalip.records.services import Services, Work, run
from kalip.storage.collecting import remove_contents
from kalip.storage.persons import every_value, present
from kalip.storage.privacy import ERASURES, Erasure, Key, erasure_ids, unsettled_erasures
from kalip.storage.scrubbing import forget_deeply, settle_index

LIST: Final = "erasures.jsonl"
"""The name of the list, in the folder of the files."""
SPARED: Final = timedelta(minutes=1)


def settle_erasures(services: Services, spared: timedelta = SPARED) -> int:
    """After a commit: note erasures on the list, remove contents that nothing names any more; how many were removed.

    Contents written in the time that is `spared`, which a transaction under way may be about to name, are left to the
    next call: the nightly job, or the next start. Commits its own transactions, and goes on after a crash.
    """
    note_erasures(services)
    removed = 0
    with services.database.read() as session:
        waiting = unsettled_erasures(session)
    if any(WORDS in each.pending for each in waiting):
        _settle_words(services)
    for erasure in waiting:
        contents, gone, young = [each for each in erasure.pending if each != WORDS], set[str](), set[str]()
        if contents and services.blobs is not None:
            gone, young = remove_contents(services.database, services.blobs, contents, spared)
        removed += len(gone)
        with services.database.write() as session:
            ERASURES.change(session, erasure.id, pending=sorted(young))
    return removed


def _settle_words(services: Services) -> None:
    first, more = True, True
    while more:
        with services.database.write() as session:
            forget_deeply(session)
            more = settle_index(session, first=first)
        first = False


def note_erasures(services: Services) -> Path | None:
    """Bring the list up to date with the database; where it lies. None for a site without files."""
    if services.blobs is None:
        return None
    path = services.blobs.root / LIST
    known = {each.id for each in read_list(path)}
    with services.database.read() as session:
        missing = [each for each in ERASURES.all(session, limit=1_000_000, newest=False) if each.id not in known]
    if missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.writelines(orjson.dumps(_line(each)) + b"\n" for each in missing)
            file.flush()
            os.fsync(file.fileno())
    return path


def read_list(path: Path) -> list[Erasure]:
    """The erasures on a list; a line that was cut off by a crash is none."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(_erasure(orjson.loads(line)))
        except (json.JSONDecodeError, TypeError, KeyError, ValueError):
            continue
    return found


def sweep(services: Services, lists: Iterable[Path] = ()) -> int:
    """Erase again what the lists know and this database doesn't; how many erasures those were. Commits its own work.

    Holds don't count: what was erased may not come back.
    """
    paths = [*lists, *([services.blobs.root / LIST] if services.blobs is not None else [])]
    said = {each.id: each for path in paths for each in read_list(path)}
    if not said:
        return 0
    with services.database.read() as session:
        known = erasure_ids(session)
    missing = [each for number, each in sorted(said.items()) if number not in known]
    for erasure in missing:
        run(services, SYSTEM, lambda work, erasure=erasure: _again(work, erasure))  # type: ignore[misc]
    settle_erasures(services)
    return len(missing)


def sweep_at_start(services: Services) -> None:
    """The same when a process begins to serve; what stands in the way is told and tried again with the next start."""
    try:
        swept = sweep(services)
    except (KalipError, OSError) as error:
        sys.stderr.write(f"kalip: erasures could not be repeated: {error}\n")
    else:
        if swept:
            sys.stderr.write(f"kalip: {swept} erasures were repeated on a restored database\n")


def _again(work: Work, erasure: Erasure) -> None:
    """Erase what an earlier erasure named, as far as it is there, and records that are known by the same digests."""
    if not ERASURES.add_once(work.session, replace(erasure, pending=[WORDS], swept_at=work.now)):
        return  # Another process that started at the same time was first.
    forget_deeply(work.session)
    roots = present(work.session, work.served, [(str(entity), str(each)) for entity, each in erasure.records])
    roots += [key for key in _known_again(work, erasure.keys) if key not in roots]
    done = Done({}, [])
    if roots:
        plan = plan_records(work, EraseSubject(tuple(roots)))
        keys = [each.found.key for each in plan.steps if each.action == STAY]
        fields = filled_fields(work, keys, plan.person.traces.texts)
        steps = [
            Step(each.found, EMPTY, fields.get(each.found.key, ())) if each.action == STAY else each
            for each in plan.steps
        ]
        done = carry_out(work, plan.person, steps)
    ERASURES.change(work.session, erasure.id, pending=[*done.pending, WORDS])


def _known_again(work: Work, keys: Mapping[str, Any]) -> list[Key]:
    salt, known = str(keys.get("salt", "")), set(keys.get("of", ()))
    found: dict[Key, None] = {}
    for entity in work.model.entities.values():
        for name in entity.subject.by if entity.subject is not None and known else ():
            for record_id, value in every_value(work.session, work.served, entity.name, name):
                if digest(salt, value) in known:
                    found[entity.name, record_id] = None
    return list(found)


def _line(erasure: Erasure) -> dict[str, Any]:
    said = asdict(erasure)
    del said["pending"], said["swept_at"]
    return said


def _erasure(said: dict[str, Any]) -> Erasure:
    made = Erasure(**{**said, "at": datetime.fromisoformat(said["at"]).astimezone(UTC)})
    if proof_digest(made) != made.digest:
        raise ValueError(made.id)
    return made
