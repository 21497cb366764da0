"""Bringing home the pictures of an issue, with a bar while servers are waited for."""

import asyncio

from newsletter.cli.door import Door
from newsletter.cli.progress import growing_bar
from newsletter.letters.illustrate import Illustrated, illustrate


def bring_pictures(door: Door, issue_id: int, *, again: bool = False) -> Illustrated:
    """Fetch what the articles of an issue show and is not here yet; *again* also what could not be had before."""
    with growing_bar("Fetching pictures") as tell:
        return asyncio.run(illustrate(door.application.bringer(), issue_id, again=again, progress=tell))
