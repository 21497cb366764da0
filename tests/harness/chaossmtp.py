"""Mail servers that misbehave, each misbehaviour with a name."""

import asyncio
from collections.abc import Mapping

from tests.harness.sink import Conversation, Reaction, Script, Step


def at(name: str, reaction: Reaction, *, times: int | None = None, after: int = 0) -> Script:
    """Do *reaction* at every step of *name*; only so many *times*, and not the first *after* ones."""
    passed = 0

    def script(step: Step) -> Reaction | None:
        nonlocal passed
        if step.name != name:
            return None
        passed += 1
        is_due = passed > after and (times is None or passed <= after + times)
        return reaction if is_due else None

    return script


def either(*scripts: Script) -> Script:
    """Do what the first script says that says anything."""

    def script(step: Step) -> Reaction | None:
        return next((reaction for each in scripts if (reaction := each(step)) is not None), None)

    return script


def saying(text: str) -> Reaction:
    """Answer with *text*."""

    async def reaction(talk: Conversation) -> None:
        await talk.say(text)

    return reaction


def saying_and_closing(text: str) -> Reaction:
    """Answer with *text* and hang up, as 421 announces."""

    async def reaction(talk: Conversation) -> None:
        await talk.say(text)
        await talk.hang_up()

    return reaction


async def stall(_talk: Conversation) -> None:
    """Say nothing for ever."""
    await asyncio.Event().wait()


async def close(talk: Conversation) -> None:
    """Hang up."""
    await talk.hang_up()


async def reset(talk: Conversation) -> None:
    """Cut the connection."""
    await talk.reset()


async def garble(talk: Conversation) -> None:
    """Answer with something that is no SMTP."""
    await talk.say("HTTP/1.1 200 OK")


async def drip(talk: Conversation) -> None:
    """Begin an answer, never end it, and never be quite silent."""
    while True:
        await asyncio.sleep(0.05)
        talk.writer.write(b"2")
        await talk.writer.drain()


async def endless_line(talk: Conversation) -> None:
    """Answer with a line of ten megabytes."""
    for _ in range(160):
        talk.writer.write(b"250 " + b"x" * 65536)
        await talk.writer.drain()
    await talk.say("")


async def endless_reply(talk: Conversation) -> None:
    """Answer with continuation lines and no last one."""
    while True:
        await talk.say("\r\n".join(["250-still talking"] * 500))


async def answer_twice(talk: Conversation) -> None:
    """Answer once more than asked, in one breath."""
    await talk.say("250 2.0.0 ok\r\n250 2.0.0 and another")


async def close_in_body(talk: Conversation) -> None:
    """Read the head of the message and hang up."""
    await talk.reader.read(100)
    await talk.hang_up()


async def reset_in_body(talk: Conversation) -> None:
    """Read the head of the message and cut the connection."""
    await talk.reader.read(100)
    await talk.reset()


async def take_no_more(talk: Conversation) -> None:
    """Stop reading, so that the sender's bytes stay on its side."""
    transport = talk.writer.transport
    assert isinstance(transport, asyncio.ReadTransport)
    transport.pause_reading()
    await asyncio.Event().wait()


async def shut_down_in_body(talk: Conversation) -> None:
    """Read the head of the message and say that the server goes down."""
    await talk.reader.read(100)
    await talk.say("421 4.3.2 going down")
    await talk.hang_up()


def close_after(messages: int) -> Script:
    """Hang up after every so many messages, right behind the answer to the last one."""
    goodbye = saying_and_closing("250 2.0.0 ok, and goodbye")

    def script(step: Step) -> Reaction | None:
        return goodbye if step.name == "answer" and step.transaction >= messages else None

    return script


def for_recipients(replies: Mapping[str, str], step_name: str = "rcpt") -> Script:
    """Answer RCPT (or the dot) for some addresses with a reply of their own."""

    def script(step: Step) -> Reaction | None:
        if step.name != step_name:
            return None
        return next((saying(reply) for address, reply in replies.items() if address in step.argument), None)

    return script


def grey(times: int, reply: str = "450 4.2.0 greylisted") -> Script:
    """Put every recipient off so many times."""
    seen: dict[str, int] = {}

    def script(step: Step) -> Reaction | None:
        if step.name != "rcpt":
            return None
        seen[step.argument] = seen.get(step.argument, 0) + 1
        return saying(reply) if seen[step.argument] <= times else None

    return script
