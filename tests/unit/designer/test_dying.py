"""A publisher that is killed leaves the old state whole, or the new one; on both databases."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kalip.access import SYSTEM, Actor
from kalip.designer import Move, Remove, Rename, SetValue, Site, edit_draft, open_draft, stored_packs
from kalip.records import SaveRecord, get_record, run, save_record
from kalip.storage import list_revisions, plan
from tests.support.contents import contents_of
from tests.support.source import ROOT
from tests.unit.designer.conftest import LEAD

STRIDE = 5
MOST = 1000


def test_killed_before_any_statement(site: Site, ada: Actor) -> None:
    """U5"""
    lead = {"name": "Ayşe", "email": "ayse@example.com", "phone": "+90 212 555 01 02"}
    kept = run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("lead", lead)))
    edit_draft(
        site,
        ada,
        [
            SetValue(LEAD, "/fields/budget", {"type": "money", "indexed": True}),
            Rename(LEAD, "/fields/email", "mail"),
            Remove(LEAD, "/fields/phone"),
            SetValue(LEAD, "/fields/name/type", "long_text"),
            Move(LEAD, "/fields/budget", None),
            SetValue("entities/visit/entity", "", {"fields": {"lead": {"type": "reference", "to": "lead"}}}),
        ],
    )
    drafted = open_draft(site, ada).served
    assert drafted is not None
    old = contents_of(site.services.database.engine)
    kills = 0
    with publisher(site, ada) as publish:
        for number in range(1, MOST, STRIDE):
            ended = publish(number)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            kills += 1
            assert contents_of(site.services.database.engine) == old
    assert kills >= 6
    with site.services.database.read() as session:
        assert plan(session, drafted).is_empty
        assert list_revisions(session, 1)[0].hash == drafted.model.revision
        assert [pack.name for pack in stored_packs(session, site.blobs)] == ["crm", "site"]
    assert open_draft(site, ada).draft.is_empty
    site.services.runtime.refresh()
    assert run(site.services, SYSTEM, lambda work: get_record(work, "lead", kept.id))["mail"] == "ayse@example.com"


@contextmanager
def publisher(site: Site, actor: Actor) -> Iterator[Callable[[int], int]]:
    """What publishes the actor's draft in a process that dies before a statement; it gives the exit code."""
    paths = os.pathsep.join((str(ROOT), str(ROOT / "platform")))
    command = [sys.executable, "-m", "tests.unit.designer.dying", site.services.database.url, str(site.blobs.root)]
    with subprocess.Popen(  # noqa: S603 - the tests' own Python
        [*command, str(actor.id)],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:

        def publish(number: int) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            print(number, file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield publish
        assert process.stdin is not None
        process.stdin.close()
