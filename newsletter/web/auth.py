"""The link that is printed on the console: good once, for whoever owns the machine."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.web.faults import LinkUsedUp


class FirstKey:
    """The token in that link; without one there is no such link."""

    def __init__(self, token: str | None) -> None:
        self._lock = threading.Lock()
        self._token = token

    def opens(self, token: str) -> bool:
        """Whether the link with *token* has not been used yet."""
        return self._token is not None and hmac.compare_digest(self._token.encode(), token.encode())

    @contextmanager
    def turned(self, token: str) -> Iterator[None]:
        """Use the link up, unless what is done meanwhile fails: who mistyped a password can try again.

        Raises:
            LinkUsedUp: it opens nothing, or was used at the same moment.

        """
        with self._lock:
            if not self.opens(token):
                raise LinkUsedUp
            yield
            self._token = None
