"""The kinds of argument that commands read: senders, spans, moments, ids, and texts from files."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from newsletter.errors import BadValue
from newsletter.issues.practice import Lead, parse_lead
from newsletter.issues.recurrence import instant

P = ParamSpec("P")
R = TypeVar("R")

# What both databases can hold as an id.
HIGHEST_ID = 2**63 - 1

# A letter or a plan is a few pages; somebody named the wrong file.
LARGEST_TEXT = 5_000_000

# A draft made earlier than this would hold hardly any of its month's posts.
LONGEST_SPAN = timedelta(days=60)

_SENDER = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<address>[^<>]+?)\s*>\s*")
_SPAN = re.compile(r"(?P<count>[0-9]{1,5})\s*(?P<unit>[dhm])", re.IGNORECASE | re.ASCII)
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}

ISSUE_ID = click.IntRange(1, HIGHEST_ID)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a newsletter is from; the name is empty when none was given."""

    name: str
    address: str


class SenderType(click.ParamType[Sender]):
    """`Name <address>`, or an address alone."""

    name = "sender"

    def convert(self, value: str | Sender, _param: click.Parameter | None, _ctx: click.Context | None) -> Sender:
        """Take a sender apart; whether the address is one is decided by the verb that keeps it."""
        if isinstance(value, Sender):
            return value
        match = _SENDER.fullmatch(value)
        if match is None:
            return Sender("", value.strip())
        return Sender(match["name"].strip('"').strip(), match["address"])


class SpanType(click.ParamType[timedelta]):
    """`7d`, `12h` or `90m`."""

    name = "span"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read how long."""
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(value.strip())
        if match is None:
            self.fail(f"{value!r} is no span of time; write it as 7d, 12h or 90m.", param, ctx)
        span = int(match["count"]) * _UNITS[match["unit"].lower()]
        if span > LONGEST_SPAN:
            self.fail(f"{value!r} is longer than {LONGEST_SPAN.days} days.", param, ctx)
        return span


class LeadType(click.ParamType[Lead]):
    """`5d`, `36h`, or `2wd` for working days."""

    name = "span"

    def convert(self, value: str | Lead, param: click.Parameter | None, ctx: click.Context | None) -> Lead:
        """Read how long before."""
        if isinstance(value, Lead):
            return value
        try:
            return parse_lead(value)
        except BadValue as refusal:
            self.fail(f"{refusal}.", param, ctx)


@dataclass(frozen=True, slots=True)
class Token:
    """One thing of a theme; an empty value is as the theme has it."""

    key: str
    value: str


class TokenType(click.ParamType[Token]):
    """`accent=#7a2e3b`; which keys there are is decided by who reads the theme."""

    name = "token"

    def convert(self, value: str | Token, param: click.Parameter | None, ctx: click.Context | None) -> Token:
        """Take a token apart."""
        if isinstance(value, Token):
            return value
        key, sign, text = value.partition("=")
        if not sign or not key.strip():
            self.fail(f"{value!r} is no token; write it as accent=#7a2e3b.", param, ctx)
        return Token(key.strip(), text.strip())


@dataclass(frozen=True, slots=True)
class Given:
    """What a person is to have answered to an attribute; an empty answer takes back the one before."""

    key: str
    answer: str


class AnswerType(click.ParamType[Given]):
    """`KEY=ANSWER`."""

    name = "answer"

    def convert(self, value: str | Given, param: click.Parameter | None, ctx: click.Context | None) -> Given:
        """Take key and answer apart; whether it is an answer is decided by the verb that keeps it."""
        if isinstance(value, Given):
            return value
        key, equals, answer = value.partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is no answer; write it as KEY=ANSWER.", param, ctx)
        return Given(key.strip(), answer)


def issue_argument(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command its first argument ID."""
    return click.argument("issue_id", metavar="ID", type=ISSUE_ID)(command)


def read_moment(text: str, zone: str) -> datetime:
    """Read a date and time: in *zone* unless it says its own offset.

    Raises:
        BadValue: it is written otherwise.

    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadValue("time", text, "write it as 2020-02-03T09:00, or with an offset as 2020-02-03T09:00+01:00") from error
    try:
        return instant(moment, zone) if moment.tzinfo is None else moment
    # The first and last hours of the calendar have no moment in every zone.
    except OverflowError as error:
        raise BadValue("time", text, "lies outside the calendar") from error


def read_text(path: str) -> str:
    """Read a text file, `-` for stdin.

    Raises:
        BadValue: it cannot be read, is too large, or is not UTF-8.

    """
    try:
        raw = sys.stdin.buffer.read(LARGEST_TEXT + 1) if path == "-" else _beginning_of(Path(path))
    except OSError as error:
        raise BadValue("file", path, f"cannot be read: {error.strerror}") from error
    if len(raw) > LARGEST_TEXT:
        raise BadValue("file", path, f"is larger than {LARGEST_TEXT // 1_000_000} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadValue("file", path, "is not UTF-8 text") from error


def write_file(path: str, content: bytes) -> None:
    """Write a file.

    Raises:
        BadValue: it cannot be written.

    """
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise BadValue("file", path, f"cannot be written: {error.strerror}") from error


def _beginning_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_TEXT + 1)
