"""Looks seldom for what nobody needs any more, and never among what a process has loaded.

Python looks after every 700 new objects. While a thousand modules are loaded, all of which stay, that took a tenth of the time
until the first page. Import it before anything else.
"""

import gc

# New objects, between two looks; some megabytes at most wait for the next.
SELDOM = 20_000

gc.set_threshold(SELDOM)


def keep() -> None:
    """Take everything there is for needed to the end: no answer waits while all of it is looked through once more."""
    gc.freeze()
