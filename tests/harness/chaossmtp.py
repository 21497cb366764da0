"""Mail servers that misbehave, each misbehaviour with a name.

By hand: `python -m tests.harness.chaossmtp --do reset --at answer --share 0.05 --seed 7 --log FILE` prints
`listening on PORT` and misbehaves until it is ended; `--list` names all misbehaviours.
"""

import asyncio
import random
import re
from collections.abc import Mapping

from tests.harness.sink import Conversation, Reaction, Script, Step


def at(name: str, reaction: Reaction, *, times: int | None = None, after: int = 0, where: str = "") -> Script:
    """Do *reaction* at every step of *name* that says *where*; only so many *times*, and not the first *after* ones."""
    passed = 0

    def script(step: Step) -> Reaction | None:
        nonlocal passed
        if step.name != name or where not in step.argument:
            return None
        passed += 1
        is_due = passed > after and (times is None or passed <= after + times)
        return reaction if is_due else None

    return script


def sometimes(script: Script, share: float, seed: int) -> Script:
    """Do what *script* says at a share of the steps it speaks of, drawn from the seed."""
    dice = random.Random(seed)  # noqa: S311 -- repeatable, and no secret

    def drawn(step: Step) -> Reaction | None:
        reaction = script(step)
        return reaction if reaction is not None and dice.random() < share else None

    return drawn


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


def late(seconds: float) -> Reaction:
    """Say nothing for a while, and then what is right."""

    async def reaction(talk: Conversation) -> None:
        await asyncio.sleep(seconds)
        await talk.say_right()

    return reaction


def slowly(seconds: float) -> Reaction:
    """Say what is right, one byte at a time."""

    async def reaction(talk: Conversation) -> None:
        for byte in talk.right[:-1].encode():
            talk.writer.write(bytes([byte]))
            await talk.writer.drain()
            await asyncio.sleep(seconds)
        talk.right = talk.right[-1:]
        await talk.say_right()

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


async def speak_unasked(talk: Conversation) -> None:
    """Say what is right, and a moment later something that nobody asked for."""
    await talk.say_right()
    await asyncio.sleep(0.01)
    await talk.say("250 2.0.0 by the way")


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


async def inject(talk: Conversation) -> None:
    """Put an answer of somebody in between behind the one to STARTTLS: who believes it takes every message for too large."""
    await talk.say(f"{talk.right}\r\n250-sink.test\r\n250 SIZE 1")
    talk.right = ""
    await talk.say_right()


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


def at_most(connections: int) -> Reaction:
    """Greet so many connections at a time; the others are too many."""

    async def reaction(talk: Conversation) -> None:
        if len(talk.sink.talks) > connections:
            await talk.say("421 4.7.0 too many connections from you")
            await talk.hang_up()
        await talk.say_right()

    return reaction


def careless(refused: Script) -> Script:
    """Say 354 although every recipient was refused, as some do when commands come in one breath (RFC 2920 3.1)."""
    return either(refused, at("nobody", saying("354 go ahead, whoever it is for")))


def smaller_than(limit: int) -> Script:
    """Take no message that calls itself larger."""

    def script(step: Step) -> Reaction | None:
        found = re.search(r"SIZE=(\d+)", step.argument) if step.name == "mail" else None
        too_large = found is not None and int(found[1]) > limit
        return saying(f"552 5.3.4 more than {limit} bytes") if too_large else None

    return script


if __name__ == "__main__":
    from tests.harness.chaosnames import main

    main()
