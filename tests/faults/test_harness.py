"""The instruments themselves: a sink that loses lines or a line that delays wrongly would prove nothing."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from subscribers.tokens import Purpose
from tests.conftest import SECRET
from tests.faults import soaktable
from tests.harness import chaosnames, chaostcp, mailroom, trial
from tests.harness import chaossmtp as chaos
from tests.harness.chaosnames import When, weather
from tests.harness.chaostcp import Proxy
from tests.harness.processes import ROOT, STARTS, own_environment, sink_process
from tests.harness.sink import EXTENSIONS, Script, Sink, Step, behave
from tests.harness.sinklog import LogTail, read_log
from tests.harness.trial import Record

LETTER = b"Message-ID: <a@b>\r\nSubject: x\r\n\r\nHello\r\n..\r\nEnd\r\n"
ENVELOPE = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"


async def exchanged(port: int, said: bytes) -> bytes:
    """Say something in one breath, then QUIT, and give everything that is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said + b"QUIT\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


def talk(said: bytes, script: Script = behave, extensions: tuple[str, ...] = EXTENSIONS) -> tuple[Sink, list[str]]:
    """Talk to a sink; gives it, and the codes it answered."""

    async def go() -> tuple[Sink, list[str]]:
        async with Sink(script=script, extensions=extensions) as sink:
            answer = await exchanged(sink.port, said)
        return sink, [line[:3] for line in answer.decode().splitlines()]

    return asyncio.run(go())


def test_commands_of_two_messages_in_one_segment_are_all_answered() -> None:
    """PIPELINING as a fast client does it, with the next envelope behind the dot of this body."""
    message = b"DATA\r\n" + LETTER.replace(b"..", b"...") + b".\r\n"
    sink, codes = talk(ENVELOPE + message + ENVELOPE + message)

    assert ["220", *["250", "250", "354", "250"] * 2, "221"] == codes
    assert [LETTER, LETTER] == sink.messages
    assert ["1", "2"] == [one.queue_id for one in sink.taken]


def test_chunks_are_joined_and_the_last_one_is_the_end() -> None:
    """BDAT, with dots that mean nothing."""
    head, tail = LETTER[:20], LETTER[20:]
    said = ENVELOPE + b"BDAT 20\r\n" + head + b"BDAT %d LAST\r\n" % len(tail) + tail
    sink, codes = talk(said, extensions=(*EXTENSIONS, "CHUNKING"))

    assert ["220", "250", "250", "250", "250", "221"] == codes
    assert [LETTER] == sink.messages


def test_chunks_are_unknown_where_they_are_not_offered() -> None:
    """A client that chunks unasked is told so."""
    assert "500" in talk(ENVELOPE + b"BDAT 0 LAST\r\n")[1]


def test_chunks_for_nobody_are_no_mail() -> None:
    """They are read, and refused."""
    said = b"MAIL FROM:<a@example.org>\r\nBDAT 3 LAST\r\nabcRSET\r\n"
    sink, codes = talk(said, extensions=(*EXTENSIONS, "CHUNKING"))

    assert ["220", "250", "503", "250", "221"] == codes
    assert ([], 1) == (sink.taken, sink.orphans)


def test_single_dot_for_nobody_is_counted_and_no_mail() -> None:
    """A server that says 354 after it refused everybody, and a client that knows the way out (RFC 2920 3.1)."""
    script = weather("354-for-nobody", When()).script
    sink, codes = talk(ENVELOPE + b"DATA\r\n.\r\n" + ENVELOPE + b"DATA\r\n" + LETTER + b".\r\n", script)

    assert ["220", *["250", "550", "354", "554"] * 2, "221"] == codes
    assert ([], 1, 1) == (sink.taken, sink.single_dots, sink.orphans)


def test_line_is_written_before_the_answer(tmp_path: Path) -> None:
    """Whoever reads the 250 finds the line in the file."""
    log = tmp_path / "sink.log"

    async def go() -> int:
        async with Sink(log, fsync=True) as sink:
            reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
            writer.write(ENVELOPE + b"DATA\r\n" + LETTER + b".\r\n")
            for _ in range(5):
                await reader.readline()
            writer.close()
            return LogTail(log).count()

    assert 1 == asyncio.run(go())
    [taken] = read_log(log)
    assert ("a@example.org", "b@example.org", "<a@b>", "1") == (taken.sender, taken.recipient, taken.message_id, taken.queue_id)
    assert taken.at > 0


def test_every_misbehaviour_has_a_name_that_can_be_asked_for() -> None:
    """Whatever is listed can be made."""
    assert [] == [name for name in chaosnames.NAMES if weather(name, When()).sink() is None]


def test_share_is_drawn_from_the_seed() -> None:
    """Five in a hundred, the same ones for the same seed."""

    def drawn(seed: int) -> list[int]:
        script = chaos.sometimes(chaos.at("rcpt", chaos.close), 0.05, seed)
        step = Step("rcpt", 1, 1, "")
        return [number for number in range(1000) if script(step) is not None]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 25 < len(drawn(1)) < 80


