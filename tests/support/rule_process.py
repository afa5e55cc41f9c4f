"""A process that runs the rules of the ruled site, for tests that kill it.

`python -m tests.support.rule_process <database url> <rules.json> <private host:port>`: reads events and runs jobs in
two threads until it is told to stop, or killed.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

from kalip.fields import builtin_types
from kalip.jobs import Bell, Crew, Office, Timing, work
from kalip.jobs.handlers import all_background
from kalip.network import Guard, HttpClient, Network
from kalip.records import Services
from kalip.runtime import Runtime, Served
from kalip.storage import make_database
from tests.support.builders import a_compilation
from tests.support.ruled import a_ruled_pack
from tests.support.ruling import REMIND

TIMING = Timing(lease=timedelta(seconds=2), poll=timedelta(seconds=0.1), pause=timedelta(seconds=0.2))


def main(url: str, document: str, host: str) -> bool:
    """Run jobs until told to stop."""
    pack = a_ruled_pack(json.loads(Path(document).read_text("utf-8"))).with_role("boss", administrator=True)
    actions = {"remind": REMIND}
    served = Served(a_compilation(pack, actions=actions).required(), builtin_types(), actions=actions)
    bell = Bell()
    network = Network(http=HttpClient(Guard(frozenset((host,)))), secrets={"shop": "one"})
    runtime = Runtime(lambda _: served, lambda: served.model.revision)
    services = Services(make_database(url), runtime, wake=bell.ring, network=network)
    office = Office(services, all_background(), TIMING)
    return work(Crew(office, bell, runners=2), None)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 3)
