"""Arguments as people type them."""

from datetime import UTC, datetime, timedelta

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.cli.parameters import LONGEST_SPAN, Sender, SenderType, SpanType, read_moment
from newsletter.errors import BadValue


@pytest.mark.parametrize(
    ("typed", "sender"),
    [
        ("Ann Other <ann@example.org>", Sender("Ann Other", "ann@example.org")),
        ('"Other, Ann" <ann@example.org>', Sender("Other, Ann", "ann@example.org")),
        ("  <ann@example.org> ", Sender("", "ann@example.org")),
        (" ann@example.org ", Sender("", "ann@example.org")),
        ("Zoë 陳 <zoe@example.org>", Sender("Zoë 陳", "zoe@example.org")),
        ("Ann <ann@example.org> and more", Sender("", "Ann <ann@example.org> and more")),
    ],
)
def test_sender_is_taken_apart(typed: str, sender: Sender) -> None:
    """What cannot be taken apart is left for the verb to refuse."""
    assert sender == SenderType().convert(typed, None, None)


@given(st.text())
def test_any_text_is_some_sender(typed: str) -> None:
    """Taking apart never fails; whether it is an address is asked later."""
    sender = SenderType().convert(typed, None, None)

    assert "<" not in sender.name
    assert sender == SenderType().convert(sender, None, None)


@pytest.mark.parametrize(
    ("typed", "span"),
    [("7d", timedelta(days=7)), ("12H", timedelta(hours=12)), (" 90m ", timedelta(minutes=90)), ("0d", timedelta())],
)
def test_span_is_read(typed: str, span: timedelta) -> None:
    """In days, hours or minutes."""
    assert span == SpanType().convert(typed, None, None)


@given(st.text())
def test_span_is_read_or_refused(typed: str) -> None:
    """Never longer than makes sense, and never a crash."""
    try:
        span = SpanType().convert(typed, None, None)
    except click.BadParameter:
        return

    assert timedelta() <= span <= LONGEST_SPAN


@given(st.text() | st.datetimes().map(str), st.sampled_from(["UTC", "Europe/Amsterdam", "Pacific/Apia"]))
def test_moment_is_read_or_refused(typed: str, zone: str) -> None:
    """Always aware; never a crash, not even at the ends of the calendar."""
    try:
        moment = read_moment(typed, zone)
    except BadValue:
        return

    assert moment.tzinfo is not None


def test_moment_of_a_doubled_hour_is_the_first() -> None:
    """02:30 comes twice on 25 October 2020 in Amsterdam."""
    assert datetime(2020, 10, 25, 0, 30, tzinfo=UTC) == read_moment("2020-10-25T02:30", "Europe/Amsterdam")
