"""A process whose children publish somebody's draft and die: for each number that it reads, before that statement.

Says how each child ended: 0 when it had published before it came to its number.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any, Never

from sqlalchemy import event

from kalip.access import Actor
from kalip.compiler import ADMINISTRATOR
from kalip.designer import Site, load_served, publish_draft, review
from kalip.records import Services
from kalip.runtime import Runtime, load_extensions
from kalip.storage import Blobs, current_revision, make_database

LOOKING = ("SELECT", "PRAGMA", "WITH")


def main(url: str, files: str, author: str) -> None:
    """Fork a child for each line."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            die_publishing(url, Path(files), author, int(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - it is read


def die_publishing(url: str, files: Path, author: str, number: int) -> Never:
    """Publish, and die before the writing statement of a number; the commit counts as one too."""
    database, extensions, blobs = make_database(url), load_extensions(None), Blobs(files)

    def probe() -> str | None:
        with database.read() as session:
            return current_revision(session)

    runtime = Runtime(lambda revision: load_served(database, extensions, revision), probe)
    site = Site(Services(database, runtime, blobs=blobs), extensions, blobs)
    actor = Actor(author, "Ada", "ada@example.com", (ADMINISTRATOR,), administrator=True)
    accepted = [step.id for step in review(site, actor).lossy]
    done = 0

    def count(*_rest: Any) -> None:
        nonlocal done
        done += 1
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().startswith(LOOKING):
            count()

    event.listen(database.engine, "before_cursor_execute", look)
    event.listen(database.engine, "commit", count)
    publish_draft(site, actor, "Published", accepted)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
