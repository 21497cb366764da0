"""Programs are told what happened, whatever they do to us."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest
from sqlalchemy import update

from newsletter import failpoints
from newsletter.errors import NotAdopted
from newsletter.failpoints import FailPointReached
from newsletter.issues import alerts
from newsletter.outbound import Address, FetchPolicy
from newsletter.people import erase
from newsletter.strongbox import Strongbox
from newsletter.tables.instance import instance
from newsletter.webhooks import hookbook, telling, tellingbook
from newsletter.webhooks.model import TellingState
from subscribers import news
from subscribers.news import News
from subscribers.tokens import Keyring
from tests.harness import hooked
from tests.harness.hooked import Answer, Listener, status
from tests.harness.people import LINK
from tests.newsletter.webhooks.conftest import Outside

W, T, G = TellingState.WAITING, TellingState.TAKEN, TellingState.GIVEN_UP


def test_what_happened_is_told_once_and_signed(outside: Outside) -> None:
    """With a number of its own and the time it is told; nobody is named where that was not asked for."""
    hook = outside.hook()
    person = outside.join("ben.canary@example.org").subscriber
    outside.forward(timedelta(minutes=1))

    assert [2, 0] == [outside.tell(), outside.tell()]
    assert {"subscriber.subscribed", "subscriber.confirmed"} == set(outside.listener.kinds)
    told = next(one for one in outside.listener.told if b"confirmed" in one.body)
    assert told.is_signed(outside.secret(hook))
    assert str(int(outside.clock().timestamp())) == told.headers["webhook-timestamp"]
    assert {
        "type": "subscriber.confirmed",
        "timestamp": "2020-02-01T08:00:00.000Z",
        "data": {"subscriber": {"id": person.id}, "by": "link", "list": "readers-of-section-news"},
    } == told.document
    assert [T, T] == [one.state for one in outside.log(hook)]
    assert outside.clock() == outside.known(hook).took_at


def test_an_address_is_told_where_that_is_wanted_until_it_is_erased(outside: Outside) -> None:
    """What waits, or is told again behind the erasure, names nobody."""
    hook = outside.hook(shows_addresses=True, kinds=("subscriber.confirmed",))
    ben = outside.join("ben@example.org")
    outside.tell()
    with outside.database.write() as tx:
        erase.erase(tx, outside.keyring, ben.subscriber.id, outside.clock(), LINK)
        assert 1 == tellingbook.tell_again_since(tx, hook.id, outside.clock(), outside.clock() - timedelta(days=1))
    outside.tell()

    people = [told.document["data"]["subscriber"] for told in outside.listener.told]
    assert [{"id": ben.subscriber.id, "email": "ben@example.org"}, {"id": ben.subscriber.id}] == people
    assert 1 == len({told.uid for told in outside.listener.told})


@pytest.mark.parametrize(
    "answer",
    [
        status(500),
        status(404),
        status(301, Location="/elsewhere"),
        status(302, Location="http://10.0.0.1/"),
        hooked.drip,
        hooked.silence,
    ],
    ids=["broken", "not there", "moved", "led inside", "dripping headers", "silent"],
)
def test_what_is_not_taken_is_told_again(outside: Outside, answer: Answer) -> None:
    """Once the program answers as it should; a redirect is followed nowhere."""
    hook = outside.hook(kinds=("subscriber.confirmed",))
    outside.listener.answer = answer
    outside.hasty()
    outside.join()
    outside.tell()
    [failed] = outside.log(hook)
    outside.listener.answer = status(200)
    early = outside.tell()
    outside.forward(timedelta(seconds=6))
    outside.hasty(5)
    late = outside.tell()

    assert (W, 1, True, 0, 1) == (failed.state, failed.tries, bool(failed.trouble), early, late)
    assert [T] == [one.state for one in outside.log(hook)]
    assert 1 == len({told.uid for told in outside.listener.told})
    with outside.database.read() as tx:
        tries = tellingbook.attempts(tx, failed.id)
    assert [False, True] == [one.is_taken for one in tries]


def test_an_answer_without_end_is_an_answer(outside: Outside) -> None:
    """The status decides; nothing behind it is read."""
    hook = outside.hook()
    outside.listener.answer = hooked.endless
    outside.join()
    outside.tell()

    assert [T, T] == [one.state for one in outside.log(hook)]


def resolving(*answers: str) -> Callable[[str, int], object]:
    """Give a name server that answers otherwise each time."""
    left = list(answers)

    async def look_up(_host: str, _port: int) -> tuple[Address, ...]:
        return (ip_address(left.pop(0) if len(left) > 1 else left[0]),)

    return look_up


@pytest.mark.parametrize("number", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_told_nothing(outside: Outside, number: str) -> None:
    """Loopback, private networks and the clouds' metadata: whatever the name looked like when it was added."""
    hook = outside.hook(kinds=("subscriber.confirmed",), url="https://crm.example.org/in")
    strict = FetchPolicy(resolve=resolving(number))  # type: ignore[arg-type]
    outside.herald = replace(outside.herald, policy=strict)
    outside.join()
    outside.tell()

    [told] = outside.log(hook)
    assert (W, True) == (told.state, "not a public address" in told.trouble)
    assert [] == outside.listener.told


