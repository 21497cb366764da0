"""Postfix's log as it is written by many versions and settings, and as nobody would write it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.postfixlog import Calendar, Event, Kept, Line, Span, Trace, follow, moment_of, read

NOW = datetime(2020, 2, 3, 12, 0, tzinfo=UTC)
CALENDAR = Calendar(NOW, UTC)
LONG = "4T5Xyz1K2MzKk0P"

MESSAGE = "Feb  1 09:00:01 mail postfix/cleanup[812]: 3F2A91C0D4: message-id=<7@example.org>"
ACTIVE = "Feb  1 09:00:01 mail postfix/qmgr[640]: 3F2A91C0D4: from=<b-7@example.org>, size=41023, nrcpt=1 (queue active)"
SENT = (
    "Feb  1 09:00:03 mail postfix/smtp[901]: 3F2A91C0D4: to=<ann@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=1.9, "
    "delays=0.1/0/1/0.8, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77AA)"
)
REMOVED = "Feb  1 09:00:03 mail postfix/qmgr[640]: 3F2A91C0D4: removed"
BOUNCED = (
    f"2020-02-01T10:00:01+0100 mx1 postfix/lmtp[7]: {LONG}: to=<a@b.c>, orig_to=<d@b.c>, relay=d[private/lmtp], "
    "delay=0.1, dsn=5.1.1, status=bounced (host d said: 550 5.1.1 no such user (in reply to RCPT TO command))"
)
OTHER = "Feb  1 09:00:04 mail postfix/cleanup[812]: 3F2A91C0D4: message-id=<somebody@else.example>"


def opened(message_id: str) -> int | None:
    """Take numbers before the @ for deliveries of ours."""
    local = message_id.partition("@")[0]
    return int(local) if re.fullmatch("[0-9]{1,6}", local) else None


def traced(*logs: list[str], wanted: frozenset[int] = frozenset({7, 8})) -> Trace:
    """Follow our messages through logs."""
    return follow(logs, opened, wanted, CALENDAR)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (MESSAGE, Line("mail postfix", "3F2A91C0D4", Event.MESSAGE_ID, "7@example.org")),
        (ACTIVE, Line("mail postfix", "3F2A91C0D4", Event.QUEUED)),
        (SENT, Line("mail postfix", "3F2A91C0D4", Event.STATUS, "sent", "250 2.0.0 Ok: queued as 77AA")),
        (REMOVED, Line("mail postfix", "3F2A91C0D4", Event.REMOVED)),
        # RFC 3339, a long queue id, an instance of its own, a priority before it.
        (
            f"2020-02-01T10:00:01.123456+01:00 mx1.example.org postfix-out/cleanup[7]: {LONG}: message-id=<7@example.org>",
            Line("mx1.example.org postfix-out", LONG, Event.MESSAGE_ID, "7@example.org"),
        ),
        (
            f"<22>Feb 01 10:00:01 mx1 postfix/submission/cleanup[7]: {LONG}: message-id=<7@example.org>",
            Line("mx1 postfix", LONG, Event.MESSAGE_ID, "7@example.org"),
        ),
        (
            BOUNCED,
            Line(
                *("mx1 postfix", LONG, Event.STATUS, "bounced"),
                "host d said: 550 5.1.1 no such user (in reply to RCPT TO command)",
            ),
        ),
        (
            f"2020-02-01 10:00:01 mx1 postfix/local[7]: {LONG}: to=<a@b.c>, relay=local, dsn=4.2.2, status=deferred (full)",
            Line("mx1 postfix", LONG, Event.STATUS, "deferred", "full"),
        ),
        (
            f"2020-02-01T10:00:01Z mx1 postfix/qmgr[7]: {LONG}: from=<b@c.d>, status=expired, returned to sender",
            Line("mx1 postfix", LONG, Event.STATUS, "expired"),
        ),
        (
            f"2020-02-01T10:00:01Z mx1 postfix/cleanup[7]: {LONG}: hold: header Subject: x from y[192.0.2.1]; from=<a@b.c>",
            Line("mx1 postfix", LONG, Event.SET_ASIDE),
        ),
    ],
)
def test_lines_that_tell_of_a_message(text: str, line: Line) -> None:
    """Old and new times, short and long ids, one and many instances, every delivery agent."""
    assert line == read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Feb  1 09:00:01 mail postfix/smtpd[1]: connect from a[192.0.2.1]",
        "Feb  1 09:00:01 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from a[192.0.2.1]: 554 5.7.1 message-id=<7@example.org>",
        "Feb  1 09:00:01 mail postfix/cleanup[1]: warning: message-id=<7@example.org>",
        # What somebody wrote into a subject or a reply is not what Postfix says.
        "Feb  1 09:00:01 mail postfix/cleanup[1]: 3F2A91C0D4: warning: header Subject: message-id=<7@example.org>",
        "Feb  1 09:00:01 mail postfix/cleanup[1]: 3F2A91C0D4: resent-message-id=<7@example.org>",
        "Feb  1 09:00:01 mail postfix/cleanup[1]: 3F2A91C0D4: message-id=7@example.org",
        "Feb  1 09:00:01 mail postfix/smtp[1]: 3F2A91C0D4: host mx[192.0.2.1] said: 450 status=sent (250 ok)",
        "Feb  1 09:00:01 mail postfix/qmgr[1]: 3F2A91C0D4: from=<a@b.c>, size=1, nrcpt=1",
        "Feb  1 09:00:01 mail dovecot: lda(ann)<1><x>: msgid=<7@example.org>: saved mail to INBOX",
        "Feb  1 09:00:01 mail sshd[1]: 3F2A91C0D4: message-id=<7@example.org>",
    ],
)
def test_lines_that_tell_nothing(text: str) -> None:
    """Of other programs, of no message, or words of strangers."""
    assert read(text) is None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Without an error, whatever is in it."""
    assert read(text) is None
    assert Trace(lines=1) == traced([text])


