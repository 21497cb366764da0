"""Waiting for what other programs do: asked again and again, with an end."""

import time
from collections.abc import Callable

# Longer than anything takes on a busy machine; who waits so long has failed. In seconds.
LONGEST_WAIT = 120.0
_BETWEEN = 0.05


def wait_until(is_so: Callable[[], bool], what: str, longest: float = LONGEST_WAIT) -> None:
    """Wait until *is_so*, and fail by saying *what* did not happen."""
    end = time.monotonic() + longest
    while not is_so():
        assert time.monotonic() < end, f"did not happen within {longest:g} s: {what}"
        time.sleep(_BETWEEN)
