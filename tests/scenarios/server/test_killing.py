"""A server that is killed with all its workers loses nothing that it answered, and one told to stop ends its work."""

import http.client
import json
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.installed import application
from tests.support.serving import Server, serving
from tests.support.terminal import run

pytestmark = pytest.mark.slow
CUSTOMERS, ORDERS = "/api/records/customer", "/api/records/order"
WRITERS = 4
WRITES = 200
KILLED_AFTER = 60
LINES = [{"product": "Nut", "price": "1.50", "quantity": 2}, {"product": "Bolt", "price": "2"}]


def test_kill_nine_loses_nothing_answered(folder: Path) -> None:
    with serving(folder) as server:
        customer = server.caller.call("POST", CUSTOMERS, {"name": "Ada"}).body["id"]
        answered, tried = write_until_killed(server, customer)
    assert KILLED_AFTER <= len(answered) < WRITES
    with serving(folder, workers=1) as server:
        kept = {each["id"]: each for each in all_orders(server)}
        assert set(answered) <= set(kept)
        # Whatever was under way is there whole or not at all.
        assert len(answered) <= len(kept) <= tried
        for order in kept.values():
            assert (order["line_count"], order["total"], order["version"]) == (2, "5.00", 1)
        assert sorted(order["number"][-4:] for order in kept.values()) == [f"{n:04}" for n in range(1, len(kept) + 1)]
        made = server.caller.call("POST", ORDERS, {"customer": customer, "lines": LINES})
        assert (made.status, made.body["number"][-4:]) == (201, f"{len(kept) + 1:04}")
    checks = {each["name"]: each["fault"] for each in run("check", "--site", folder, "--json").data["checks"]}
    assert (checks["metadata"], checks["tables"], checks["files"]) == ("", "", "")


def test_told_to_stop_it_answers_what_it_began(folder: Path) -> None:
    body = json.dumps({"name": "The last customer"}).encode()
    with serving(folder) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            head = [
                f"POST {CUSTOMERS} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {server.token}",
                "Content-Type: application/json", f"Content-Length: {len(body)}", "Expect: 100-continue", "", "",
            ]  # fmt: skip
            connection.sendall("\r\n".join(head).encode() + body[:5])
            # A worker has it in hand now, and waits for the rest.
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            server.process.send_signal(signal.SIGTERM)
            wait_for(server.log, "Worker exiting")  # the one with nothing to do
            connection.sendall(body[5:])
            response = http.client.HTTPResponse(connection)
            response.begin()
            made = json.loads(response.read())
        assert (response.status, made["name"]) == (201, "The last customer")
        assert server.process.wait(timeout=60) == 0
    with application(folder) as site:
        assert site.admin.get(f"{CUSTOMERS}/{made['id']}").status_code == 200


def write_until_killed(server: Server, customer: str) -> tuple[list[str], int]:
    """Write from many sides, kill the server in the midst of it. The ids answered, and how many calls were begun."""
    answered: list[str] = []
    begun: list[int] = []
    enough = threading.Event()

    def write() -> None:
        for number in range(WRITES // WRITERS):
            begun.append(number)
            try:
                made = server.caller.call("POST", ORDERS, {"customer": customer, "lines": LINES})
            except (OSError, http.client.HTTPException):
                return
            assert made.status == 201, made
            answered.append(made.body["id"])
            if len(answered) >= KILLED_AFTER:
                enough.set()

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    assert enough.wait(120)
    server.kill()
    for thread in threads:
        thread.join()
    return answered, len(begun)


def all_orders(server: Server) -> list[dict[str, Any]]:
    """Every order there is."""
    listed = server.caller.call("GET", f"{ORDERS}?limit=1000&fields=number,line_count,total")
    assert listed.status == 200, listed
    return list(listed.body["items"])


def wait_for(log: Path, text: str) -> None:
    """Wait until the server has logged a text."""
    while text not in log.read_text():
        time.sleep(0.02)
