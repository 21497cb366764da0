"""One connection: every misbehaviour of a relay in every phase, and what is known afterwards."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest

from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.message import Envelope
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.session import RelayDown, Witness, connect
from newsletter.mail.transactions import Patience, Session
from newsletter.mail.wire import LONGEST_TEXT
from tests.harness import chaossmtp as chaos
from tests.harness.certificates import Authority
from tests.harness.sink import Conversation, Script, Sink, behave

# Long enough for a busy machine where an answer is due, short enough where none comes.
HASTE = Patience(greeting=0.4, mail=0.4, rcpt=0.4, data=0.4, block=0.4, dot=0.4)
BODY = b"Subject: hello\r\n\r\n=2Ea line that would begin with a dot\r\nlast\r\n"
LETTER = Envelope("b-token@example.org", "ann@example.net", BODY)


async def granted() -> bool:
    """Let every body through."""
    return True


async def denied() -> bool:
    """Let no body through."""
    return False


def plain(sink: Sink, username: str = "", password: str = "") -> Relay:
    """Give the sink as a relay."""
    return Relay("127.0.0.1", sink.port, Tls.NONE, username, password)


async def opened(sink: Sink, patience: Patience = HASTE) -> Session:
    """Connect to the sink."""
    return await connect(plain(sink), patience, ssl.create_default_context())


def deliver(script: Script, times: int = 1) -> tuple[list[Reply | None], Sink, bool]:
    """Hand over the letter so many times on one connection; gives the replies, the sink, and whether it is still open."""

    async def talk() -> tuple[list[Reply | None], Sink, bool]:
        async with Sink(script=script) as sink:
            session = await opened(sink)
            replies = [await session.deliver(LETTER, granted) for _ in range(times)]
            is_open = session.is_open
            await session.quit()
        return replies, sink, is_open

    return asyncio.run(talk())


def test_message_arrives_as_it_was_written() -> None:
    """Byte for byte."""
    [reply], sink, is_open = deliver(behave)

    assert Reply(Phase.BODY, 250, "2.0.0", "2.0.0 queued as 1") == reply
    assert [BODY] == sink.messages
    assert is_open


def test_commands_are_exactly_ours() -> None:
    """One envelope for each message, no NOOP, and leave is taken."""
    _, sink, _ = deliver(behave, times=2)
    envelope = [f"MAIL FROM:<b-token@example.org> SIZE={len(BODY)}", "RCPT TO:<ann@example.net>", "DATA"]

    assert [*envelope, *envelope, "QUIT"] == sink.commands[1:]


@pytest.mark.parametrize(
    ("step", "phase"),
    [
        ("mail", Phase.MAIL),
        ("rcpt", Phase.RCPT),
        ("data", Phase.DATA),
        ("body", Phase.BODY),
        ("dot", Phase.BODY),
        ("answer", Phase.BODY),
    ],
)
@pytest.mark.parametrize(
    "reaction", [chaos.stall, chaos.close, chaos.reset, chaos.garble, chaos.endless_line, chaos.endless_reply, chaos.drip]
)
def test_phase_of_a_failure_is_known(step: str, phase: Phase, reaction: Callable[[object], Awaitable[None]]) -> None:
    """Whatever a relay does instead of answering, we know how far it had come, and never speak on that connection again."""
    [reply], _, is_open = deliver(chaos.at(step, reaction))

    assert reply is not None
    # Who speaks unasked before the first byte of the body is out has certainly not taken it.
    is_early = step == "body" and reaction in {chaos.garble, chaos.endless_line, chaos.endless_reply}
    assert reply.phase in ({Phase.DATA, Phase.BODY} if is_early else {phase})
    assert 0 == reply.code
    assert reply.text
    assert not is_open


@pytest.mark.parametrize("reaction", [chaos.close_in_body, chaos.reset_in_body])
def test_connection_lost_in_the_body_is_unknown(reaction: Callable[[object], Awaitable[None]]) -> None:
    """It cannot be told from one lost after the dot."""
    [reply], sink, _ = deliver(chaos.at("body", reaction))

    assert reply is not None
    assert (Phase.BODY, 0) == (reply.phase, reply.code)
    assert [] == sink.taken


@pytest.mark.parametrize(
    ("step", "phase"),
    [("mail", Phase.MAIL), ("rcpt", Phase.RCPT), ("data", Phase.DATA), ("dot", Phase.BODY)],
)
@pytest.mark.parametrize("said", ["550 5.1.1 no such user", "450 4.2.0 later", "554 no", "452-4.2.2 first\r\n452 4.2.2 second"])
def test_refusal_leaves_the_connection_ready(step: str, phase: Phase, said: str) -> None:
    """A refusal is of one message; the next one goes out on the same connection and gets its own answer."""
    replies, sink, is_open = deliver(chaos.at(step, chaos.saying(said), times=1), times=2)

    assert replies[0] is not None
    assert replies[1] is not None
    assert (phase, int(said[:3])) == (replies[0].phase, replies[0].code)
    assert (Phase.BODY, 250) == (replies[1].phase, replies[1].code)
    assert (1, is_open) == (sink.connections, True)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
def test_going_down_ends_the_connection(step: str) -> None:
    """After 421 the server is gone, whether it hangs up or not."""
    [reply], _, is_open = deliver(chaos.at(step, chaos.saying("421 4.3.2 going down")))

    assert reply is not None
    assert (421, "4.3.2") == (reply.code, reply.enhanced)
    assert not is_open


def test_going_down_in_the_body_is_an_answer() -> None:
    """A server that says 421 before the end has not taken the message."""
    [reply], _, _ = deliver(chaos.at("body", chaos.shut_down_in_body))

    assert reply is not None
    assert (Phase.BODY, 421) == (reply.phase, reply.code)


def test_reply_text_is_kept_on_lines_without_controls() -> None:
    """What a relay says ends on pages and in reports."""
    [reply], _, _ = deliver(chaos.at("rcpt", chaos.saying("550-5.1.1 \x1b[31mred\r\n550 5.1.1 <b>bold</b>")))

    assert reply is not None
    assert "5.1.1  [31mred\n5.1.1 <b>bold</b>" == reply.text


def test_half_a_megabyte_of_words_is_not_kept() -> None:
    """They would stand in alerts, on the desk and in the log."""
    lines = [f"550-5.1.1 {'x' * 4000}"] * 120
    [reply], _, is_open = deliver(chaos.at("rcpt", chaos.saying("\r\n".join([*lines, "550 5.1.1 end"]))))

    assert reply is not None
    assert ((550, "5.1.1"), LONGEST_TEXT, True) == ((reply.code, reply.enhanced), len(reply.text), is_open)


@pytest.mark.parametrize("step", ["mail", "rcpt", "rset", "answer"])
def test_an_answer_too_many_is_never_taken_for_the_next_one(step: str) -> None:
    """A reply that nobody asked for ends the connection before it can be paired with another message."""
    script = chaos.either(
        chaos.at(step, chaos.answer_twice), chaos.at("rcpt", chaos.saying("550 no"), after=1 if step == "rset" else 99)
    )
    replies, sink, is_open = deliver(script, times=2)

    assert not is_open
    assert len(sink.taken) == sum(reply is not None and reply.code == 250 for reply in replies)


def test_gate_that_says_no_sends_no_body() -> None:
    """The recipient was named, then nothing: RSET, and the connection serves the next."""

    async def talk() -> tuple[list[Reply | None], Sink]:
        async with Sink(extensions=("8BITMIME",)) as sink:
            session = await opened(sink)
            replies = [await session.deliver(LETTER, gate) for gate in (denied, granted)]
            await session.quit()
        return replies, sink

    replies, sink = asyncio.run(talk())

    assert replies[0] is None
    assert ["MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"] == [command.split()[0] for command in sink.commands[1:]]
    assert 1 == len(sink.taken)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "body", "dot"])
def test_cancelled_connection_is_never_used_again(step: str) -> None:
    """Whoever gives up waiting cuts the connection, in whatever phase."""
    expected = Phase.BODY if step in {"body", "dot"} else Phase(step)

    async def talk() -> tuple[bool, Phase, Sink]:
        reached = asyncio.Event()

        async def stall(talk: Conversation) -> None:
            if step == "body":
                await talk.reader.read(1)
            reached.set()
            await asyncio.Event().wait()

        async with Sink(script=chaos.at(step, stall)) as sink:
            session = await opened(sink, Patience())
            handing = asyncio.create_task(session.deliver(LETTER, granted))
            await reached.wait()
            while session.phase is not expected:  # noqa: ASYNC110 -- what was answered before is on its way
                await asyncio.sleep(0.001)
            handing.cancel()
            await asyncio.gather(handing, return_exceptions=True)
            return session.is_open, session.phase, sink

    is_open, phase, sink = asyncio.run(talk())

    assert not is_open
    assert expected == phase
    assert [] == sink.taken


def test_message_larger_than_the_relay_takes_is_not_sent() -> None:
    """SIZE is asked before the first byte."""

    async def talk() -> tuple[Reply | None, Sink]:
        async with Sink(extensions=("SIZE 20",)) as sink:
            session = await opened(sink)
            reply = await session.deliver(LETTER, granted)
            await session.quit()
        return reply, sink

    reply, sink = asyncio.run(talk())

    assert reply is not None
    assert (Phase.MAIL, 552, "5.3.4") == (reply.phase, reply.code, reply.enhanced)
    assert not any(command.startswith("MAIL") for command in sink.commands)


def test_address_outside_ascii_goes_by_smtputf8() -> None:
    """Where it is offered it is said."""

    async def talk() -> tuple[bool, Sink]:
        async with Sink() as sink:
            session = await opened(sink)
            await session.deliver(Envelope("b-t@example.org", "jörg@example.net", BODY), granted)
            await session.quit()
        return session.takes_smtputf8, sink

    takes, sink = asyncio.run(talk())

    assert takes
    assert sink.commands[1].endswith(" SMTPUTF8")
    assert "jörg@example.net" == sink.taken[0].recipient


@pytest.mark.parametrize("recipient", ["a@x>\r\nRSET", "a@x> SIZE=1", "a@x\nb", "a\x00@x", "a b@x"])
def test_no_address_is_ever_a_second_command(recipient: str) -> None:
    """What would be more than one address is never written."""

    async def talk() -> Sink:
        async with Sink() as sink:
            session = await opened(sink)
            with pytest.raises(ValueError, match="more than one address"):
                await session.deliver(Envelope("b-t@example.org", recipient, BODY), granted)
        return sink

    sink = asyncio.run(talk())

    assert [] == sink.taken
    assert not any("RSET" in command or "RCPT" in command for command in sink.commands)


@pytest.mark.parametrize("reaction", [chaos.stall, chaos.close, chaos.reset, chaos.garble, chaos.drip, chaos.endless_line])
@pytest.mark.parametrize("step", ["connect", "ehlo"])
def test_relay_that_cannot_greet_is_down(step: str, reaction: Callable[[object], Awaitable[None]]) -> None:
    """No connection, no session, and words why."""

    async def talk() -> Reply:
        async with Sink(script=chaos.at(step, reaction)) as sink:
            with pytest.raises(RelayDown) as caught:
                await opened(sink)
        return caught.value.reply

    reply = asyncio.run(talk())

    assert (Phase.CONNECT, 0) == (reply.phase, reply.code)
    assert reply.text


def test_relay_that_says_it_is_busy_is_down() -> None:
    """421 in the greeting comes back with its code."""

    async def talk() -> Reply:
        async with Sink(script=chaos.at("connect", chaos.saying_and_closing("421 4.7.0 too many connections"))) as sink:
            with pytest.raises(RelayDown) as caught:
                await opened(sink)
        return caught.value.reply

    assert Reply(Phase.CONNECT, 421, "4.7.0", "4.7.0 too many connections") == asyncio.run(talk())


def test_nobody_listening_is_down() -> None:
    """A refused connection is trouble of the relay like any other."""

    async def talk() -> Reply:
        async with Sink() as sink:
            pass
        with pytest.raises(RelayDown) as caught:
            await opened(sink)
        return caught.value.reply

    assert "connect" in asyncio.run(talk()).text.lower()


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Give a certificate authority of our own."""
    return Authority()


