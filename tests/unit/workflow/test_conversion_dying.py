"""A process that is killed while it converts leaves nothing made; whoever does it again makes everything once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from kalip.workflow.conversions import Converted, conversions_of
from tests.support.converting import SalesSite, a_sales_site
from tests.support.source import ROOT

STRIDE = 8
MOST = 500
TARGETS = ("company", "contact", "deal")


def found(sales: SalesSite, lead: str) -> tuple[Converted, ...]:
    return sales.act(None, lambda work: conversions_of(work, "lead", lead), write=False)


def test_killed_before_any_statement(database_url: str, tmp_path: Path) -> None:
    """L29 L59"""
    with a_sales_site(database_url, tmp_path) as sales:
        lead = sales.lead(lines=[{"description": "Loom", "price": "1", "vat_rate": "20"}])
        before = sales.get("lead", lead)
        command = [sys.executable, "-m", "tests.unit.workflow.dying", database_url, str(tmp_path / "blobs"), lead]
        paths = os.pathsep.join((str(ROOT / "platform"), str(ROOT)))
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
        )
        assert process.stdin is not None
        assert process.stdout is not None
        number, ended = 1, -signal.SIGKILL
        with process:
            while ended == -signal.SIGKILL and number < MOST:
                process.stdin.write(f"{number}\n")
                process.stdin.flush()
                ended = int(process.stdout.readline())
                if ended == -signal.SIGKILL:
                    assert [sales.count(name) for name in TARGETS] == [0, 0, 0]
                    assert found(sales, lead) == ()
                    assert sales.get("lead", lead) == before
                number += STRIDE
            process.stdin.close()
        assert (ended, [sales.count(name) for name in TARGETS]) == (0, [1, 1, 1])
        (done,) = found(sales, lead)
        assert number > STRIDE * 4
        assert (done.state, sales.convert(lead, sales.boss, key="dying").id) == ("done", done.id)
