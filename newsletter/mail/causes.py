"""Why mail was refused, by the status and the words of a server; for replies, for reports and for texts alike; pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.mail.signs import Sign, signs_of


class Cause(StrEnum):
    """Why mail came back, by what can be done about it."""

    # Nobody is there, or ever again: unknown, moved, closed or suspended; no such host; no mail is taken (RFC 7505).
    ADDRESS_DEAD = "address-dead"
    # The mailbox takes no more for now.
    FULL = "full"
    # They do not want it from us: spam, blocklists, rates, their own rules.
    POLICY = "policy"
    # Its size, its form, or something in it.
    CONTENT = "content"
    # SPF, DKIM or DMARC.
    AUTHENTICATION = "authentication"
    # Tried for too long, out of order, out of reach.
    TEMPORARY = "temporary"
    # It came back, and nothing tells why.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a refusal is about, how sure that is, and the status that told."""

    cause: Cause
    confidence: float
    status: str = ""


# RFC 3463: no such mailbox, no such host, bad syntax, moved, null MX (RFC 7505), disabled. Not 5.1.7 and 5.1.8, which
# speak of our own sender, and never 5.7.x, which speaks of us. Microsoft says 5.4.310 of a
# domain that does not exist.
DEAD_STATUSES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.310"})
# RFC 7372: DKIM, SPF and both; 5.7.9 is what Yahoo says of DMARC; 5.7.509 and 5.7.515 are Microsoft's for the same.
AUTHENTICATION_STATUSES = frozenset(
    {
        "5.7.9",
        "5.7.20",
        "5.7.21",
        "5.7.22",
        "5.7.23",
        "5.7.24",
        "5.7.26",
        "5.7.27",
        "5.7.29",
        "5.7.30",
        "5.7.31",
        "5.7.32",
        "5.7.509",
        "5.7.515",
    }
)
# RFC 3463 3.3 and 3.4 (too long for this mailbox, too big for the system) and 3.7 (content).
CONTENT_STATUS = re.compile(r"[45]\.(?:2\.3|3\.4|6\.\d+)")
# RFC 7293: the mailbox or the domain belongs to somebody else now, who never subscribed.
_NEW_OWNER = frozenset({"5.7.17", "5.7.18"})
# RFC 3463 3.2: the address of the sender is what is wrong, or has no domain.
_OF_SENDER = frozenset({"5.1.7", "5.1.8", "4.1.7", "4.1.8"})
_RESTRICTED = re.compile(r"5\.7\.(?:12\d|13\d)")
# Says nothing by itself.
_GENERIC = re.compile(r"[45]\.(?:0\.0|[1-7]\.0|4\.7|4\.1|5\.\d+)")

