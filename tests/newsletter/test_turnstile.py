from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.turnstile import Turnstile
from tests.harness.trial import wait_until

PATIENCE = 30.0


def test_one_after_the_other_in_the_order_they_came_and_the_hurried_first() -> None:
    """Whoever goes ahead waits for nobody but the one who has the turn."""
    turnstile = Turnstile()
    order: list[str] = []

    def go(name: str) -> None:
        turnstile.take(PATIENCE, goes_ahead=name.startswith("mailer"))
        order.append(name)
        turnstile.hand_on()

    turnstile.take(PATIENCE)
    names = ("page 1", "page 2", "mailer 1", "page 3", "mailer 2")
    with ThreadPoolExecutor(len(names)) as threads:
        for number, name in enumerate(names):
            threads.submit(go, name)
            wait_until(lambda number=number: turnstile.waiting == number + 1, f"{name} to wait")  # type: ignore[misc]
        turnstile.hand_on()

    assert ["mailer 1", "mailer 2", "page 1", "page 2", "page 3"] == order
    turnstile.take(0)


def test_nobody_has_it_beside_another() -> None:
    """Many threads again and again."""
    turnstile = Turnstile()
    inside: list[int] = []
    most = 0

    def go(number: int) -> None:
        nonlocal most
        for _ in range(200):
            turnstile.take(PATIENCE, goes_ahead=number % 2 == 0)
            inside.append(number)
            most = max(most, len(inside))
            inside.remove(number)
            turnstile.hand_on()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(go, range(8)))

    assert 1 == most


@pytest.mark.parametrize("within", [0.0, 0.01])
def test_turn_that_does_not_come_is_given_up(within: float) -> None:
    """Nobody is left in the line for whom nobody waits."""
    turnstile = Turnstile()
    turnstile.take(PATIENCE)
    with pytest.raises(TimeoutError):
        turnstile.take(within)
    assert 0 == turnstile.waiting

    turnstile.hand_on()
    turnstile.take(0)
