"""A writer killed in the middle of its work loses nothing that it answered, and leaves nothing half done."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from kalip.records import ListRecords, list_records
from tests.support.site import a_site

ROOT = Path(__file__).parents[3]
KILLED_AFTER = 60


def test_kill_nine_loses_nothing_answered(database_url: str) -> None:
    with a_site(database_url) as site:
        command = [sys.executable, "-m", "tests.support.writer", database_url, "200"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform")))}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603
            assert writer.stdout is not None
            answered = [writer.stdout.readline().strip() for _ in range(KILLED_AFTER)]
            writer.send_signal(signal.SIGKILL)
            answered += [line.strip() for line in writer.stdout if line.endswith("\n")]
        asked = ListRecords("deal", fields=("number", "line_count"), limit=1000, sort=("number",))
        items = site.act("ada", lambda work: list_records(work, asked), write=False).items
        assert set(answered) <= {item["id"] for item in items}
        assert KILLED_AFTER <= len(answered) < 200
        assert {item["line_count"] for item in items} == {1}
        # Numbers have no gap although the last transaction may have been lost.
        numbers = [str(item["number"])[-4:] for item in items]
        assert numbers == [f"{number:04}" for number in range(1, len(items) + 1)]
        saved = site.save("ada", "deal", {"name": "after"})
        assert site.get("ada", "deal", saved.id)["number"].endswith(f"{len(items) + 1:04}")
