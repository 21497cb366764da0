"""Carries imports on while pages are answered: in a thread of each process that serves pages."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from newsletter.bootstrap import Application

if TYPE_CHECKING:
    from newsletter.people.carrying import Carrier

log = structlog.get_logger()

# Seconds after which it looks whether something has come to its end, when nobody calls; and where another process is at
# something, which may have died of it.
LONGEST_REST = 600.0
WHILE_HELD = 10.0


class Porter:
    """One for each process; whoever serves pages lets it run beside them."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._stopped = threading.Event()
        self._called = threading.Event()

    @cached_property
    def carrier(self) -> "Carrier":
        """What carries; loaded when there is something to look for, or something comes in."""
        from newsletter.people.carrying import Carrier  # noqa: PLC0415 -- what reads files is not small

        application = self._application
        return Carrier(
            application.database,
            application.keyring,
            application.settings.data_dir,
            application.clock,
            is_stopped=self._stopped.is_set,
        )

    def call(self) -> None:
        """Say that there is something to be carried."""
        self._called.set()

    def run(self) -> None:
        """Carry what there is, again and again, until it is stopped; what a former process left open comes first."""
        while not self._stopped.is_set():
            # Before it looks: whoever calls while it works is heard behind it.
            self._called.clear()
            is_all_done = True
            try:
                is_all_done = self.carrier.carry()
            except Exception:
                # A door: when the database is away now, it is there later.
                log.exception("imports cannot be carried on now")
            self._called.wait(LONGEST_REST if is_all_done else WHILE_HELD)

    def stop(self) -> None:
        """End at the next batch; what is done is kept."""
        self._stopped.set()
        self._called.set()
