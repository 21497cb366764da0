"""Pages that tell what changes: to whom, for how long, and what they hold meanwhile."""

from collections.abc import Awaitable, Callable, Sequence

import anyio
import anyio.lowlevel
import pytest
from starlette.types import Message

from newsletter.web.streams import BETWEEN_SIGNS, LONGEST_LIFE, MOST_OF_ONE, PATIENCE, SIGN, EventStream, Look, Streams

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as the server does."""
    return "asyncio"


class Ticks:
    """A clock on which one can sleep."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Give the seconds so far."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass, and others have their turn."""
        self.seconds += seconds
        await anyio.lowlevel.checkpoint()


def looks(*seen: str | None) -> Look:
    """Give *seen* one after the other, and then the last again and again."""
    rest = list(seen)

    async def look() -> str | None:
        return rest.pop(0) if len(rest) > 1 else rest[0]

    return look


async def for_ever() -> Message:
    """Be a client that stays."""
    await anyio.sleep_forever()
    raise AssertionError


async def told(
    look: Look,
    receive: Callable[[], Awaitable[Message]] = for_ever,
    send: Callable[[Message], Awaitable[None]] | None = None,
    streams: Streams | None = None,
) -> Sequence[str]:
    """Run a stream to its end; gives what it said behind its first words."""
    said: list[str] = []

    async def take(message: Message) -> None:
        said.append(message.get("body", b"").decode())

    ticks = Ticks()
    stream = EventStream(look, streams or Streams(), "ann", ticks=ticks, sleep=ticks.sleep)
    await stream({}, receive, send or take)
    return said[2:]


async def test_it_tells_only_what_changed() -> None:
    """The same figures are no news."""
    said = await told(looks("<p>1</p>", "<p>1</p>", "<p>2</p>", None))

    assert ["data: <p>1</p>\n\n", "data: <p>2</p>\n\n", ""] == list(said)


async def test_nobody_begins_an_event_of_their_own() -> None:
    """What a relay answers may hold any line end there is (A03)."""
    (said, _) = await told(looks("<td>550 no\revent: x\ndata: y\r\n\nretry: 1</td>", None))

    assert all(line.startswith("data: ") for line in said.removesuffix("\n\n").split("\n"))
    assert "\r" not in said


async def test_it_gives_a_sign_of_life_and_ends_in_time() -> None:
    """A proxy closes what is silent, and nobody watches for ever on one word."""
    said = await told(looks("<p>1</p>"))

    assert {SIGN} == set(said[1:-1])
    assert LONGEST_LIFE / BETWEEN_SIGNS * 0.8 < len(said[1:-1]) <= LONGEST_LIFE / BETWEEN_SIGNS


async def test_a_client_that_is_gone_is_let_go() -> None:
    """And its place is free."""
    streams = Streams()
    looked = 0

    async def look() -> str | None:
        nonlocal looked
        looked += 1
        return str(looked)

    async def gone() -> Message:
        while looked < 3:
            await anyio.lowlevel.checkpoint()
        return {"type": "http.disconnect"}

    said = await told(look, gone, streams=streams)

    assert len(said) < 10
    assert all(streams.has_room("ann") for _ in range(MOST_OF_ONE))


async def test_a_client_that_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept for it but its place, and that not for long."""
    monkeypatch.setattr("newsletter.web.streams.PATIENCE", PATIENCE / 1000)
    streams = Streams()

    async def stuck(message: Message) -> None:
        if message["type"] == "http.response.body":
            await anyio.sleep_forever()

    await told(looks("<p>1</p>"), send=stuck, streams=streams)

    assert streams.has_room("ann")


async def test_there_are_so_many_and_no_more() -> None:
    """Of one session, and of all."""
    streams = Streams(most=3, most_of_one=2)

    with streams.one("ann"), streams.one("ann"):
        assert not streams.has_room("ann")
        assert streams.has_room("bob")
        with streams.one("bob"):
            assert not streams.has_room("cem")
    assert streams.has_room("ann")
