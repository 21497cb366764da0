"""What a text of a server claims, as signs: patterns over the letters that the lexicon makes of its words; pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from newsletter.mail.letters import letters


class Sign(StrEnum):
    """One claim a server makes."""

    NULL_MX = "null-mx"
    NO_HOST = "no-host"
    # A name server said that there is no such name (RFC 8020); nothing else is as sure.
    NO_DOMAIN = "no-domain"
    NO_MAILBOX = "no-mailbox"
    CLOSED = "closed"
    MOVED = "moved"
    REFUSES_ALL = "refuses-all"
    # Perhaps nobody there; RFC 5321 4.2.3 means as well "no access" and "rejected for policy reasons".
    UNAVAILABLE = "unavailable"
    FULL = "full"
    # Over some limit of theirs: of room, most likely, unless it is the size that is spoken of.
    LIMIT = "limit"
    AUTHENTICATION = "authentication"
    # It names spam, a list of senders, or what they think of us.
    BLOCKED = "blocked"
    # It was held up, and nothing else.
    STOPPED = "stopped"
    # Rules, rights and refusals without a name.
    POLICY = "policy"
    RATE = "rate"
    RELAY = "relay"
    SIZE = "size"
    CONTENT = "content"
    # Our own address is what they do not like.
    SENDER = "sender"
    TEMPORARY = "temporary"
    # A name server did not answer; the host may well be there.
    NO_ANSWER = "no-answer"


# What each sign looks like. A gap never crosses the end of a sentence, nor a word that speaks of somebody else.
_PATTERNS: Mapping[Sign, str] = {
    Sign.NO_MAILBOX: r"""
        [u@][^|shjd]{0,3}N | N[^|shjKd]{0,2}[u@] | nc[^|sXPB]{0,3}u | cu[^|]?n | nu(?![^|]{0,2}[aRPbY])
        | [u@](?!k)[^|sXPBTm]{0,6}n+[^|sXPBTm]{0,3}E | n+[^|sXPBT]{0,2}E[^|sXPBTm]{0,3}u
        | N[^|]{0,2}1 | (?<![hs])1[^|shj]{0,2}N | Nk[.] | K[^|sm]{0,2}E[^|sXPBTm]{0,3}u | Iu | u[^|sTRm]{0,2}I(?!m)
        | I[^|smh]{1,2}u
        | [u@][^|s]{0,5}nL[^|Tr]{0,3}[Eu.ija] | nL[^|s]{0,2}u | u[^|sm]{0,4}E[^|sma]{0,2}n
    """,
    Sign.NO_HOST: r"""
        h[^|su]{0,3}N | N[^|su]?h | (?<!o)h[^|sXPBT]{0,5}n+[^|sXPBT]{0,2}E | nc[^|su]{0,2}h | nE[^|sXPBT]{0,2}h
        | h[^|s]?I | Im?h | nm?h | ndE | h[^|su]{0,3}D | h[^|s]{0,3}x | hEn | z
    """,
    Sign.NO_DOMAIN: r"z | nc[^|su]?h | Nh",
    Sign.REFUSES_ALL: r"""
        [hu][^|sPBp]{0,4}n[^|sPB]{0,2}a[^|sPBu]{0,2}m(?![^|]{0,3}[sfo]) | nL[^|s]?am | nam(?![^|]{0,4}[sfo])
    """,
    Sign.CLOSED: r"(?<![mY])@E?D | u[^|sjm]{0,4}D | D[^|sjm]?u | u[^|smjY]{0,2}x | ub(?![^|]{0,2}[smo])",
    Sign.MOVED: r"u[^|sm]{0,4}V | V[^|sm]{0,2}u",
    Sign.UNAVAILABLE: r"u[^|sjh]{0,2}(?:i|n[^|]?e) | iu | u[^|sPBXm]{0,3}R | R[^|sPBXm]{0,2}u | u[^|s]{0,2}y",
    Sign.FULL: r"""
        u[^|s]{0,4}F | F[^|sm]?u | (?<![sr])Q[^|sr]{0,4}[OF] | (?<!s)[OF][^|skr]{0,3}Q | F[^|]{0,2}Q | nQ | Q[^|sr]{0,3}3
        | 5[^|]?Q
        | n[^|s]{0,2}E[^|s]{0,2}Q
    """,
    Sign.LIMIT: r"u[^|srn]{0,2}Z?[^|srn]?O",
    Sign.AUTHENTICATION: r"A | [smh][^|u]{0,4}f | f[^|u]{0,4}[smhKR]",
    Sign.BLOCKED: r"B | g",
    Sign.STOPPED: r"[smhjk][^|uQ]{0,5}b | o[^|u]{0,3}b | b[^|uQ]{0,4}[smhjoEb] | (?:^|\|)[.]?b",
    Sign.POLICY: r"P | q[^|]{0,2}R",
    Sign.RATE: r"r | w(?!T) | tw(?!T) | O[^|]{0,2}r",
    Sign.RELAY: r"X",
    Sign.SIZE: r"tZ | m[^|suT]?tl | m[^|su]{0,2}Z[^|s]{0,4}[OZ] | m[^|u]{0,3}[OF][^|su]{0,4}Z | (?<![uO])Z[^|su]{0,3}[OR] | Zm",
    Sign.CONTENT: r"C | I[^|]?m(?!h) | m[^|su]{0,3}I | [.]tl",
    Sign.SENDER: r"""
        n[^|]{0,2}a[^|uQ]{0,2}mo | mo[^|u]{0,2}na | s[^|]{0,3}(?:N|I|R|K|n[^|]{0,2}E|D|u[^|]{0,2}[RNID]) | [NIRK]s
        | s[^|u]{0,2}n[^|u]{0,2}h | [NI]us | n[^|]{0,2}E[^|]?s
    """,
    Sign.TEMPORARY: r"""
        T | x | j[^|]{0,4}[RxK] | n[^|]{0,3}j | O[^|]?k[^|]?Q | k[^|]{0,2}K | Kj | kh | n[^|]{0,2}4
    """,
    Sign.NO_ANSWER: r"d[^|]{0,4}[TK] | h[^|]{0,2}T | T[^|]{0,4}[hd] | d[^|h]{0,3}n[^|]{0,2}[Ej.]",
}
_SHAPES: Mapping[Sign, re.Pattern[str]] = MappingProxyType(
    {sign: re.compile(shape, re.VERBOSE) for sign, shape in _PATTERNS.items()}
)

# What is said by codes and names that are no words.
_NULL_MX = re.compile(r"null[ _-]?mx|556[ -]|5\.1\.10\b(?=.{0,200}(?:does not accept|null))", re.IGNORECASE)

# How Microsoft's consumer services number the reasons why they do not take mail from an address of the net.
_MICROSOFT_BLOCKS = re.compile(r"\b(?:SC|OU|DY|CS)-00\d\b")
_ADDRESS = re.compile(r"<?[^\s<>()\[\]\"',;:@]{1,128}@[^\s<>()\[\]\"',;:@]{1,255}>?|<[^\s<>@]{1,64}>")
# Postfix names who spoke before what they said.
_SPEAKER = re.compile(r"\bhost \S{1,300} (?:said|refused to talk to me):")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
# A name of a host is no claim, unless it is that of a list of senders.
_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9_-]{1,63}\.){1,8}[a-z0-9-]{2,24}(?:\[[0-9a-f.:]{2,45}\])?(?![\w-])", re.IGNORECASE)
_LISTS = re.compile(
    r"spamhaus|spamcop|sorbs|barracuda|dnsbl|\brbl|rbl\.|uribl|surbl|cbl\.|abuseat|senderbase|cloudmark|trendmicro"
    r"|spamrl|invaluement|backscatterer|mailspike|uceprotect"
    r"|p=(?:nosuchuser|disableduser|overquota\w*|unsolicited\w*|unauthenticated\w*|blockedmessage)|\.dns\.|resolver"
    r"|storedrv|smtpsend",
    re.IGNORECASE,
)
LONGEST_TEXT = 4000


# Of many bounces of one mailing most say the same.
@lru_cache(maxsize=1024)
def signs_of(text: str) -> frozenset[Sign]:
    """Give what *text* claims."""
    text = text[:LONGEST_TEXT]
    row = letters(_without_names(text))
    found = {sign for sign, shape in _SHAPES.items() if shape.search(row)}
    if _NULL_MX.search(text):
        found.add(Sign.NULL_MX)
    if _MICROSOFT_BLOCKS.search(text):
        found.add(Sign.BLOCKED)
    return frozenset(found)


def _without_names(text: str) -> str:
    if "host " in text:
        text = _SPEAKER.sub(" ", text)
    if "://" in text:
        text = _URL.sub(_kept_of_a_name, text)
    if "@" in text or "<" in text:
        text = _ADDRESS.sub(" @ ", text)
    return _HOST.sub(_kept_of_a_name, text)


def _kept_of_a_name(match: re.Match[str]) -> str:
    name = match[0]
    if name[0].isdigit() and name.replace(".", "").isdigit():
        return name
    if _LISTS.search(name) or _is_two_sentences(name):
        return f" {name.replace('.', ' ').replace('=', ' ')} "
    return " "


def _is_two_sentences(name: str) -> bool:
    # "unavailable.Please", without a blank.
    before, dot, after = name.partition(".")
    return before.islower() and dot != "" and after[:1].isupper()