# RFC 3463 2: class, subject (0 to 7), detail. So neither the number of a version nor an address of the net is one.
ENHANCED = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.\-/:])(4[2-7]\d|5[0-7]\d)(?=[ \-#:;,)\]']|$)")
# The texts of RFC 5321 4.2.3, which a server says in any case: they count if nothing else is said.
_OF_THE_BOOK = re.compile(
    r"requested (?:mail )?action (?:not taken|aborted)[:;,]?\s+(?:mailbox (?:unavailable|busy)|exceeded storage allocation)",
    re.IGNORECASE,
)
# Less than this is a guess by the status.
_TOLD = 0.6

# Above this a single refusal is enough to never write to somebody again.
CERTAIN = 0.8

_THERE_IS_NOBODY = frozenset({Sign.NO_MAILBOX, Sign.CLOSED, Sign.MOVED, Sign.REFUSES_ALL})
_OF_ROOM = frozenset({"5.2.2", "4.2.2", "5.2.3", "5.3.4"})
_SPEAKS_OF_ROOM = frozenset({Sign.FULL, Sign.LIMIT, Sign.SIZE, Sign.CONTENT})


@dataclass(frozen=True, slots=True)
class _Said:
    """A refusal, taken apart."""

    signs: frozenset[Sign]
    status: str
    # RFC 5321 4.2.1: "4" for now, "5" for good, empty if nobody says.
    degree: str
    code: str
    # Nobody tries any more, whatever the status says.
    is_over: bool

    def has(self, *signs: Sign) -> bool:
        """Whether any of *signs* is among what was said."""
        return not self.signs.isdisjoint(signs)


def judge(text: str, status: str = "", *, is_over: bool = True) -> Judgement:
    """Tell what a refusal is about: *text* in the server's words, *status* as a report gives it beside them.

    Where the signs contradict each other, what costs nobody their subscription wins, with the exceptions that stand below.
    """
    bare = _OF_THE_BOOK.sub(" ", text)
    if bare != text:
        more = _judged(_taken_apart(bare, status, is_over=is_over))
        if more.confidence >= _TOLD:
            return more
    return _judged(_taken_apart(text, status, is_over=is_over))


def _judged(said: _Said) -> Judgement:
    for asked in (_of_us, _of_room, _of_address, _of_message, _of_status, _of_time):
        judged = asked(said)
        if judged is not None:
            return Judgement(judged.cause, judged.confidence, said.status)
    return Judgement(Cause.UNKNOWN, 0.3, said.status)


def _taken_apart(text: str, status: str, *, is_over: bool) -> _Said:
    reply = _REPLY.search(text)
    code = reply[1] if reply else ""
    status = telling_status(text, status)
    return _Said(signs_of(text), status, (status or code)[:1], code, is_over)


def telling_status(text: str, status: str = "") -> str:
    """Give the status that says most: the server's own beats the one a gateway made up for it."""
    own = next((found[0] for found in ENHANCED.finditer(text) if found[1] != "2"), "")
    if not own:
        return status
    if not status or _GENERIC.fullmatch(status) or not _GENERIC.fullmatch(own):
        return own
    return status


def _of_us(said: _Said) -> Judgement | None:
    """Ask whether it speaks of the sender: our records, our name, our pace."""
    # Exchange: who may write to this group or person is restricted, and we are not among them.
    if _RESTRICTED.fullmatch(said.status) or said.has(Sign.RESTRICTED):
        return Judgement(Cause.POLICY, 0.9)
    # RFC 8617 gave 5.7.29 to ARC; Gmail says it of connections that are not encrypted.
    if said.status.endswith(".7.29") and said.has(Sign.ENCRYPTION):
        return Judgement(Cause.POLICY, 0.85)
    if said.status.replace("4.7", "5.7") in AUTHENTICATION_STATUSES:
        return Judgement(Cause.AUTHENTICATION, 0.95)
    if said.has(Sign.AUTHENTICATION) and not said.has(*_THERE_IS_NOBODY):
        return Judgement(Cause.AUTHENTICATION, 0.85)
    return _of_our_name(said)


def _of_our_name(said: _Said) -> Judgement | None:
    # A filter that found fault with the form of a message, not with us.
    if said.status[2:].startswith("6.") and said.has(Sign.CONTENT):
        return Judgement(Cause.CONTENT, 0.85)
    # Some servers say 5.1.1 to whomever they take for a spammer; the words are the truth then.
    if said.has(Sign.BLOCKED):
        return Judgement(Cause.POLICY, 0.9)
    if said.has(Sign.STOPPED) and not (said.has(Sign.CLOSED) and said.status in DEAD_STATUSES):
        return Judgement(Cause.CONTENT if said.has(Sign.CONTENT) else Cause.POLICY, 0.85)
    if (said.status in _OF_SENDER and not said.has(Sign.CLOSED)) or said.has(Sign.SENDER):
        return Judgement(Cause.POLICY, 0.8)
    # Gmail says 5.2.1 of somebody who gets too much in an hour; that mailbox is alive, and not full.
    if said.has(Sign.RATE) and not said.has(Sign.FULL):
        return Judgement(Cause.POLICY, 0.8)
    return None


def _of_room(said: _Said) -> Judgement | None:
    """Ask whether a mailbox is full, and nothing that only sounds like it."""
    # Where the words say that nobody is there, and none of them speaks of room, the status is a slip.
    if said.status in _OF_ROOM and said.has(*_THERE_IS_NOBODY) and not said.has(*_SPEAKS_OF_ROOM):
        return None
    by_status = _of_room_by_status(said)
    if by_status is not None:
        return by_status
    # A message that is too much for whoever unpacks it is not too much for a mailbox.
    if said.has(Sign.CONTENT) and said.status[2:].startswith("7."):
        return None
    if said.has(Sign.FULL) or (said.has(Sign.LIMIT) and not said.has(Sign.SIZE)):
        return Judgement(Cause.FULL, 0.85)
    return None


def _of_room_by_status(said: _Said) -> Judgement | None:
    # Some say 5.2.3 of a policy of theirs.
    if CONTENT_STATUS.fullmatch(said.status) and not (said.status == "5.2.3" and said.has(Sign.POLICY)):
        return Judgement(Cause.CONTENT, 0.9)
    # RFC 3463 3.4 and 3.5: the disk of the system is full, which is nobody's mailbox.
    if said.status.endswith((".3.1", ".4.5")) or said.has(Sign.OF_SYSTEM):
        return Judgement(Cause.TEMPORARY, 0.8)
    if not said.status.endswith(".2.2"):
        return None
    is_of_message = said.has(Sign.SIZE) and not said.has(Sign.FULL, Sign.LIMIT)
    return Judgement(Cause.CONTENT, 0.8) if is_of_message else Judgement(Cause.FULL, 0.95)


def _of_address(said: _Said) -> Judgement | None:
    """Ask whether nobody is there."""
    if said.has(Sign.NULL_MX) or said.status in _NEW_OWNER or said.status == "5.1.10" or said.code == "556":
        return Judgement(Cause.ADDRESS_DEAD, 0.95)
    by_host = _of_host(said)
    if by_host is not None:
        return by_host
    if not said.has(*_THERE_IS_NOBODY):
        return None
    if said.degree != "4":
        is_backed = said.status in DEAD_STATUSES or said.code.startswith("55")
        return Judgement(Cause.ADDRESS_DEAD, 0.95 if is_backed else 0.85)
    # "450 User unknown" for five days is what a server says whose administrator never made it a 550.
    if said.is_over and said.has(Sign.NO_MAILBOX, Sign.CLOSED) and not said.has(Sign.TEMPORARY):
        return Judgement(Cause.ADDRESS_DEAD, 0.7)
    return Judgement(Cause.TEMPORARY, 0.7)


def _of_host(said: _Said) -> Judgement | None:
    if said.has(Sign.HOST_CLOSED) and said.degree != "4":
        return Judgement(Cause.ADDRESS_DEAD, 0.85)
    if not said.has(Sign.NO_HOST) or said.has(Sign.NO_MAILBOX, Sign.RELAY):
        return None
    # RFC 5321 5.1: only an answer that there is no such name is an end; silence of a name server is none.
    is_said = said.status == "5.4.4" or said.has(Sign.NO_DOMAIN)
    if said.degree == "4" and said.has(Sign.NO_DOMAIN) and said.is_over:
        return Judgement(Cause.ADDRESS_DEAD, 0.8)
    if said.degree == "4" or (said.has(Sign.TEMPORARY) and not is_said):
        return Judgement(Cause.TEMPORARY, 0.8)
    return Judgement(Cause.ADDRESS_DEAD, 0.9)


def _of_message(said: _Said) -> Judgement | None:
    """Ask what is wrong with the message, or with its way."""
    if said.has(Sign.SIZE) or (said.has(Sign.CONTENT) and said.status not in DEAD_STATUSES and not _is_of_the_way(said)):
        return Judgement(Cause.CONTENT, 0.8)
    if said.has(Sign.RELAY):
        return Judgement(Cause.POLICY, 0.7)
    return None


def _is_of_the_way(said: _Said) -> bool:
    # Servers speak of their own files, too.
    return said.status[2:].startswith("4.") or (said.degree == "4" and said.has(Sign.TEMPORARY))


def _of_status(said: _Said) -> Judgement | None:
    """Ask what the status alone says, and the words that say little."""
    if said.status in DEAD_STATUSES:
        return Judgement(Cause.TEMPORARY, 0.6) if said.has(Sign.TEMPORARY) else Judgement(Cause.ADDRESS_DEAD, 0.9)
    # RFC 3463 3.5: there is no way to that host, and nobody says that there will be one.
    if said.status == "5.4.4" and said.has(Sign.NO_ANSWER) and not said.has(Sign.TEMPORARY):
        return Judgement(Cause.ADDRESS_DEAD, 0.7)
    # RFC 5321 3.4: 551 is "user not local", who is to be looked for elsewhere.
    if said.code == "551" and not said.has(Sign.RELAY, Sign.POLICY):
        return Judgement(Cause.ADDRESS_DEAD, 0.75)
    # Exchange Online says so of whom its directory does not have.
    if said.status == "5.4.1" and said.has(Sign.UNAVAILABLE):
        return Judgement(Cause.ADDRESS_DEAD, 0.75)
    # RFC 7504: a host that takes no mail says 521.
    if said.code == "521" and not said.has(Sign.TEMPORARY, Sign.POLICY) and not said.status[2:].startswith("7."):
        return Judgement(Cause.ADDRESS_DEAD, 0.75)
    return _of_few_words(said)


def _of_few_words(said: _Said) -> Judgement | None:
    is_of_rules = said.status[2:].startswith("7.")
    may_pass = said.has(Sign.TEMPORARY, Sign.EXPIRED)
    if said.has(Sign.UNAVAILABLE) and said.degree == "5" and not (is_of_rules or may_pass or said.has(Sign.POLICY)):
        return Judgement(Cause.ADDRESS_DEAD, 0.65)
    if is_of_rules and (said.degree == "5" or not may_pass):
        return Judgement(Cause.POLICY, 0.7)
    if said.has(Sign.POLICY) and (said.degree == "5" or not may_pass):
        return Judgement(Cause.POLICY, 0.6)
    return None


def _of_time(said: _Said) -> Judgement | None:
    """Ask whether it may pass."""
    if said.has(Sign.TEMPORARY, Sign.EXPIRED, Sign.NO_ANSWER) or said.degree == "4":
        return Judgement(Cause.TEMPORARY, 0.7)
    # RFC 3463 3.4 and 3.5: the system and the network.
    # RFC 3463 3.6: too many recipients at once is about a session.
    if said.status[2:3] in {"3", "4"} or said.status == "5.5.3":
        return Judgement(Cause.TEMPORARY, 0.5)
    return None
