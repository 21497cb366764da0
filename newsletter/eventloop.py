"""The event loop: uvloop's, which is written in C, where it is installed (the extra `fast`), else Python's own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run *main* to its end on the fastest loop there is."""
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        return runner.run(main)


def fast_loop() -> LoopFactory | None:
    """Give what makes uvloop's event loop, None where it is not installed."""
    try:
        import uvloop  # noqa: PLC0415 -- an extra, and loaded only where a loop is started
    except ImportError:
        return None
    return uvloop.new_event_loop
