"""A process that writes records and says each one only once it is answered: for tests that kill it.

`python -m tests.support.writer <database url> <how many>` on a site made by `a_site` prints one id a line.
"""

import sys

from kalip.access import SYSTEM
from kalip.records import SaveRecord, Services, Work, run, save_record
from kalip.runtime import Runtime
from kalip.storage import make_database
from tests.support.builders import a_served
from tests.support.site import sales_pack


def main(url: str, count: int) -> None:
    """Write deals with a line each."""
    served = a_served(sales_pack())
    services = Services(make_database(url), Runtime(lambda _: served, lambda: served.model.revision))

    for number in range(count):

        def write(work: Work, number: int = number) -> str:
            return save_record(work, SaveRecord("deal", {"name": f"N{number}", "lines": [{"quantity": 1}]})).id

        print(run(services, SYSTEM, write), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
