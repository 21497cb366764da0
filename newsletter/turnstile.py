"""One after the other within a process, in the order they came, and those who hold up others before all; nobody asks twice."""

from collections import deque
from threading import Lock


class Turnstile:
    """Lets one thread through at a time."""

    def __init__(self) -> None:
        self._guard = Lock()
        # Each waits for a lock of its own, which whoever leaves opens.
        self._ahead: deque[Lock] = deque()
        self._behind: deque[Lock] = deque()
        self._is_taken = False

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        with self._guard:
            return len(self._ahead) + len(self._behind)

    def take(self, within: float, *, goes_ahead: bool = False) -> None:
        """Wait for one's turn, which lasts until `hand_on`; whoever *goes_ahead* waits for those alone who do so, too.

        Raises:
            TimeoutError: the turn did not come *within* so many seconds; with 0, somebody has it.

        """
        line = self._ahead if goes_ahead else self._behind
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            if not within:
                raise TimeoutError
            turn = Lock()
            turn.acquire()
            line.append(turn)
        try:
            if turn.acquire(timeout=within):
                return
        except BaseException:
            # Interrupted: a turn that came all the same is for the next one.
            if not self._has_left(line, turn):
                self.hand_on()
            raise
        # It may have come in the last moment.
        if self._has_left(line, turn):
            raise TimeoutError

    def hand_on(self) -> None:
        """Let the next one have the turn."""
        with self._guard:
            line = self._ahead or self._behind
            if not line:
                self._is_taken = False
                return
            line.popleft().release()

    def _has_left(self, line: deque[Lock], turn: Lock) -> bool:
        with self._guard:
            if turn not in line:
                return False
            line.remove(turn)
            return True