def connect_with_tls(sink: Sink, tls: Tls, context: ssl.SSLContext, password: str = "") -> Awaitable[Session]:
    """Connect by name, as certificates want it."""
    user = "ann" if password else ""
    return connect(Relay("localhost", sink.port, tls, user, password), HASTE, context)


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_encrypted_session_delivers_and_logs_in(tls: Tls, authority: Authority) -> None:
    """With a certificate that fits, by either way."""

    async def talk() -> Sink:
        context = authority.server_context("localhost")
        async with Sink(tls=context, implicit_tls=tls is Tls.IMPLICIT, login=("ann", "secret")) as sink:
            session = await connect_with_tls(sink, tls, authority.client_context(), "secret")
            await session.deliver(LETTER, granted)
            await session.quit()
        return sink

    assert [BODY] == asyncio.run(talk()).messages


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
@pytest.mark.parametrize("name", ["localhost", "other.example.org"])
def test_certificate_that_does_not_fit_is_refused(tls: Tls, name: str, authority: Authority) -> None:
    """Neither a stranger's certificate nor one for another name gets the password."""

    async def talk() -> Sink:
        context = authority.server_context(name)
        trusting = authority.client_context() if name != "localhost" else ssl.create_default_context()
        async with Sink(tls=context, implicit_tls=tls is Tls.IMPLICIT, login=("ann", "secret")) as sink:
            with pytest.raises(RelayDown, match=r"(?i)certificate"):
                await connect_with_tls(sink, tls, trusting, "secret")
        return sink

    assert not any(command.startswith("AUTH") for command in asyncio.run(talk()).commands)


