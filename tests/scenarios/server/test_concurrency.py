"""Two who change one record at once, in two processes: one is told, nobody's change is lost."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.support.serving import Caller, serving

pytestmark = pytest.mark.slow
CUSTOMERS = "/api/records/customer"
ROUNDS = 25


def test_of_two_with_one_tag_one_wins_and_the_other_is_told(folder: Path) -> None:
    with serving(folder) as server, ThreadPoolExecutor(2) as pool:
        caller = server.caller
        path = f"{CUSTOMERS}/{caller.call('POST', CUSTOMERS, {'name': 'Ada'}).body['id']}"
        gate = Barrier(2)
        expected: dict[str, object] = {"notes": None, "tax_number": None}
        for version in range(1, ROUNDS + 1):
            changes = [{"notes": f"note {version}"}, {"tax_number": f"{version}"}]
            tries = [pool.submit(change, gate, caller, path, version, body) for body in changes]
            statuses = [each.result() for each in tries]
            assert sorted(statuses) == [200, 412]
            expected |= changes[statuses.index(200)]
            now = caller.call("GET", path)
            assert now.headers["ETag"] == f'"{version + 1}"'
            assert {name: now.body[name] for name in expected} == expected
        history = caller.call("GET", f"{path}/events?limit=200").body["items"]
        assert len(history) == ROUNDS + 1


def change(gate: Barrier, caller: Caller, path: str, version: int, body: object) -> int:
    """Change the record of one version, at the same moment as the other."""
    gate.wait(60)
    return caller.call("PATCH", path, body, If_Match=f'"{version}"').status