def test_a_name_is_looked_up_once_for_each_try(outside: Outside) -> None:
    """What was checked is what is connected to: a name server that changes its mind in between is not asked again."""
    outside.hook(kinds=("subscriber.confirmed",), url=f"{outside.listener.origin}/in".replace("127.0.0.1", "localhost"))
    asked = []

    async def look_up(host: str, _port: int) -> tuple[Address, ...]:
        asked.append(host)
        return (ip_address("127.0.0.1"),) if len(asked) == 1 else (ip_address("10.0.0.1"),)

    outside.herald = replace(outside.herald, policy=replace(outside.herald.policy, resolve=look_up))
    outside.join()
    outside.tell()

    assert (["localhost"], 1) == (asked, len(outside.listener.told))


def test_a_program_that_is_down_is_not_asked_for_each_event(outside: Outside) -> None:
    """Thirty wait, ten are tried, then one at a time; none is lost when it is back, and others are told meanwhile."""
    outside.listener.answer = status(503)
    down = outside.hook("down", kinds=("subscriber.confirmed",))
    with Listener() as well:
        up = outside.hook("up", kinds=("subscriber.confirmed",), url=f"{well.origin}/in")
        with outside.database.write() as tx:
            for number in range(1, 31):
                noted = News(news.Kind.CONFIRMED, outside.clock(), subscriber_id=number, list_id=outside.newsletter.list_id)
                news.note(tx, noted)
        tried = outside.tell()
        outside.forward(timedelta(seconds=6))
        again = outside.tell()
        outside.listener.answer = status(200)
        outside.forward(timedelta(hours=1))
        outside.tell()

    assert (40, 1) == (tried, again)
    assert [{T}, {T}] == [{one.state for one in outside.log(hook)} for hook in (down, up)]
    assert 30 == len({told.uid for told in well.told}) == len(well.told)
    assert 30 == len({told.uid for told in outside.listener.told})
    assert (0, None) == (outside.known(down).failures, outside.known(down).failing_since)


def test_two_workers_tell_each_thing_once(outside: Outside) -> None:
    """What one has claimed the other does not get, as long as the lease lasts."""
    hook = outside.hook(kinds=("subscriber.confirmed",))
    with outside.database.write() as tx:
        for number in range(1, 25):
            news.note(tx, News(news.Kind.CONFIRMED, outside.clock(), subscriber_id=number, list_id=outside.newsletter.list_id))

    async def both() -> list[int]:
        return await asyncio.gather(*(telling.tell(outside.herald) for _ in range(2)))

    tried = asyncio.run(both())

    assert (24, 24) == (sum(tried), len(outside.listener.told))
    assert {T} == {one.state for one in outside.log(hook)}


def test_a_worker_killed_behind_the_answer_tells_it_again_under_its_number(outside: Outside) -> None:
    """At least once: the receiver tells by the number what it had."""
    hook = outside.hook(kinds=("subscriber.confirmed",))
    outside.join()
    failpoints.arm("hook.told:raise:1")
    try:
        with pytest.raises(ExceptionGroup) as killed:
            outside.tell()
    finally:
        failpoints.arm("")
    early = outside.tell()
    outside.forward(tellingbook.LEASE)
    late = outside.tell()

    assert killed.group_contains(FailPointReached)
    assert (0, 1, 2, 1) == (early, late, len(outside.listener.told), len({told.uid for told in outside.listener.told}))
    assert [T] == [one.state for one in outside.log(hook)]


def test_a_dead_program_is_told_of_and_switched_off(outside: Outside) -> None:
    """After a day somebody is told, after five it is off; switched on again it gets all that waited."""
    outside.listener.answer = status(500)
    hook = outside.hook(kinds=("subscriber.confirmed",))
    keys = []
    for day in range(6):
        outside.join(f"ben{day}@example.org")
        for _ in range(4):
            outside.tell()
            outside.forward(timedelta(hours=6))
        with outside.database.read() as tx:
            keys.append([one.key.partition(":")[0] for one in alerts.open_alerts(tx)])
    dead = outside.known(hook)
    outside.listener.answer = status(204)
    with outside.database.write() as tx:
        hookbook.switch(tx, hook.id, outside.clock(), is_enabled=True)
        tellingbook.tell_failed_again(tx, hook.id, outside.clock())
    outside.forward(timedelta(days=1))
    outside.tell()

    assert [[], *[["hook"]] * 4, ["hook-off"]] == keys
    assert (False, True) == (dead.is_enabled, "500" in dead.off_because)
    assert [T] * 6 == [one.state for one in outside.log(hook)]
    with outside.database.read() as tx:
        assert () == alerts.open_alerts(tx)


