"""Whatever is sent to the return address is read: what was seen, broken in every way, and what nobody ever saw."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.returns import classify, dsn, parts
from newsletter.returns.dsn import MOST_RECIPIENTS
from newsletter.returns.model import Kind
from tests.harness.soundness import is_sound

SEEN = sorted((Path(__file__).parents[2] / "material" / "returns" / "seen").glob("*.eml"))

REPORT = b"From: MAILER-DAEMON@example.net\nContent-Type: multipart/report; boundary=b\n\n--b\n\nIt failed.\n--b\n"


def truncated(raw: bytes, at: int, _more: bytes) -> bytes:
    """Lose the end."""
    return raw[: at % (len(raw) + 1)]


def flipped(raw: bytes, at: int, more: bytes) -> bytes:
    """Change some bytes."""
    at %= len(raw) + 1
    return raw[:at] + more + raw[at + len(more) :]


def doubled(raw: bytes, at: int, more: bytes) -> bytes:
    """Say a part of it twice."""
    at %= len(raw) + 1
    return raw[: at + 200] + more + raw[at:]


def flooded(raw: bytes, at: int, more: bytes) -> bytes:
    """Put a thousand lines before it."""
    return b"X-Flood-%d: %s\n" % (at, more.replace(b"\n", b"")) * 1000 + raw


def nested(raw: bytes, at: int, _more: bytes) -> bytes:
    """Wrap it in levels, some of them too many."""
    levels = at % 60
    return b"".join(b"Content-Type: multipart/mixed; boundary=n%d\n\n--n%d\n" % (level, level) for level in range(levels)) + raw


BREAKING: list[Callable[[bytes, int, bytes], bytes]] = [truncated, flipped, doubled, flooded, nested]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(SEEN), st.sampled_from(BREAKING), st.integers(0, 1 << 20), st.binary(max_size=40))
def test_what_was_seen_is_read_however_it_is_broken(
    file: Path, broken: Callable[[bytes, int, bytes], bytes], at: int, more: bytes
) -> None:
    """Cut, changed, doubled, flooded, wrapped."""
    assert is_sound(classify.read(broken(file.read_bytes(), at, more)))


@given(st.binary(max_size=3000))
def test_any_bytes_have_a_reading(raw: bytes) -> None:
    """Nothing raises, and nothing is a bug of ours."""
    assert is_sound(classify.read(raw))


@given(
    st.sampled_from(
        [
            b"message/delivery-status",
            b"message/feedback-report",
            b"message/disposition-notification",
            b"text/html",
            b"message/rfc822",
        ]
    ),
    st.binary(max_size=1500),
)
def test_any_bytes_in_a_part_have_a_reading(kind: bytes, raw: bytes) -> None:
    """Each of the parsers meets them."""
    assert is_sound(classify.read(REPORT + b"Content-Type: " + kind + b"\n\n" + raw))


def test_of_ten_thousand_recipients_the_first_hundred_are_looked_at() -> None:
    """One person gets one letter; a report about more is not about ours, and still one."""
    entry = b"Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n"
    mail = parts.read(REPORT + b"Content-Type: message/delivery-status\n\n" + entry * 10_000)

    reading = dsn.read(mail)

    assert reading is not None
    assert (Kind.BOUNCE, MOST_RECIPIENTS) == (reading.kind, len(reading.recipients))
