"""Text as quoted-printable (RFC 2045 6.7): seven bits, lines of 76 columns at most, CRLF, exact after decoding."""

import binascii
import re

# Ends a line that decoding does not end: what stands in a slot of a letter has its lines to itself.
SOFT_BREAK = b"=\r\n"

_LINE_ENDS = re.compile("\r\n|\r")
# Some servers rewrite a line that opens with "From ", and a lone dot ends a message: neither is left at a line's head.
_RISKY_HEAD = re.compile(rb"(?m)^(?:\.|From )[^\n]*")
_COLUMNS = 76
# What stands for itself on a line of its own; a soft break has room behind it.
_AS_IT_IS = re.compile(r"(?!\.|From )[ -<>-~]{0,75}")


def encode(text: str) -> bytes:
    """Give *text* as the body of a MIME part, ending in a line end."""
    lines = with_line_ends(text)
    return _encoded(lines).replace(b"\n", b"\r\n")


def encode_before_slot(text: str) -> bytes:
    """Give *text*, which goes on in a slot, so that the slot begins on a line of its own; *text* has LF line ends."""
    if not text or text.endswith("\n"):
        return _encoded(text).replace(b"\n", b"\r\n")
    return _open_ended(text) + SOFT_BREAK


def encode_value(value: str) -> bytes:
    """Give what stands in a slot, from the head of a line; a soft break is to follow, and has room."""
    if _AS_IT_IS.fullmatch(value):
        return value.encode("ascii")
    return _open_ended(_LINE_ENDS.sub("\n", value))


def with_line_ends(text: str) -> str:
    """Give *text* with LF line ends, one of them at its end."""
    lines = _LINE_ENDS.sub("\n", text)
    return lines if lines.endswith("\n") else lines + "\n"


def _encoded(lines: str) -> bytes:
    return _RISKY_HEAD.sub(_disarmed, binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True))


def _open_ended(lines: str) -> bytes:
    encoded = _encoded(lines)
    head, newline, last = encoded.rpartition(b"\n")
    if len(last) >= _COLUMNS:
        # No room for the "=" of a soft break: an earlier one, not within a "=XX".
        cut = last.rfind(b"=", _COLUMNS - 3)
        cut = cut if cut >= 0 else _COLUMNS - 1
        last = last[:cut] + b"=\n" + _RISKY_HEAD.sub(_disarmed, last[cut:])
    return (head + newline + last).replace(b"\n", b"\r\n")


def _disarmed(match: re.Match[bytes]) -> bytes:
    line = match[0]
    head = b"=%02X" % line[0]
    if len(line) + 2 <= _COLUMNS:
        return head + line[1:]
    # No room for two more columns: a soft line end, which decoding takes out again.
    return head + b"=\n" + line[1:]
