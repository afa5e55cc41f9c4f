"""What was answered is there after the process was killed, on both databases."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kalip.storage import events_for, make_database, upgrade_own_tables

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from kalip.base.clock import system_clock
from kalip.storage import Event, make_database
database = make_database(sys.argv[1])
number = 0
while True:
    number += 1
    with database.write() as session:
        session.events.append(Event("created", "thing", "1", None, system_clock(), after={"number": number}))
    print(number, flush=True)
"""


@pytest.mark.parametrize("answers", [5, 60])
def test_killing_the_writer_loses_no_answered_write(database_url: str, answers: int) -> None:
    database = make_database(database_url)
    upgrade_own_tables(database)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "platform")}
    command = [sys.executable, "-c", WRITER, database_url]
    with subprocess.Popen(  # noqa: S603 - the tests' own Python
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        answered = [int(process.stdout.readline()) for _ in range(answers)]
        process.send_signal(signal.SIGKILL)
        answered += [int(line) for line in process.stdout.read().split() if line]
    with database.read() as session:
        kept = [event.after["number"] for event in events_for(session, "thing", "1", 10_000).events if event.after]
    database.dispose()
    assert set(answered) <= set(kept)
    assert kept == list(range(len(kept), 0, -1))
