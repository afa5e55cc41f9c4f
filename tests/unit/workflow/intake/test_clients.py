"""Whoever writes is found by an index among any number of clients."""

from typing import Any

from kalip.records import Work
from kalip.workflow.intake import Sender
from kalip.workflow.intake.clients import find_clients
from tests.support.inbox import Inbox

AYSE = Sender("Ayşe", ("Ayse@Client.example",), ("+902121234567",))


def test_a_sender_is_found_by_an_index(inbox: Inbox) -> None:
    """L42: whatever the case of the address; archived clients are none."""
    site = inbox.site
    company = site.save("ada", "company", {"name": "Client", "email": "ayse@client.example"}).id
    statements: list[str] = []

    def find(work: Work) -> dict[str, str]:
        driver: Any = work.session.connection.connection.dbapi_connection
        if work.session.dialect == "sqlite":
            driver.set_trace_callback(statements.append)
        try:
            return find_clients(work, work.entity("lead"), AYSE)
        finally:
            if work.session.dialect == "sqlite":
                driver.set_trace_callback(None)

    assert site.act("ada", find, write=False) == {"company": company}
    with site.services.database.read() as session:
        if session.dialect == "sqlite":
            asked = next(each for each in statements if " FROM company " in each)
            told = [row[3] for row in session.fetch(f"EXPLAIN QUERY PLAN {asked}", {})]
        else:
            # PostgreSQL reads so few rows without an index: that it has the same ones is seen here.
            told = [row[0] for row in session.fetch("SELECT indexdef FROM pg_indexes WHERE tablename = 'company'", {})]
    steps = " ".join(told)
    for index in ("kx_company_email_sender", "kx_company_phone"):
        assert index in steps
    assert "SCAN" not in steps
