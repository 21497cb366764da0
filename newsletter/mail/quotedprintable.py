"""Text as quoted-printable (RFC 2045 6.7): seven bits, lines of 76 columns at most, CRLF, exact after decoding."""

import binascii
import re

_LINE_ENDS = re.compile("\r\n|\r")
# Some servers rewrite a line that opens with "From ", and a lone dot ends a message: neither is left at a line's head.
_RISKY_HEAD = re.compile(rb"(?m)^(?:\.|From )[^\n]*")
_COLUMNS = 76


def encode(text: str) -> bytes:
    """Give *text* as the body of a MIME part, ending in a line end."""
    lines = _LINE_ENDS.sub("\n", text)
    if not lines.endswith("\n"):
        lines += "\n"
    encoded = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    return _RISKY_HEAD.sub(_disarmed, encoded).replace(b"\n", b"\r\n")


def _disarmed(match: re.Match[bytes]) -> bytes:
    line = match[0]
    head = b"=%02X" % line[0]
    if len(line) + 2 <= _COLUMNS:
        return head + line[1:]
    # No room for two more columns: a soft line end, which decoding takes out again.
    return head + b"=\n" + line[1:]
