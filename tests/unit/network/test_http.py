"""Calls by HTTP to a real server on this machine."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kalip.network import AddressRefused, Guard, HttpClient, HttpRequest, NetworkError


@dataclass
class Seen:
    """A server with what it was asked."""

    port: int
    requests: list[tuple[str, str, bytes, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def seen() -> Iterator[Seen]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.requests.append((self.command, self.path, body, headers))
            if self.path.startswith("/to/"):
                status, _, target = self.path.removeprefix("/to/").partition("/")
                self.send_response(int(status))
                self.send_header("Location", target.replace("+", "/"))
                self.end_headers()
            elif self.path == "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b".")
                    self.wfile.flush()
                    if stopped.wait(0.05):
                        return
            else:
                self.send_response(418 if self.path == "/tea" else 200)
                self.send_header("X-Path", self.path)
                self.end_headers()
                self.wfile.write(b"x" * (5000 if self.path == "/large" else 5))

        do_GET = do_POST = answer  # noqa: N815 - the library's names

    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Seen(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    stopped.set()
    server.shutdown()
    thread.join()
    server.server_close()


def client(seen: Seen) -> HttpClient:
    return HttpClient(Guard(frozenset({f"127.0.0.1:{seen.port}"})))


def test_a_call_carries_body_and_headers_and_brings_the_answer(seen: Seen) -> None:
    answer = client(seen).send(HttpRequest("post", seen.url("/hook?a=1"), {"X-Sign": "s"}, b"{}"))
    assert (answer.status, answer.ok, answer.body, answer.headers["x-path"]) == (200, True, b"xxxxx", "/hook?a=1")
    ((method, path, body, headers),) = seen.requests
    assert (method, path, body, headers["x-sign"]) == ("POST", "/hook?a=1", b"{}", "s")


def test_a_refusal_of_the_other_side_is_an_answer(seen: Seen) -> None:
    answer = client(seen).send(HttpRequest("GET", seen.url("/tea")))
    assert (answer.status, answer.ok) == (418, False)


def test_this_machine_is_not_called_unless_named(seen: Seen) -> None:
    with pytest.raises(AddressRefused):
        HttpClient().send(HttpRequest("GET", seen.url("/")))
    assert seen.requests == []


def test_redirects_are_followed_and_checked_anew(seen: Seen) -> None:
    answer = client(seen).send(HttpRequest("POST", seen.url("/to/302/+next"), {"Authorization": "s"}, b"data"))
    assert answer.url == seen.url("/next")
    assert [(method, path, body) for method, path, body, _ in seen.requests[1:]] == [("GET", "/next", b"")]
    with pytest.raises(AddressRefused):
        client(seen).send(HttpRequest("GET", seen.url(f"/to/302/http:++localhost:{seen.port}+inner")))
    assert seen.requests[-1][1].startswith("/to/302")


def test_307_repeats_the_body_and_another_host_sees_no_secrets(seen: Seen) -> None:
    guarded = HttpClient(Guard(frozenset({"127.0.0.1", "localhost"})))
    target = f"http:++localhost:{seen.port}+next"
    guarded.send(HttpRequest("POST", seen.url(f"/to/307/{target}"), {"Authorization": "s", "X-Other": "o"}, b"data"))
    method, path, body, headers = seen.requests[-1]
    assert (method, path, body, headers["x-other"]) == ("POST", "/next", b"data", "o")
    assert "authorization" not in headers


def test_a_circle_of_redirects_ends(seen: Seen) -> None:
    with pytest.raises(NetworkError, match="on and on"):
        client(seen).send(HttpRequest("GET", seen.url("/to/302/+to+302")))
    answer = client(seen).send(HttpRequest("GET", seen.url("/to/302/+next"), redirects=0))
    assert answer.status == 302


def test_a_long_answer_is_cut(seen: Seen) -> None:
    answer = client(seen).send(HttpRequest("GET", seen.url("/large"), largest=100))
    assert (len(answer.body), answer.cut) == (100, True)


def test_a_server_that_drips_is_left_at_the_deadline(seen: Seen) -> None:
    before = time.monotonic()
    with pytest.raises(NetworkError, match="took too long"):
        client(seen).send(HttpRequest("GET", seen.url("/slow"), timeout=0.3))
    assert time.monotonic() - before < 4  # all of it takes five seconds


def test_nobody_at_home_may_be_tried_again(seen: Seen) -> None:
    guarded = HttpClient(Guard(frozenset({"127.0.0.1"})))
    with pytest.raises(NetworkError, match="can't be reached") as caught:
        guarded.send(HttpRequest("GET", "http://127.0.0.1:1/"))
    assert not isinstance(caught.value, AddressRefused)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/", "gopher://example.com/", "//example.com", "http://", "http://u:p@example.com/", "x"),
        *("http://example.com:99999/", "http://[::1", "http://example.com/a b", "http://example.com/ı"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        HttpClient().send(HttpRequest("GET", url))
