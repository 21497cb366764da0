"""Whose fault a refusal is, by its status and, where that says nothing, by its words; pure."""

import re
from enum import StrEnum


class Fault(StrEnum):
    """What a permanent refusal is about."""

    # The mailbox or its host does not exist any more; nothing is ever sent there again.
    ADDRESS = "address"
    # Full, or something else of this one recipient.
    RECIPIENT = "recipient"
    # Our authentication: everybody at that provider, if not everybody, would hear the same.
    AUTHENTICATION = "authentication"
    # The size or form of the message, which is the same for everybody.
    CONTENT = "content"


# RFC 3463: no such mailbox, no such host, bad syntax, moved, null MX (RFC 7505), disabled. Not 5.1.7 and 5.1.8, which
# speak of our own sender, and never 5.7.x, which speaks of us.
ADDRESS_FAULTS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# Says nothing, or that routing failed: the words decide.
_VAGUE = frozenset({"", "5.0.0", "5.4.0", "5.4.1", "5.4.4", "5.5.0"})
# RFC 7372: DKIM, SPF and both; 5.7.515 is Microsoft's for the same, since May 2025.
_OF_AUTHENTICATION = frozenset({"5.7.20", "5.7.22", "5.7.23", "5.7.26", "5.7.27", "5.7.30", "5.7.515"})
# RFC 3463 3.4 (message too big for the system) and 3.7 (content).
_OF_CONTENT = re.compile(r"5\.3\.4|5\.6\.\d+")

_WHO = r"(?:user|recipient|mailbox|address|account|person|host|domain)(?:\ (?:name|address))?"
_NOBODY_THERE = re.compile(
    rf"""
    (?:no\ such|unknown|invalid|non-?existent)\ (?:local\ )?{_WHO}
    | {_WHO}\ (?:is\ )?(?:unknown|not\ found|invalid|does\ not\ exist|doesn'?t\ exist)
    | {_WHO}\ (?:doesn'?t|does\ not)\ have
    | no\ mailbox\ here | not\ a\ known\ user
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words that stand beside those above when a mailbox is only full, or a policy speaks.
_SOMETHING_ELSE = re.compile(
    r"quota|full|over ?limit|storage|spam|block|black|policy|reputation|relay|rate|denied",
    re.IGNORECASE,
)


def fault_of(enhanced: str, text: str) -> Fault:
    """Tell what a 5yz reply is about; *enhanced* is its status (RFC 3463), empty when it has none."""
    if enhanced in ADDRESS_FAULTS:
        return Fault.ADDRESS
    if enhanced in _OF_AUTHENTICATION:
        return Fault.AUTHENTICATION
    if _OF_CONTENT.fullmatch(enhanced):
        return Fault.CONTENT
    if enhanced in _VAGUE and _NOBODY_THERE.search(text) and not _SOMETHING_ELSE.search(text):
        return Fault.ADDRESS
    return Fault.RECIPIENT
