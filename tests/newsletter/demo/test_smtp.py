import asyncio
from collections.abc import Awaitable, Callable

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.demo import smtp
from newsletter.demo.envelopes import Envelopes
from newsletter.demo.servers import listening, port_of
from newsletter.demo.smtp import Catcher, Ear
from tests.harness.caught import CAUGHT_AT, LETTER


def converse(envelopes: Envelopes, client: Callable[[int], Awaitable[None]], *, largest: int = 100_000) -> None:
    """Let *client* talk to a catcher."""

    async def both() -> None:
        listener = listening()
        async with await Catcher(envelopes, largest=largest).listen(listener):
            await client(port_of(listener))

    asyncio.run(both())


def say(envelopes: Envelopes, *lines: bytes, largest: int = 100_000) -> list[str]:
    """Send *lines* in one go and give the codes of the answers until the catcher hangs up."""
    codes: list[str] = []

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(line + b"\r\n" for line in lines))
        writer.write_eof()
        answers = (await reader.read()).decode().splitlines()
        codes.extend(answer[:3] for answer in answers if answer[3] == " ")
        writer.close()
        await writer.wait_closed()

    converse(envelopes, client, largest=largest)
    return codes


def test_a_message_arrives_byte_for_byte(envelopes: Envelopes) -> None:
    """Lines that begin with a dot come through (RFC 5321 4.5.2)."""
    content = LETTER + b".\r\n..dots\r\nend\r\n"

    async def client(port: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as connection:
            await connection.sendmail("b.1@news.example", ["x@members.example", "y@members.example"], content)

    converse(envelopes, client)

    envelope = envelopes.all()[0]
    assert ("b.1@news.example", ("x@members.example", "y@members.example")) == (envelope.sender, envelope.recipients)
    assert content == envelopes.content(envelope)
    assert CAUGHT_AT == envelope.caught_at


def test_commands_may_be_sent_in_one_go(envelopes: Envelopes) -> None:
    """PIPELINING (RFC 2920), two messages on one connection."""
    message = (b"MAIL FROM:<>", b"RCPT TO:<x@members.example>", b"DATA", b"Subject: s", b"", b"text", b".")

    codes = say(envelopes, b"EHLO me", *message, *message, b"QUIT")

    assert ["220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"] == codes
    assert [b"Subject: s\r\n\r\ntext\r\n"] * 2 == [envelopes.content(envelope) for envelope in envelopes.all()]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([b"RCPT TO:<x@members.example>"], "503"),
        ([b"DATA"], "503"),
        ([b"MAIL FROM:<a@b.example>", b"DATA"], "503"),
        ([b"MAIL FROM:<a@b.example>", b"MAIL FROM:<a@b.example>"], "503"),
        ([b"MAIL FROM:<a@b.example>", b"RCPT TO:<>"], "501"),
        ([b"MAIL a@b.example"], "501"),
        ([b"MAIL FROM:<a@b.example> SIZE=999999999"], "552"),
        ([b"STARTTLS"], "500"),
        ([b""], "500"),
        ([b"VRFY somebody"], "252"),
        ([b"NOOP"], "250"),
        ([b"HELO me"], "250"),
    ],
)
def test_answers(envelopes: Envelopes, lines: list[bytes], code: str) -> None:
    """Wrong order, wrong form, too large, unknown, harmless."""
    assert code == say(envelopes, *lines, b"QUIT")[-2]


def test_rset_forgets_the_envelope(envelopes: Envelopes) -> None:
    """And so a new one can begin."""
    codes = say(envelopes, b"MAIL FROM:<a@b.example>", b"RSET", b"MAIL FROM:<c@d.example>", b"QUIT")

    assert ["220", "250", "250", "250", "221"] == codes


def test_a_message_too_large_is_refused_and_the_next_one_kept(envelopes: Envelopes) -> None:
    """Read to its end without being held in memory."""
    opening = (b"MAIL FROM:<>", b"RCPT TO:<x@members.example>", b"DATA")

    codes = say(envelopes, *opening, *[b"x" * 98] * 11, b".", *opening, b"small", b".", b"QUIT", largest=1000)

    assert ["552", "250", "250", "354", "250", "221"] == codes[4:]
    assert [b"small\r\n"] == [envelopes.content(envelope) for envelope in envelopes.all()]


def test_a_hundred_recipients_and_no_more(envelopes: Envelopes) -> None:
    """The hundred are kept, the rest may come later."""
    many = [b"RCPT TO:<x%d@members.example>" % number for number in range(101)]

    codes = say(envelopes, b"MAIL FROM:<>", *many, b"QUIT")

    assert ["250", "452", "221"] == codes[-3:]


def test_a_full_catcher_defers(envelopes: Envelopes) -> None:
    """452: nothing is lost, the sender keeps it."""
    full = Envelopes(envelopes.folder, lambda: CAUGHT_AT, most_kept=0)

    codes = say(full, b"MAIL FROM:<>", b"RCPT TO:<x@members.example>", b"DATA", b"text", b".", b"QUIT")

    assert ["354", "452", "221"] == codes[-3:]
    assert 0 == len(full)


def test_twenty_mistakes_end_the_conversation(envelopes: Envelopes) -> None:
    """It is no mail client."""
    codes = say(envelopes, *[b"GET / HTTP/1.1"] * 40)

    assert 21 == len(codes)
    assert "421" == codes[-1]


def test_an_endless_line_ends_the_conversation(envelopes: Envelopes) -> None:
    """Nothing is gathered without end."""
    assert ["220", "500"] == say(envelopes, b"x" * 3 * smtp.LONGEST_LINE)


def test_one_session_too_many_is_told_to_come_later(envelopes: Envelopes, monkeypatch: pytest.MonkeyPatch) -> None:
    """421 at the greeting, and others go on."""
    monkeypatch.setattr(smtp, "MOST_SESSIONS", 0)

    assert ["421"] == say(envelopes)


def test_a_client_that_vanishes_leaves_nothing(envelopes: Envelopes) -> None:
    """Half a message is no message."""
    say(envelopes, b"MAIL FROM:<>", b"RCPT TO:<x@members.example>", b"DATA", b"half a me")

    assert 0 == len(envelopes)


@given(
    st.lists(st.lists(st.sampled_from([b".", b"x", b"\r", b"\n", b" "]), max_size=6).map(b"".join), max_size=8),
    st.integers(1, 7),
)
def test_what_is_read_does_not_depend_on_how_it_arrives(lines: list[bytes], size: int) -> None:
    """Dots are doubled and undone, whatever the pieces; what follows is the next command."""
    lines = [line.replace(b"\r\n", b"") for line in lines]
    content = b"".join(line.rstrip(b"\r") + b"\r\n" for line in lines)
    stuffed = b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in content.split(b"\r\n")[:-1])
    wire = stuffed + b".\r\nNOOP\r\n"

    async def read() -> tuple[bytes | None, str | None]:
        reader = asyncio.StreamReader()
        for start in range(0, len(wire), size):
            reader.feed_data(wire[start : start + size])
        ear = Ear(reader)
        return await ear.content(len(content)), await ear.line()

    assert (content, "NOOP") == asyncio.run(read())


def test_the_largest_message_is_kept_and_one_byte_more_is_not(envelopes: Envelopes) -> None:
    """The limit is the one that EHLO tells."""
    opening = (b"MAIL FROM:<>", b"RCPT TO:<x@members.example>", b"DATA")

    codes = say(envelopes, *opening, b"x" * 98, b".", *opening, b"x" * 99, b".", b"QUIT", largest=100)

    assert ["250", "250", "250", "354", "552", "221"] == codes[4:]