def test_whoever_is_gone_for_good_is_switched_off_at_once(outside: Outside) -> None:
    """As 410 asks for."""
    outside.listener.answer = status(410)
    hook = outside.hook()
    outside.join()
    outside.tell()

    assert (False, True) == (outside.known(hook).is_enabled, "410" in outside.known(hook).off_because)


def test_a_message_that_is_never_taken_is_given_up_and_told_again_by_hand(outside: Outside) -> None:
    """While the program takes everything else."""
    hook = outside.hook(kinds=("subscriber.confirmed",))
    person = outside.join().subscriber
    poison = json.dumps({"id": person.id}, separators=(",", ":")).encode()

    def choosy(handler: object, stop: object) -> None:
        answer = status(422) if poison in outside.listener.told[-1].body else status(200)
        answer(handler, stop)  # type: ignore[arg-type]

    outside.listener.answer = choosy
    for number in range(10):
        outside.tell()
        outside.forward(timedelta(days=1))
        outside.join(f"eva{number}@example.org")
        outside.tell()
    given_up = outside.log(hook)[0]
    outside.listener.answer = status(200)
    with outside.database.write() as tx:
        assert 1 == tellingbook.tell_failed_again(tx, hook.id, outside.clock())
    outside.tell()

    assert (G, 10, 422) == (given_up.state, given_up.tries, given_up.status)
    assert outside.known(hook).is_enabled
    assert T is outside.log(hook)[0].state


def test_a_new_secret_and_the_one_before_sign_for_a_day(outside: Outside) -> None:
    """So that the receiver is changed in between; or the former is void at once."""
    hook = outside.hook(kinds=("subscriber.confirmed",))
    former = outside.secret(hook)
    told: list[list[bool]] = []
    for at_once, wait in ((False, timedelta()), (False, timedelta(days=2)), (True, timedelta())):
        with outside.database.write() as tx:
            hookbook.rotate(tx, hook.id, None, outside.strongbox, outside.clock(), at_once=at_once)
        outside.forward(wait)
        outside.join(f"{len(told)}@example.org")
        outside.tell()
        present = outside.secret(hook)
        told.append([outside.listener.told[-1].is_signed(one) for one in (former, present)])
        former = present

    assert [[True, True], [False, True], [False, True]] == told


def test_what_the_key_does_not_open_signs_nothing(outside: Outside) -> None:
    """Nothing is told that the receiver could not believe; it waits."""
    hook = outside.hook()
    outside.herald = replace(outside.herald, strongbox=Strongbox.of(Keyring("another secret of the tests, long enough")))
    outside.join()
    outside.tell()

    assert ([], {W}) == (outside.listener.told, {one.state for one in outside.log(hook)})
    assert "secret cannot be opened" in outside.log(hook)[0].trouble


def test_a_copy_tells_nobody_anything(outside: Outside) -> None:
    """The original does; not even to try an address."""
    hook = outside.hook()
    outside.join()
    with outside.database.write() as tx:
        number = tellingbook.trial(tx, hook.id, outside.clock())
        tx.execute(update(instance).values(is_adopted=False))
    with pytest.raises(NotAdopted):
        asyncio.run(telling.tell_one(outside.herald, number))

    assert (0, []) == (outside.tell(), outside.listener.told)


def test_an_address_is_tried_by_hand(outside: Outside) -> None:
    """Also of a program that is switched off; nothing happened, and it says so."""
    hook = outside.hook()
    with outside.database.write() as tx:
        hookbook.switch(tx, hook.id, outside.clock(), is_enabled=False)
        number = tellingbook.trial(tx, hook.id, outside.clock())
    attempt = asyncio.run(telling.tell_one(outside.herald, number))

    assert (True, 204, ["webhook.test"]) == (attempt.is_taken, attempt.status, outside.listener.kinds)


def test_what_was_told_a_month_ago_is_forgotten(outside: Outside) -> None:
    """With its tries; what is younger stays."""
    hook = outside.hook(kinds=("subscriber.confirmed",))
    outside.join()
    outside.tell()
    outside.forward(timedelta(days=31))
    outside.join("eva@example.org")
    with outside.database.write() as tx:
        assert tellingbook.has_old(tx, outside.clock())
        assert 1 == tellingbook.forget(tx, outside.clock())
        assert not tellingbook.has_old(tx, outside.clock())

    assert 1 == len(outside.log(hook))
