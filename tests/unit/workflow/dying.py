"""A process whose children convert a lead and die: for each number that it reads, before that statement.

Says how each child ended: 0 when it had converted before it came to its number.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any, Never

from sqlalchemy import event

from kalip.access import SYSTEM
from kalip.designer import load_served
from kalip.records import Services, run
from kalip.runtime import Runtime, Served, load_extensions
from kalip.storage import Blobs, current_revision, make_database
from kalip.workflow.conversions import ConvertRecord, convert_record

LOOKING = ("SELECT", "PRAGMA", "WITH", "SAVEPOINT", "RELEASE")


def main(url: str, files: str, lead: str) -> None:
    """Compile the model, and fork a child for each line."""
    database = make_database(url)
    with database.read() as session:
        revision = current_revision(session)
    served = load_served(database, load_extensions(None), revision)
    database.dispose()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            die_converting(url, Path(files), served, lead, int(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - it is read


def die_converting(url: str, files: Path, served: Served, lead: str, number: int) -> Never:
    """Convert, and die before the writing statement of a number; the commit counts as one too."""
    database = make_database(url)
    runtime = Runtime(lambda _: served, lambda: served.model.revision)
    services = Services(database, runtime, blobs=Blobs(files))
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
    run(services, SYSTEM, lambda work: convert_record(work, ConvertRecord("lead", lead, "qualify", key="dying")))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
