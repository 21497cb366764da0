"""A small HTTP server of a test, in a thread of its own, while a block lasts."""

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class _Server(ThreadingHTTPServer):
    # As many may knock at once as two workers tell at once; behind the usual five a connection is lost.
    request_queue_size = 64


class Answering(ABC):
    """What answers by a handler of its own, on a free port of the loopback."""

    @abstractmethod
    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give what each request is answered by."""

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self.handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def origin(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"
