"""Several relays: weights while all are well, failover when one is not."""

from collections import Counter
from dataclasses import replace

import pytest

from newsletter.mail.breaker import LONGEST_PROBE, MOST_FAILURES, OPENS_AFTER
from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.limits import Granted, Limits, Rate
from newsletter.mail.pool import MOMENT, PATIENCE, SLACK, Pool
from newsletter.mail.relays import Relay, Tls
from tests.harness.ticks import Ticks

LOST = Reply(Phase.CONNECT, 0, "", "nobody answers")
RATE = Limits(rate=Rate(60, "min"))


def a_relay(name: str, weight: int = 1, limits: Limits | None = None, connections: int = 5) -> Relay:
    """Give a relay of this name."""
    return Relay("127.0.0.1", 25, Tls.NONE, name=name, weight=weight, limits=limits or Limits(), connections=connections)


def a_pool(ticks: Ticks, *relays: Relay) -> Pool:
    """Give a pool with the usual patience."""
    return Pool(relays, 1, 30, ticks=ticks)


def send(pool: Pool, ticks: Ticks, rounds: int, *names: str, step: float = 0.001) -> Counter[str]:
    """Let each relay's connections ask in turn, so many times; gives what each got."""
    got: Counter[str] = Counter()
    for _ in range(rounds):
        for name in names or tuple(pool.relays):
            got[name] += pool.pace(name).grant() == 0.0
        ticks.pass_(step)
    return got


def break_down(pool: Pool, ticks: Ticks, name: str, failures: int = OPENS_AFTER) -> None:
    """Let a relay fail so often that nothing is granted to it."""
    for _ in range(failures):
        pool.pace(name).slow(LOST)
        ticks.pass_(30)
    pool.pace(name).slow(LOST)


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (10, 1), (5, 2)])
def test_weights_are_honoured(weights: tuple[int, int]) -> None:
    """Though both could take everything: within the slack."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a", weights[0]), a_relay("b", weights[1]))
    got = send(pool, ticks, 4000)

    assert abs(got["a"] / weights[0] - got["b"] / weights[1]) <= SLACK + 1


def test_three_relays_share_by_weight() -> None:
    """The one that is most behind always goes."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a", 5), a_relay("b", 3), a_relay("c", 2))
    got = send(pool, ticks, 6000)

    assert [0.5, 0.3, 0.2] == [round(got[name] / got.total(), 2) for name in "abc"]


def test_relay_ahead_waits_a_moment() -> None:
    """And no longer."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a"), a_relay("b"))
    pool.pace("b").grant()
    waits = [pool.pace("a").grant() for _ in range(2 * SLACK)]

    assert MOMENT == waits[-1]
    assert waits.count(0.0) in {SLACK + 1, SLACK + 2}


def test_one_relay_alone_is_not_slowed_by_shares() -> None:
    """There is nobody to wait for."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a"))

    assert 100 == send(pool, ticks, 100)["a"]


def test_others_take_over_from_a_relay_that_is_broken() -> None:
    """All of it, without waiting for its share."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a", 9), a_relay("b", 1))
    break_down(pool, ticks, "a")
    got = send(pool, ticks, 200)

    assert 200 == got["b"]
    assert not pool.is_hopeless


def test_relay_that_recovers_does_not_catch_up() -> None:
    """From then on each gets its share; the other is not kept waiting for what went before."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a"), a_relay("b"))
    send(pool, ticks, 50)
    break_down(pool, ticks, "a")
    send(pool, ticks, 1000, "b")
    ticks.pass_(LONGEST_PROBE)
    assert 0.0 == pool.pace("a").grant()
    pool.pace("a").works()
    got = send(pool, ticks, 1000)

    assert abs(got["a"] - got["b"]) <= SLACK + 2
    assert got["b"] > 950


def test_relay_that_hangs_holds_nobody_up_for_long() -> None:
    """It is not broken yet; its connections wait for an answer, perhaps for ten minutes."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a"), a_relay("b"))
    send(pool, ticks, 20)
    before = send(pool, ticks, 200, "b", step=0.001)["b"]
    ticks.pass_(PATIENCE)

    assert before <= SLACK + 1
    assert 200 == send(pool, ticks, 200, "b")["b"]


def test_limited_relay_holds_nobody_up() -> None:
    """What its rate does not let through goes over the other."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a", 1, RATE), a_relay("b", 1))
    pool.fill({"a": Granted(3, 0.0, 0.1)}, ticks.now)
    got = send(pool, ticks, 500)

    assert 3 == got["a"]
    assert got["b"] > 450


def test_all_hopeless_is_hopeless() -> None:
    """Then a run that is to end lets go, and says what the last one answered."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a"), a_relay("b"))
    hopeless = []
    for name in "ab":
        break_down(pool, ticks, name, MOST_FAILURES)
        hopeless.append(pool.is_hopeless)

    assert [False, True] == hopeless
    assert LOST == pool.last_trouble


def test_no_relay_is_not_hopeless() -> None:
    """Somebody may add one; who needs one asks for them."""
    assert not a_pool(Ticks()).is_hopeless


def test_changes_are_taken_up_while_mailing() -> None:
    """Weights, limits, connections; a relay that is new, and one that is gone."""
    ticks = Ticks()
    a, b, c = a_relay("a"), a_relay("b"), a_relay("c")
    pool = a_pool(ticks, a, b)
    gone = pool.pace("b")
    pool.update([replace(a, limits=RATE, connections=2, weight=7), c])

    assert ["a", "c"] == list(pool.relays)
    assert gone.grant() > 0
    assert not gone.allows_connection(0)
    assert pool.pace("a").grant() > 0
    assert [True, False] == [pool.pace("a").allows_connection(index) for index in (1, 2)]
    assert 0.0 == pool.pace("c").grant()


def test_nothing_is_forgotten_of_a_relay_that_did_not_change() -> None:
    """It is looked at every second."""
    ticks = Ticks()
    a = a_relay("a", limits=RATE)
    pool = a_pool(ticks, a)
    pool.fill({"a": Granted(1)}, ticks.now)
    pool.update([replace(a)])

    assert 0.0 == pool.pace("a").grant()


def test_changed_rate_voids_what_was_granted_under_the_old_one() -> None:
    """It holds at once."""
    ticks = Ticks()
    a = a_relay("a", limits=Limits(rate=Rate(1000, "s")))
    pool = a_pool(ticks, a)
    pool.fill({"a": Granted(1000)}, ticks.now)
    pool.update([replace(a, limits=RATE)])

    assert pool.pace("a").grant() > 0


def test_orders_are_for_limited_relays_with_mail() -> None:
    """An unlimited relay costs the database nothing; without mail all is given back, once."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a"), a_relay("b", limits=RATE))
    [order] = pool.orders(has_mail=True)
    pool.fill({"b": Granted(4)}, ticks.now)
    [back] = pool.orders(has_mail=False)

    assert ("b", RATE) == (order.relay, order.limits)
    assert order.wanted > 0
    assert (0, 4) == (back.wanted, back.unused.count)
    assert () == pool.orders(has_mail=False)


def test_pool_rests_when_all_relays_rest() -> None:
    """Until the first of them goes on."""
    ticks = Ticks()
    pool = a_pool(ticks, a_relay("a", limits=RATE), a_relay("b", limits=RATE))
    pool.fill({"a": Granted(again_in=100)}, ticks.now)
    assert 0.0 == pool.rests_for()
    pool.fill({"b": Granted(again_in=50)}, ticks.now)

    assert 50 == pool.rests_for()
