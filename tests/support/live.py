"""Serves a WSGI application to a real browser or HTTP client."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer

THREADS = 16


class _Pooled(BaseWSGIServer):
    """Answers in a few threads that live as long as it: CPython 3.11 can fail to trace two that start at once."""

    multithread = True

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__("127.0.0.1", 0, app)
        self._threads = ThreadPoolExecutor(THREADS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand a connection to a thread."""
        self._threads.submit(self._answer, request, client_address)

    def server_close(self) -> None:
        """Stop listening and wait for the answers that were begun."""
        super().server_close()
        self._threads.shutdown()

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001 - the server's own way to tell of any fault
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)


@contextmanager
def live_server(app: WSGIApplication) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 for the block and yield the address, without a slash."""
    server = _Pooled(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