def test_starttls_taken_away_sends_no_password() -> None:
    """Whoever sits between can remove the offer; then there is no mail."""

    async def talk() -> Sink:
        async with Sink(login=("ann", "secret")) as sink:
            with pytest.raises(RelayDown, match=r"(?i)starttls"):
                await connect_with_tls(sink, Tls.STARTTLS, ssl.create_default_context(), "secret")
        return sink

    assert not any(command.startswith("AUTH") for command in asyncio.run(talk()).commands)


@pytest.mark.parametrize("words", ["250-sink.test\r\n250 X-EVIL", "250 X-EVIL\r\n235 2.7.0 welcome", "x"])
def test_words_slipped_in_before_the_encryption_count_for_nothing(words: str, authority: Authority) -> None:
    """Whoever sits between adds them to the answer to STARTTLS, to be read as if they had come encrypted."""

    async def inject(talk: Conversation) -> None:
        talk.right += f"\r\n{words}"
        await talk.say_right()

    async def talk() -> tuple[Witness, Reply | None]:
        script, witness = chaos.at("starttls", inject), Witness()
        async with Sink(tls=authority.server_context("localhost"), login=("ann", "secret"), script=script) as sink:
            relay = Relay("localhost", sink.port, Tls.STARTTLS, "ann", "secret")
            session = await connect(relay, HASTE, authority.client_context(), witness)
            reply = await session.deliver(LETTER, granted)
            await session.quit()
        return witness, reply

    witness, reply = asyncio.run(talk())
    assert Reply(Phase.BODY, 250, "2.0.0", "2.0.0 queued as 1") == reply
    assert witness.handshake is not None
    assert "x-evil" not in witness.handshake.extensions


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope("b-token@example.org", "ann@example.net>\r\nRCPT TO:<evil@example.com", BODY),
        Envelope("b-token@example.org", "ann@example.net\r\nRSET", BODY),
        Envelope("b-token@example.org", "ann@example.net> NOTIFY=NEVER", BODY),
        Envelope("b-token@example.org", "ann@example.net\x00", BODY),
        Envelope("b-token@example.org", "ann@example.net\u2028", BODY),
        Envelope("b-token@example.org> SIZE=1", "ann@example.net", BODY),
        Envelope("b-token@example.org\r\nRCPT TO:<evil@example.com>", "ann@example.net", BODY),
        Envelope("b-tökén@example.org", "ann@example.net", BODY),
    ],
)
@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_envelope_that_is_more_than_two_addresses_is_never_written(envelope: Envelope, extensions: tuple[str, ...]) -> None:
    """The last look before the wire: not one byte of it goes out."""

    async def talk() -> Sink:
        async with Sink(extensions=extensions) as sink:
            session = await opened(sink)
            with pytest.raises(ValueError, match=r"more than one address|ascii"):
                await session.deliver(envelope, granted)
            await session.quit()
        return sink

    assert {"EHLO", "QUIT"} == {command.partition(" ")[0] for command in asyncio.run(talk()).commands}


