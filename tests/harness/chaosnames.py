"""The misbehaviours of mail servers by name, and the command line of `tests.harness.chaossmtp`."""

import argparse
import asyncio
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness import chaossmtp as chaos
from tests.harness.certificates import Authority
from tests.harness.sink import EXTENSIONS, Reaction, Script, Sink, Step, behave

STEPS = (
    "connect",
    "ehlo",
    "starttls",
    "auth",
    "mail",
    "rcpt",
    "data",
    "body",
    "dot",
    "answer",
    "chunk",
    "rset",
    "quit",
    "nobody",
)
LOGIN = ("user", "right password")


@dataclass(frozen=True, slots=True)
class When:
    """At which step, after how many, how often; and the one number that some misbehaviours take."""

    step: str = "answer"
    after: int = 0
    times: int | None = None
    share: float = 1.0
    seed: int = 0
    number: float = 1.0


@dataclass(frozen=True, slots=True)
class Weather:
    """What a server does, and what it is like otherwise."""

    script: Script = behave
    extensions: tuple[str, ...] = EXTENSIONS
    # Of a Sink, by its own names: login, tls, implicit_tls.
    more: dict[str, Any] = field(default_factory=dict)

    def sink(self, log: Path | None = None, *, port: int = 0, fsync: bool = False) -> Sink:
        """Give a server that is so."""
        return Sink(log, script=self.script, extensions=self.extensions, port=port, fsync=fsync, **self.more)


# What is said or done at the step of choice.
REACTIONS: dict[str, Callable[[When], Reaction]] = {
    "stall": lambda _: chaos.stall,
    "close": lambda _: chaos.close,
    "reset": lambda _: chaos.reset,
    "garbage": lambda _: chaos.garble,
    "drip": lambda _: chaos.drip,
    "endless-line": lambda _: chaos.endless_line,
    "endless-reply": lambda _: chaos.endless_reply,
    "answer-twice": lambda _: chaos.answer_twice,
    "speak-unasked": lambda _: chaos.speak_unasked,
    # The number: seconds for each byte, or before the answer.
    "byte-by-byte": lambda when: chaos.slowly(when.number),
    "late": lambda when: chaos.late(when.number),
    "421": lambda _: chaos.saying_and_closing("421 4.3.2 going down"),
    "451": lambda _: chaos.saying("451 4.3.0 try again later"),
    "452": lambda _: chaos.saying("452 4.3.1 disk full"),
    "550": lambda _: chaos.saying("550 5.1.1 no such user"),
    "554": lambda _: chaos.saying("554 5.7.1 not taken"),
    "354": lambda _: chaos.saying("354 go ahead"),
}

# What is a way of being, or has a step of its own.
WEATHERS: dict[str, Callable[[When], Weather]] = {
    "accept-then-reset": lambda when: at("answer", when, chaos.reset),
    "accept-then-close": lambda when: at("answer", when, chaos.close),
    "accept-then-stall": lambda when: at("answer", when, chaos.stall),
    "close-in-body": lambda when: at("body", when, chaos.close_in_body),
    "reset-in-body": lambda when: at("body", when, chaos.reset_in_body),
    "stop-reading": lambda when: at("body", when, chaos.take_no_more),
    "421-in-body": lambda when: at("body", when, chaos.shut_down_in_body),
    # The number: how often, how many, how many, how many bytes.
    "greylist": lambda when: Weather(chaos.grey(int(when.number))),
    "close-after": lambda when: Weather(chaos.close_after(int(when.number))),
    "connection-cap": lambda when: Weather(chaos.at("connect", chaos.at_most(int(when.number)))),
    "size-limit": lambda when: Weather(chaos.smaller_than(int(when.number))),
    # The number: seconds for each message.
    "slow-server": lambda when: at("dot", when, chaos.late(when.number)),
    "354-for-nobody": lambda when: Weather(chaos.careless(_script("rcpt", when, REACTIONS["550"](when)))),
    "rset-refused": lambda when: at("rset", when, chaos.saying("502 5.5.1 no")),
    "content-refused": lambda when: at("dot", when, chaos.saying("554 5.7.1 this looks like spam")),
    "login-refused": lambda when: Weather(_script("auth", when, chaos.saying("535 5.7.8 no")), more={"login": LOGIN}),
    "starttls-stripped": lambda _: Weather(more={"login": LOGIN}),
    "wrong-certificate": lambda _: Weather(more={"login": LOGIN, "tls": _context("elsewhere.example")}),
    "plaintext-before-tls": lambda _: Weather(
        chaos.at("starttls", chaos.inject), more={"login": LOGIN, "tls": _context("127.0.0.1")}
    ),
}

NAMES = (*REACTIONS, *WEATHERS)


def weather(name: str, when: When) -> Weather:
    """Give the misbehaviour of this name."""
    if name in WEATHERS:
        return WEATHERS[name](when)
    return at(when.step, when, REACTIONS[name](when))


def at(step: str, when: When, reaction: Reaction) -> Weather:
    """Do *reaction* at *step* and be good otherwise."""
    return Weather(_script(step, when, reaction))


def _script(step: str, when: When, reaction: Reaction) -> Script:
    script = chaos.at(step, reaction, times=when.times, after=when.after)
    return chaos.sometimes(script, when.share, when.seed) if when.share < 1 else script


def _context(host: str) -> ssl.SSLContext:
    return Authority().server_context(host)


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.chaossmtp", description=chaos.__doc__)
    parser.add_argument("--list", action="store_true", help="name all misbehaviours and steps")
    parser.add_argument(
        "--do", choices=NAMES, action="append", default=[], metavar="NAME", help="a misbehaviour; may be repeated"
    )
    parser.add_argument("--at", choices=STEPS, default="answer", metavar="STEP", help="at which step (default: answer)")
    parser.add_argument("--after", type=int, default=0, help="not the first so many times")
    parser.add_argument("--times", type=int, help="so often and no more")
    parser.add_argument("--share", type=float, default=1.0, help="at this share of the steps, drawn from --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--number", type=float, default=1.0, help="seconds, messages, connections or bytes, whatever it takes")
    parser.add_argument("--log", type=Path, help="file that gets one JSON line for each message taken")
    parser.add_argument("--port", type=int, default=0, help="0 for any")
    parser.add_argument("--chunking", action="store_true", help="offer CHUNKING (BDAT) too")
    options = parser.parse_args()
    if options.list:
        sys.stdout.write(f"misbehaviours: {' '.join(NAMES)}\nsteps: {' '.join(STEPS)}\n")
        return
    when = When(options.at, options.after, options.times, options.share, options.seed, options.number)
    asyncio.run(_serve(options, [weather(name, when) for name in options.do]))


async def _serve(options: argparse.Namespace, all_of: list[Weather]) -> None:
    more = {name: value for one in all_of for name, value in one.more.items()}
    extensions = (*EXTENSIONS, "CHUNKING") if options.chunking else EXTENSIONS
    script = chaos.either(*(one.script for one in all_of), _good)
    async with Weather(script, extensions, more).sink(options.log, port=options.port, fsync=True) as sink:
        sys.stdout.write(f"listening on {sink.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _good(_step: Step) -> None:
    return None
