"""Messages that ride: the offer of the next one behind the body of this one, and what comes of it when either fails."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.message import Envelope
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.session import connect
from newsletter.mail.transactions import Patience, Session
from tests.harness import chaossmtp as chaos
from tests.harness.sink import EXTENSIONS, Script, Sink, behave

HASTE = Patience(greeting=2, mail=0.4, rcpt=0.4, data=0.4, block=0.4, dot=0.4)
SINGLY = ("8BITMIME", "SIZE 20000000")
CHUNKED = (*EXTENSIONS, "CHUNKING")


def letter(number: int) -> Envelope:
    """Give the message of one person."""
    return Envelope(
        f"b-{number}@example.org", f"reader{number}@example.net", b"Subject: %d\r\n\r\nhello %d\r\n" % (number, number)
    )


async def opened(sink: Sink) -> Session:
    """Connect to the sink."""
    return await connect(Relay("127.0.0.1", sink.port, Tls.NONE), HASTE, ssl.create_default_context())


async def send_all(session: Session, letters: list[Envelope]) -> list[Reply]:
    """Hand over all of *letters*, each riding behind the one before where the session takes riders."""
    replies = []
    waiting = list(letters)
    session.offer(waiting.pop(0))
    while True:
        refusal = await session.offered()
        rider = None
        if refusal is None:
            rider = waiting.pop(0) if waiting and session.takes_riders else None
            session.hand_over(rider)
            refusal = await session.handed_over()
        replies.append(refusal)
        if rider is None:
            if not waiting or not session.is_open:
                return replies
            session.offer(waiting.pop(0))


def talk(script: Script = behave, messages: int = 4, extensions: tuple[str, ...] = EXTENSIONS) -> tuple[list[Reply], Sink]:
    """Send some messages over one connection; gives the replies and the sink."""

    async def run() -> tuple[list[Reply], Sink]:
        async with Sink(script=script, extensions=extensions) as sink:
            session = await opened(sink)
            replies = await send_all(session, [letter(number) for number in range(messages)])
            await session.quit()
        return replies, sink

    return asyncio.run(run())


def recipients(sink: Sink) -> list[str]:
    """Give whom the sink took messages for, and check that each got their own."""
    for taken, message in zip(sink.taken, sink.messages, strict=True):
        number = taken.recipient.removeprefix("reader").partition("@")[0]
        assert f"hello {number}\r\n".encode() in message
        assert f"b-{number}@example.org" == taken.sender
    return [one.recipient.partition("@")[0] for one in sink.taken]


def test_riders_arrive_each_with_its_own_body() -> None:
    """In order, on one connection, with one answer each."""
    replies, sink = talk()

    assert [250] * 4 == [reply.code for reply in replies]
    assert [f"2.0.0 queued as {number}" for number in range(1, 5)] == [reply.text for reply in replies]
    assert ["reader0", "reader1", "reader2", "reader3"] == recipients(sink)
    assert 1 == sink.connections


def test_relay_without_pipelining_gets_one_command_at_a_time() -> None:
    """And no DATA before the gate was asked."""
    replies, sink = talk(extensions=SINGLY)

    assert [250] * 4 == [reply.code for reply in replies]
    assert ["MAIL", "RCPT", "DATA"] * 4 == [command.split()[0] for command in sink.commands[1:-1]]
    assert ["reader0", "reader1", "reader2", "reader3"] == recipients(sink)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize("extensions", [EXTENSIONS, CHUNKED, SINGLY], ids=["riding", "chunked", "singly"])
def test_refusal_is_of_one_message_only(step: str, extensions: tuple[str, ...]) -> None:
    """Whoever rides before or behind it arrives."""
    if step == "data" and "CHUNKING" in extensions:
        step = "dot"
    replies, sink = talk(chaos.at(step, chaos.saying("550 5.7.1 not this one"), times=1, after=1), extensions=extensions)

    assert [250, 550, 250, 250] == [reply.code for reply in replies]
    assert ["reader0", "reader2", "reader3"] == recipients(sink)
    assert 1 == sink.connections


@pytest.mark.parametrize(("step", "phase"), [("mail", Phase.MAIL), ("rcpt", Phase.RCPT), ("data", Phase.DATA)])
@pytest.mark.parametrize("reaction", [chaos.close, chaos.reset, chaos.stall, chaos.garble])
def test_rider_that_is_lost_was_never_sent(step: str, phase: Phase, reaction: Callable[[object], Awaitable[None]]) -> None:
    """The message before it has its answer; the rider has none, and its body never left."""
    replies, sink = talk(chaos.at(step, reaction, after=1))

    assert (Phase.BODY, 250) == (replies[0].phase, replies[0].code)
    assert (phase, 0) == (replies[1].phase, replies[1].code)
    assert ["reader0"] == recipients(sink)


def test_rider_of_a_message_without_an_answer_is_not_marked_by_it() -> None:
    """The connection is lost after the dot: the first is uncertain, the rider was only ever offered."""
    replies, sink = talk(chaos.at("answer", chaos.close))

    assert [(Phase.BODY, 0), (Phase.MAIL, 0)] == [(reply.phase, reply.code) for reply in replies]
    assert ["reader0"] == recipients(sink)


def test_too_large_rider_does_not_ride() -> None:
    """It is refused here, by the size the relay named, and the connection goes on."""

    async def run() -> tuple[list[Reply], Sink]:
        large = Envelope("b-9@example.org", "reader9@example.net", b"Subject: 9\r\n\r\nhello 9\r\n" + b"x" * 70 + b"\r\n")
        async with Sink(extensions=("PIPELINING", "SIZE 60")) as sink:
            session = await opened(sink)
            replies = await send_all(session, [letter(0), large, letter(2)])
            await session.quit()
        return replies, sink

    replies, sink = asyncio.run(run())

    assert [250, 552, 250] == [reply.code for reply in replies]
    assert ["reader0", "reader2"] == recipients(sink)


@pytest.mark.parametrize("limit", ["", "0", "²", "-1", "many", "9" * 3000])
def test_limit_that_is_none_refuses_nobody(limit: str) -> None:
    """A relay may name no limit, none that can be read, or one beyond all numbers."""
    replies, _ = talk(extensions=("PIPELINING", f"SIZE {limit}"))

    assert {250} == {reply.code for reply in replies}


def test_withdrawn_behind_the_go_ahead_costs_the_connection() -> None:
    """An empty message is never sent: only cutting the connection takes an offer back then."""

    async def run() -> tuple[bool, Sink]:
        async with Sink() as sink:
            session = await opened(sink)
            session.offer(letter(0))
            assert await session.offered() is None
            await session.withdraw()
            return session.is_open, sink

    is_open, sink = asyncio.run(run())

    assert (False, []) == (is_open, sink.taken)


def test_relay_that_takes_chunks_gets_no_dots() -> None:
    """BDAT says how many bytes there are (RFC 3030); riders ride all the same."""
    replies, sink = talk(extensions=CHUNKED)

    assert [250] * 4 == [reply.code for reply in replies]
    assert "DATA" not in {command.split()[0] for command in sink.commands}
    assert ["reader0", "reader1", "reader2", "reader3"] == recipients(sink)


def test_withdrawn_before_a_chunk_costs_one_reset() -> None:
    """No body was asked for, so the connection goes on."""

    async def run() -> tuple[list[Reply], Sink]:
        async with Sink(extensions=CHUNKED) as sink:
            session = await opened(sink)
            session.offer(letter(0))
            assert await session.offered() is None
            await session.withdraw()
            replies = await send_all(session, [letter(1)])
            await session.quit()
            return replies, sink

    replies, sink = asyncio.run(run())

    assert [250] == [reply.code for reply in replies]
    assert (["reader1"], 1) == (recipients(sink), sink.connections)


def test_body_asked_for_nobody_is_ended_by_a_dot() -> None:
    """A relay that says 354 although it refused the recipient gets a dot alone, and no mail (RFC 2920 3.1)."""
    script = chaos.either(
        chaos.at("rcpt", chaos.saying("550 5.1.1 nobody here"), times=1, after=1), chaos.at("nobody", chaos.saying("354 go on"))
    )
    replies, sink = talk(script)

    assert [(Phase.RCPT, 550)] == [(reply.phase, reply.code) for reply in replies if reply.code != 250]
    assert (1, 0) == (sink.single_dots, sink.orphans)
    assert ["reader0", "reader2", "reader3"] == recipients(sink)


REPORTING = (*EXTENSIONS, "DSN")
PARAMETERS = "555 5.5.4 unsupported parameter"


def talk_of_reports(
    script: Script = behave, extensions: tuple[str, ...] = REPORTING, *, dsn: bool = True
) -> tuple[list[Reply], Sink]:
    """Send three messages that reports are wanted about."""

    async def run() -> tuple[list[Reply], Sink]:
        async with Sink(script=script, extensions=extensions) as sink:
            relay = Relay("127.0.0.1", sink.port, Tls.NONE, dsn=dsn)
            session = await connect(relay, HASTE, ssl.create_default_context())
            replies = await send_all(session, [replace(letter(number), token=f"t{number}") for number in range(3)])
            await session.quit()
        return replies, sink

    return asyncio.run(run())


def asking(sink: Sink) -> list[str]:
    """Give the envelope commands that asked for reports, each by its message."""
    return [
        one.partition("b-" if one[0] == "M" else "reader")[2][0] for one in sink.commands if "RET=" in one or "NOTIFY=" in one
    ]


@pytest.mark.parametrize(
    "extensions", [REPORTING, (*REPORTING, "CHUNKING"), (*SINGLY, "DSN")], ids=["riding", "chunked", "singly"]
)
def test_reports_are_asked_for_where_they_are_offered(extensions: tuple[str, ...]) -> None:
    """The header alone comes back, for trouble alone, known by the token and by whom it was for."""
    replies, sink = talk_of_reports(extensions=extensions)
    mail, rcpt = [command for command in sink.commands if "0@" in command]

    assert [250] * 3 == [reply.code for reply in replies]
    assert mail.startswith("MAIL FROM:<b-0@example.org> SIZE=")
    assert mail.endswith(" RET=HDRS ENVID=t0")
    assert "RCPT TO:<reader0@example.net> NOTIFY=FAILURE,DELAY ORCPT=rfc822;reader0@example.net" == rcpt
    assert ["reader0", "reader1", "reader2"] == recipients(sink)


@pytest.mark.parametrize(("extensions", "dsn"), [(EXTENSIONS, True), (REPORTING, False)], ids=["not offered", "switched off"])
def test_nothing_is_asked_of_a_relay_that_offers_no_reports(extensions: tuple[str, ...], dsn: bool) -> None:  # noqa: FBT001 -- a case
    """Nor of one that is not to be asked."""
    replies, sink = talk_of_reports(extensions=extensions, dsn=dsn)

    assert [250] * 3 == [reply.code for reply in replies]
    assert [] == asking(sink)


@pytest.mark.parametrize(
    "extensions", [REPORTING, (*REPORTING, "CHUNKING"), (*SINGLY, "DSN")], ids=["riding", "chunked", "singly"]
)
@pytest.mark.parametrize(("step", "known"), [("mail", "RET="), ("rcpt", "NOTIFY=")])
def test_relay_that_refuses_what_it_offers_gets_the_mail_without(step: str, known: str, extensions: tuple[str, ...]) -> None:
    """At once, on the same connection, and is not asked again on it."""
    replies, sink = talk_of_reports(chaos.at(step, chaos.saying(PARAMETERS), where=known), extensions=extensions)

    assert [250] * 3 == [reply.code for reply in replies]
    assert "0" == asking(sink)[0]
    assert "2" not in asking(sink)
    assert ["reader0", "reader1", "reader2"] == recipients(sink)
    assert (1, 0) == (sink.connections, sink.orphans)


def test_refusal_that_stays_is_of_the_message() -> None:
    """It is heard as it was said, and the next message is asked about again."""
    replies, sink = talk_of_reports(chaos.at("rcpt", chaos.saying("501 5.1.3 no such form of address"), where="reader1@"))

    assert [250, 501, 250] == [reply.code for reply in replies]
    assert Phase.RCPT is replies[1].phase
    assert "2" in asking(sink)
    assert ["reader0", "reader2"] == recipients(sink)
