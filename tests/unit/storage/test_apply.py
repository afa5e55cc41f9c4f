"""A publisher that dies in the middle leaves the old state, on both databases."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage import Database, Plan, insert_record, plan, select_one
from tests.support.builders import a_served, an_entity
from tests.support.records import a_row

ROOT = Path(__file__).parents[3]
# Applies a plan and kills itself before the step of this number.
DYING = """
import os, signal, sys
from kalip.base.clock import system_clock
from kalip.storage import make_database, plan
from tests.unit.storage.dying import after
database = make_database(sys.argv[1])
with database.publish() as session:
    steps = plan(session, after()).steps
    for number, step in enumerate(steps):
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        step.run(session, system_clock())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def before() -> Served:
    return a_served(
        an_entity("thing").with_field("name", "text").with_field("size", "text").with_field("gone", "integer"),
        an_entity("other"),
    )


@pytest.mark.parametrize("step", [1, 3, 5, 8, 99])
def test_killed_between_steps(
    database: Database, publish: Callable[[Served], Plan], context: Context, step: int
) -> None:
    served = before()
    publish(served)
    row = a_row(name="a", size="12", gone=7)
    with database.write() as session:
        insert_record(session, served, "thing", row)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
    command = [sys.executable, "-c", DYING, database.url, str(step)]
    died = subprocess.run(  # noqa: S603 - the tests' own Python
        command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    with database.read() as session:
        assert plan(session, served).is_empty
        found = select_one(session, served, "thing", row["id"], context, ("name", "size", "gone"))
    assert found == {"id": row["id"], "name": "a", "size": "12", "gone": 7}