@given(st.text(alphabet="Feb 0123456789:TZ+-.,<>JanDec", max_size=40))
def test_any_time_is_a_moment_or_none(text: str) -> None:
    """No such day, no such hour, no such zone."""
    found = moment_of(f"{text} mail", CALENDAR)

    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Feb  1 09:00:01", datetime(2020, 2, 1, 9, 0, 1, tzinfo=UTC)),
        # A log of last year, and of a machine whose clock is a little ahead.
        ("Dec 31 23:59:59", datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Feb  4 11:00:00", datetime(2020, 2, 4, 11, 0, tzinfo=UTC)),
        ("Feb 29 09:00:00", datetime(2016, 2, 29, 9, 0, tzinfo=UTC)),
        ("2020-02-01T10:00:01.5+01:00", datetime(2020, 2, 1, 9, 0, 1, 500000, tzinfo=UTC)),
        ("2020-02-01T10:00:01,25+0100", datetime(2020, 2, 1, 9, 0, 1, 250000, tzinfo=UTC)),
        ("2020-02-01 09:00:01", datetime(2020, 2, 1, 9, 0, 1, tzinfo=UTC)),
        ("Feb 30 09:00:00", None),
        ("Foo  1 09:00:00", None),
        ("2020-13-01T10:00:01Z", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_moments(text: str, moment: datetime | None) -> None:
    """With a year that syslog does not write, in UTC."""
    assert moment == moment_of(f"{text} mail x", CALENDAR)


def test_times_without_a_zone_are_read_in_the_one_that_is_said() -> None:
    """Nine in Amsterdam is eight in Greenwich."""
    amsterdam = Calendar(NOW, ZoneInfo("Europe/Amsterdam"))

    assert datetime(2020, 2, 1, 8, 0, 1, tzinfo=UTC) == moment_of(MESSAGE, amsterdam)


def test_message_that_was_queued() -> None:
    """With the last that became of it."""
    trace = traced([MESSAGE, ACTIVE, SENT, REMOVED])

    assert {7: Kept("3F2A91C0D4", is_queued=True, status="sent", words="250 2.0.0 Ok: queued as 77AA")} == trace.kept
    assert ({7}, 4) == (trace.ours, trace.lines)


def test_message_that_broke_off_is_not_queued() -> None:
    """Its Message-ID was read and its end never came: Postfix answered nothing."""
    assert {7: Kept("3F2A91C0D4")} == traced([MESSAGE]).kept


def test_queue_id_that_is_used_again_belongs_to_the_new_message() -> None:
    """Short ids come back, after the removal and without one."""
    assert {7: Kept("3F2A91C0D4")} == traced([MESSAGE, REMOVED, OTHER, ACTIVE, SENT]).kept
    assert {7: Kept("3F2A91C0D4")} == traced([MESSAGE, OTHER, ACTIVE, SENT]).kept


def test_queue_ids_of_other_machines_and_instances_are_others() -> None:
    """Two lines, two worlds."""
    elsewhere = [ACTIVE.replace("mail postfix", "mail2 postfix"), ACTIVE.replace("postfix/qmgr", "postfix-in/qmgr")]

    assert {7: Kept("3F2A91C0D4")} == traced([MESSAGE, *elsewhere]).kept


def test_message_that_a_filter_gives_back_counts_once() -> None:
    """Under its first queue id, with what became of the second."""
    second = [
        line.replace("3F2A91C0D4", "AA00BB11CC") for line in (MESSAGE, ACTIVE, SENT.replace("status=sent", "status=bounced"))
    ]
    kept = traced([MESSAGE, ACTIVE, SENT, REMOVED, *second]).kept[7]

    assert ("3F2A91C0D4", True, "bounced") == (kept.queue_id, kept.is_queued, kept.status)


@pytest.mark.parametrize("is_first", [True, False])
def test_message_that_a_rule_holds(*, is_first: bool) -> None:
    """Whether its subject stood before its Message-ID or behind it."""
    hold = "Feb  1 09:00:01 mail postfix/cleanup[812]: 3F2A91C0D4: hold: header Subject: x"
    lines = [hold, MESSAGE] if is_first else [MESSAGE, hold]

    assert {7: Kept("3F2A91C0D4", is_set_aside=True)} == traced(lines).kept


def test_story_goes_on_in_the_next_file() -> None:
    """Logs are rotated in the middle of a message."""
    trace = traced([MESSAGE], [ACTIVE])

    assert trace.kept[7].is_queued


def test_all_of_ours_are_seen_and_only_wanted_ones_kept() -> None:
    """A million accepted ones need no memory but a number each."""
    trace = traced([MESSAGE.replace("<7@", "<9@"), ACTIVE])

    assert ({9}, {}) == (trace.ours, trace.kept)


def test_what_a_log_covers() -> None:
    """From its first line to its last, and files that follow each other closely."""
    start = datetime(2020, 2, 1, 9, 0, tzinfo=UTC)
    minutes = [timedelta(minutes=count) for count in range(200)]
    trace = Trace(
        spans=[
            Span(start + minutes[70], start + minutes[90]),
            Span(start, start + minutes[60]),
            Span(start + minutes[101], start + minutes[120]),
        ]
    )

    assert trace.covers(start, start + minutes[90])
    assert not trace.covers(start - minutes[1], start + minutes[1])
    # Eleven minutes are missing.
    assert not trace.covers(start + minutes[80], start + minutes[110])
    assert not Trace().covers(start, start)


@pytest.mark.parametrize(
    ("line", "zone", "is_timed"),
    [
        (MESSAGE, None, False),
        (MESSAGE, UTC, True),
        ("2020-02-01T10:00:01+01:00 mail x", None, True),
        ("2020-02-01T10:00:01.5-0500 mail x", None, True),
        ("2020-02-01T10:00:01Z mail x", None, True),
        ("2020-02-01T10:00:01 mail x", None, False),
    ],
)
def test_log_without_a_zone_covers_nothing(line: str, zone: ZoneInfo | None, *, is_timed: bool) -> None:
    """An hour's difference would make a message missing that is not."""
    trace = follow([[line]], opened, frozenset(), Calendar(NOW, zone))
    [span] = trace.spans

    assert is_timed is trace.is_timed is trace.covers(span.first, span.last)


@given(st.lists(st.sampled_from([MESSAGE, ACTIVE, SENT, REMOVED, OTHER, MESSAGE.replace("<7@", "<8@")]), max_size=12))
def test_nothing_is_queued_that_was_not_said_to_be(lines: list[str]) -> None:
    """Whatever the order: between a Message-ID and its `queue active` or status stands no other and no removal."""
    for delivery_id, kept in traced(lines).kept.items():
        own = f"<{delivery_id}@"
        proofs = [place for place, line in enumerate(lines) if line in {ACTIVE, SENT}]
        starts = [place for place, line in enumerate(lines) if own in line]
        ends = {place for place, line in enumerate(lines) if line == REMOVED or ("message-id=" in line and own not in line)}
        between = [(start, proof) for start in starts for proof in proofs if start < proof]
        is_proven = any(not ends & set(range(start, proof)) for start, proof in between)
        assert is_proven == kept.is_queued