def test_refused_login_is_down_with_the_answer() -> None:
    """A changed password is the relay's word about us, not about anybody we write to."""

    async def talk() -> Reply:
        async with Sink(login=("ann", "secret")) as sink:
            with pytest.raises(RelayDown) as caught:
                await connect(plain(sink, "ann", "wrong"), HASTE, ssl.create_default_context())
        return caught.value.reply

    assert Reply(Phase.CONNECT, 535, "5.7.8", "5.7.8 no") == asyncio.run(talk())


def test_session_is_spent_after_a_hundred_messages() -> None:
    """Relays count what one connection brings."""

    async def talk() -> tuple[bool, bool]:
        async with Sink() as sink:
            session = await opened(sink)
            for _ in range(99):
                await session.deliver(LETTER, granted)
            before = session.is_spent
            await session.deliver(LETTER, granted)
            after = session.is_spent
            await session.quit()
        return before, after

    assert (False, True) == asyncio.run(talk())


def test_slow_reader_does_not_hold_the_body_for_ever() -> None:
    """A relay that takes no more bytes is given up by the block's patience."""

    async def talk() -> Reply | None:
        async with Sink(script=chaos.at("body", chaos.take_no_more)) as sink:
            session = await connect(plain(sink), Patience(block=0.3, dot=60), ssl.create_default_context())
            huge = Envelope(LETTER.sender, LETTER.recipient, b"y" * (16 * 1024 * 1024) + b"\r\n")
            return await session.deliver(huge, granted)

    reply = asyncio.run(talk())

    assert reply is not None
    assert (Phase.BODY, 0) == (reply.phase, reply.code)
