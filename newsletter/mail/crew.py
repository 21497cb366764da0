"""The carriers of a mailer: one for each connection that its relays bear, and whether any of them has a hand free."""

import asyncio
from collections.abc import Sequence

from newsletter.mail.carrier import Carrier, Office

# A relay that keeps every connection waiting for so long hangs, or is cut off from here: whoever has not been begun with
# may be mailed by another host meanwhile. One that is only slow costs a claim more for each message. In seconds.
STUCK = 10.0


class Crew:
    """Hired as relays come and grow; nobody is sent away before the end, for one too many has nothing to do."""

    def __init__(self) -> None:
        self._carriers: dict[tuple[str, int], Carrier] = {}
        self._tasks: list[asyncio.Task[None]] = []
        # The error of a carrier, which ends the shift.
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """What the carriers do, each until the tray has ended."""
        return self._tasks

    def hire(self, office: Office) -> None:
        """Have a carrier for each connection that the relays bear now."""
        office.tray.serve(office.routes.connections)
        for relay in office.routes.pool.relays.values():
            for number in range(relay.connections):
                if (relay.name, number) not in self._carriers:
                    self._take_on(Carrier(office, relay.name, number), relay.name, number)

    def is_stuck(self, untouched: float) -> bool:
        """Whether each has been at something since the tray was touched last, *untouched* seconds ago, and that is long."""
        return untouched > STUCK and bool(self._carriers) and not any(one.is_free for one in self._carriers.values())

    async def finish(self, seconds: float) -> None:
        """Let every connection finish what it has in hand, for so long at most."""
        if not self._tasks:
            return
        ended, _ = await asyncio.wait(self._tasks, timeout=seconds)
        for carrier in ended:
            carrier.result()

    def _take_on(self, carrier: Carrier, relay: str, number: int) -> None:
        self._carriers[relay, number] = carrier
        task = asyncio.create_task(carrier.work())
        task.add_done_callback(self._see_off)
        self._tasks.append(task)

    def _see_off(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self.failure.done():
            self.failure.set_exception(error)
