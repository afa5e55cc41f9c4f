"""Contents that no row names any more go, and never one that somebody is about to name or to read.

A content goes when nothing has named it for a safe time, and nobody has written it in that time: so a transaction under
way may still name it, and a backup that has begun may still read it. Since when nothing names it is noted in the store.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from kalip.storage.blobs import Blobs
from kalip.storage.database import Database
from kalip.storage.files import forget_contents, named_contents, unnamed_rows

SPARED: Final = timedelta(hours=12)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A content that nothing names: its size in bytes, from when on it may go, and whether it has gone."""

    sha256: str
    size: int
    due: datetime
    gone: bool = False


def collect_contents(
    database: Database, blobs: Blobs, *, spared: timedelta = SPARED, dry_run: bool = False
) -> Iterator[Sequence[Unnamed]]:
    """Note the contents that nothing names, and remove those of which that was noted long enough ago.

    Works as it is read: tells what it found in each portion of the store, which has transactions of its own. Who stops
    in the middle goes on by calling it again. A dry run tells the same and changes nothing.
    """
    if not dry_run:
        blobs.clear_incoming(time.time() - spared.total_seconds())
        _forget_lost(database, blobs, spared)
    marked = blobs.marks()
    every = blobs.all()
    while contents := list(islice(every, _AT_ONCE)):
        with database.read() as session:
            named = named_contents(session, contents)
        if not dry_run:
            for each in marked.intersection(named):
                blobs.unmark(each)
        found = [_unnamed(blobs, each, spared, dry_run=dry_run) for each in contents if each not in named]
        told = [each for each in found if each is not None]
        yield told if dry_run else _without_due(database, blobs, told, spared)


def remove_contents(
    database: Database, blobs: Blobs, contents: Sequence[str], spared: timedelta
) -> tuple[set[str], set[str]]:
    """Remove those that nothing names; which are gone, and which were written too short a time ago to tell."""
    with ExitStack() as after, database.write() as session:
        # Inside of the session, as writers that hold one wait for the store too; left after it has committed.
        after.enter_context(blobs.alone())
        since = time.time() - spared.total_seconds()
        young = {each for each in contents if (stored := blobs.stored(each)) and stored.at >= since}
        old = [each for each in contents if each not in young]
        gone = set(old) - named_contents(session, old)
        forget_contents(session, sorted(gone))
        for each in gone:
            blobs.remove(each)
    return gone, young


def _forget_lost(database: Database, blobs: Blobs, spared: timedelta) -> None:
    """Finish what died between a content and its row; a restored database has such rows too."""
    with database.read() as session:
        rows = unnamed_rows(session)
    lost = (each for each in rows if blobs.stored(each) is None)
    while contents := list(islice(lost, _AT_ONCE)):
        remove_contents(database, blobs, contents, spared)


def _unnamed(blobs: Blobs, sha256: str, spared: timedelta, *, dry_run: bool) -> Unnamed | None:
    """A content that nothing names, noted as that; None when it has gone meanwhile."""
    stored, marked = blobs.stored(sha256), blobs.marked(sha256)
    if stored is None:
        return None
    if marked is None and not dry_run:
        blobs.mark(sha256)
    since = max(stored.at, time.time() if marked is None else marked)
    return Unnamed(sha256, stored.size, datetime.fromtimestamp(since, UTC) + spared)


def _without_due(database: Database, blobs: Blobs, found: Sequence[Unnamed], spared: timedelta) -> Sequence[Unnamed]:
    now = datetime.now(UTC)
    due = [each.sha256 for each in found if each.due <= now]
    gone = remove_contents(database, blobs, due, spared)[0] if due else ()
    return [replace(each, gone=each.sha256 in gone) for each in found]
