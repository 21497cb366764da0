"""What a relay that can (DSN, RFC 3461) is asked to report of a message later: parameters of MAIL and RCPT; pure."""

import re

# RFC 3461 4.4 and 4.2: what either parameter may have, so spelled.
LONGEST_ENVID = 100
LONGEST_ORCPT = 500

# Only the fields come back, not a hundred kilobytes of what we wrote; and never that a message arrived.
_HEADERS_ONLY = b" RET=HDRS"
_TROUBLE_ONLY = b" NOTIFY=FAILURE,DELAY"

# What does not stand for itself in "xtext" (RFC 3461 4), and in its kind for addresses outside ASCII (RFC 6533 3).
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")
_NOT_UTF8_XTEXT = re.compile(r"[^!-*,-<>-\[\]-~]")


def of_message(token: str) -> bytes:
    """Give the parameters of MAIL: the fields of the message come back, with the *token* that knows it."""
    envid = xtext(token)
    return _HEADERS_ONLY if not envid or len(envid) > LONGEST_ENVID else b"%b ENVID=%b" % (_HEADERS_ONLY, envid.encode("ascii"))


def of_recipient(address: str) -> bytes:
    """Give the parameters of RCPT: what is reported when, and whom it was for before anybody forwards it."""
    original = f"rfc822;{xtext(address)}" if address.isascii() else f"utf-8;{_utf8_xtext(address)}"
    if len(original) > LONGEST_ORCPT:
        return _TROUBLE_ONLY
    return b"%b ORCPT=%b" % (_TROUBLE_ONLY, original.encode("ascii"))


def xtext(text: str) -> str:
    """Spell a text of ASCII for a parameter: "+", "=" and what is not printable by their numbers."""
    return _NOT_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", text)


def _utf8_xtext(text: str) -> str:
    # The form that goes through relays without SMTPUTF8, too.
    return _NOT_UTF8_XTEXT.sub(lambda found: rf"\x{{{ord(found[0]):02X}}}", text)
