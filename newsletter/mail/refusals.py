"""Whose fault a refusal is, by its status and, where that says nothing, by its words; pure."""

import re
from enum import StrEnum

from newsletter.mail.causes import AUTHENTICATION_STATUSES, CERTAIN, DEAD_STATUSES, Cause, judge


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


# RFC 3463 3.4 (message too big for the system) and 3.7 (content); not 5.2.3, which is one mailbox's own limit.
_CONTENT_OF_ALL = re.compile(r"5\.3\.4|5\.6\.\d+")
# Says nothing, or that routing failed: the words decide.
_VAGUE = frozenset({"", "5.0.0", "5.4.0", "5.4.1", "5.4.4", "5.5.0"})


def fault_of(enhanced: str, text: str) -> Fault:
    """Tell what a 5yz reply is about; *enhanced* is its status (RFC 3463), empty when it has none."""
    if enhanced in AUTHENTICATION_STATUSES:
        return Fault.AUTHENTICATION
    if _CONTENT_OF_ALL.fullmatch(enhanced):
        return Fault.CONTENT
    if enhanced not in DEAD_STATUSES and enhanced not in _VAGUE:
        return Fault.RECIPIENT
    told = judge(text, enhanced)
    # Nobody is asked again whose address is taken for dead, so a guess is not enough.
    is_certain = told.cause is Cause.ADDRESS_DEAD and told.confidence >= CERTAIN
    return Fault.ADDRESS if is_certain else Fault.RECIPIENT