def test_program_that_was_forked_says_and_ends_what_it_would_by_itself(tmp_path: Path) -> None:
    """What it was given as words, what it answers, how it ended, and who ended it."""
    with sink_process(tmp_path / "log") as port:
        assert port > 0
    with STARTS.started("tests.harness.sink", ("--nothing",), own_environment()) as wrong:
        assert wrong.stderr is not None
        assert "python -m tests.harness.sink: error" in wrong.stderr.read()
        assert 2 == wrong.wait(30)
    with STARTS.started("tests.harness.sink", ("--log", str(tmp_path / "log")), own_environment()) as stopped:
        assert stopped.stdout is not None
        assert stopped.stdout.readline().startswith("listening")
        assert stopped.poll() is None
        stopped.terminate()
        assert -signal.SIGTERM == stopped.wait(30) == stopped.returncode


@pytest.mark.parametrize("module", ["sink", "chaossmtp", "chaostcp", "ledgercheck", "crashdriver"])
def test_each_is_usable_by_hand(module: str) -> None:
    """It says how."""
    command = (sys.executable, "-W", "ignore", "-m", f"tests.harness.{module}", "--help")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert f"tests.harness.{module}" in said.stdout


def proxied(errand: Callable[[Proxy, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], delay: float = 0.0) -> None:
    """Do something over a proxied line to a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server, Proxy(server.sockets[0].getsockname()[1], delay=delay) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            try:
                await asyncio.wait_for(errand(proxy, reader, writer), 30)
            finally:
                writer.transport.abort()

    asyncio.run(go())


def test_delay_is_that_of_the_way_and_costs_no_throughput() -> None:
    """Five megabytes in many pieces take one round trip and not one for each."""
    pieces, size = 500, 10_000

    async def errand(_proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = time.monotonic()
        for _ in range(pieces):
            writer.write(b"x" * size)
            await asyncio.sleep(0)
        await reader.readexactly(1)
        first = time.monotonic() - begun
        await reader.readexactly(pieces * size - 1)
        whole = time.monotonic() - begun

        assert first >= 0.2
        # Sleeping for each piece would take a minute and a half.
        assert whole < 20

    proxied(errand, delay=0.1)


def test_held_line_carries_nothing_and_nobody_is_told() -> None:
    """Half open; then everything comes."""

    async def errand(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.hold()
        writer.write(b"hello")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(5), 0.1)
        proxy.release()

        assert b"hello" == await reader.readexactly(5)

    proxied(errand)


def test_one_way_carries_the_other_way() -> None:
    """What is asked arrives, what is answered does not."""

    async def errand(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert "ok" == chaostcp.obey(proxy, "hold down")
        writer.write(b"hello")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(5), 0.1)
        assert "ok" == chaostcp.obey(proxy, "release")

        assert b"hello" == await reader.readexactly(5)

    proxied(errand)


def test_cut_line_is_reset() -> None:
    """Both sides are told at once."""

    async def errand(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await reader.readexactly(5)
        assert "ok 1" == chaostcp.obey(proxy, "cut")

        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)

    proxied(errand)


def test_slow_line_takes_its_time() -> None:
    """A thousand bytes at five thousand a second, there and back."""

    async def errand(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.slow(5000)
        begun = time.monotonic()
        writer.write(b"x" * 1000)
        await reader.readexactly(1000)

        assert time.monotonic() - begun >= 0.15

    proxied(errand)


@pytest.mark.parametrize("line", ["slow", "slow x", "hold sideways", "explode"])
def test_control_port_asks_back(line: str) -> None:
    """A word it does not know does nothing."""
    assert "ok" != chaostcp.obey(Proxy(1), line)


def test_ledgercheck_by_hand_finds_what_is_wrong(sqlite_url: str, tmp_path: Path) -> None:
    """A mail taken twice and called pending: exit code 1, and both are named."""
    made = trial.plan(sqlite_url, tmp_path, 2)
    with made.opened() as database, database.read() as tx:
        [first, _] = mailroom.column(tx, made.letter_id, "id")
    assert isinstance(first, int)
    message_id = f"<{made.keyring.seal(Purpose.DELIVERY, first)}@x>"
    line = json.dumps({"sender": "", "recipient": "reader0@example.net", "message_id": message_id, "sha256": ""})
    made.log.write_text(f"{line}\n{line}\n")
    secret = tmp_path / "secret.key"
    secret.write_text(SECRET)
    options = ("--database", sqlite_url, "--log", str(made.log), "--secret-file", str(secret), "--letter", str(made.letter_id))
    command = (sys.executable, "-m", "tests.harness.ledgercheck", *options)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    findings = json.loads(done.stdout)["findings"]

    assert 1 == done.returncode, done.stderr
    assert ([first], [first]) == (findings["doubled"], findings["taken_not_accepted"])


def test_table_tells_what_did_not_hold() -> None:
    """A soak that failed does not look like one that did not."""
    good = Record("R01", "sqlite", 7, is_good=True, people=10, kills=2, bound=2, accepted=9, uncertain=1)
    bad = Record("R02", "sqlite", 7, is_good=False, note="NOT: nobody | twice")
    lines = soaktable.table(list(soaktable.read(f"{good.line()}\n{bad.line()}\n"))).splitlines()

    assert "| R01 | sqlite | 1 | 10 | 7 | 2 | 9 | 1 of 2 allowed (0) | 0 | 0 | — | 0 | all |" in lines
    assert "- R02 on sqlite: `NOT: nobody / twice`" in lines
