import asyncio
import sys

import pytest

from newsletter import eventloop


async def loop_in_use() -> str:
    """Name the loop this runs on."""
    return type(asyncio.get_running_loop()).__module__


def test_uvloop_runs_where_it_is_installed() -> None:
    """Whoever installs the extra gets the faster loop without a setting."""
    assert "uvloop" == eventloop.run(loop_in_use())


def test_without_uvloop_the_loop_is_pythons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is optional."""
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert "asyncio.unix_events" == eventloop.run(loop_in_use())
