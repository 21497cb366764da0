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
    # A domain that somebody shut down.
    HOST_CLOSED = "host-closed"
    NO_MAILBOX = "no-mailbox"
    CLOSED = "closed"
    MOVED = "moved"
    REFUSES_ALL = "refuses-all"
    # Perhaps nobody there; RFC 5321 4.2.3 means as well "no access" and "rejected for policy reasons".
    UNAVAILABLE = "unavailable"
    FULL = "full"
    # Over some limit of theirs: of room, most likely, unless it is the size that is spoken of.
    LIMIT = "limit"
    # The room of the machine, which is nobody's mailbox.
    OF_SYSTEM = "of-system"
    AUTHENTICATION = "authentication"
    # Exchange's own name for a limit on who may write to somebody.
    RESTRICTED = "restricted"
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
    # The way to them is to be encrypted.
    ENCRYPTION = "encryption"
    TEMPORARY = "temporary"
    # It was tried until it was too late.
    EXPIRED = "expired"
    # A name server did not answer; the host may well be there.
    NO_ANSWER = "no-answer"


# What each sign looks like. A gap never crosses the end of a sentence, nor a word that speaks of somebody else.
_PATTERNS: Mapping[Sign, str] = {
    Sign.NO_MAILBOX: r"""
        [u@][^|shjd]{0,3}N | N[^|shjKd]{0,2}[u@] | nc[^|sXPB]{0,3}u | cu[^|]?n | nu(?![^|]{0,2}[aRPbY])
        | [u@](?!k)[^|sXPBTm]{0,6}n+[^|sXPBTm]{0,3}E | n+[^|sXPBT]{0,2}E[^|sXPBTm]{0,3}u
        | N[^|]{0,2}1 | (?<![hs])1[^|shj]{0,2}N | Nk[.] | K[^|sm]{0,2}E[^|sXPBTm]{0,3}u | Iu | u[^|sTRm]{0,2}I(?!m)
        | I[^|smh]{1,2}u | [u@][^|s]{0,5}nL[^|Tr]{0,3}[Eu.ijak] | nL[^|s]{0,2}u | u[^|sm]{0,4}E[^|sma]{0,2}n
        | u1nP | ^[.]?nLE | yu(?![^|]?[mTx]) | 6[^|sm]{0,3}[1E]
    """,
    Sign.NO_HOST: r"""
        h[^|su]{0,3}N | N[^|su]?h | (?<!o)h[^|sXPBT]{0,5}n+[^|sXPBT]{0,2}E | nc[^|su]{0,2}h | nE[^|sXPBT]{0,2}h
        | h[^|s]?I | Im?h | nm?h | ndE | h[^|su]{0,3}D | h[^|s]{0,3}x | hEn | z
    """,
    Sign.NO_DOMAIN: r"z | nc[^|su]?h | Nh",
    Sign.HOST_CLOSED: r"(?<![so])h[^|sunP]{0,3}D",
    Sign.REFUSES_ALL: r"""
        [hu][^|sPBp]{0,4}n[^|sPB]{0,2}a[^|sPBu]{0,2}m(?![^|]{0,3}[sfoC]) | nL[^|s]?am | nam(?![^|]{0,4}[sfoC])
        | un[^|sPBp]?ma(?![^|]{0,3}[sfoP]) | h[^|sPB]{0,3}nv(?![^|]?[eiTEa])
    """,
    Sign.CLOSED: r"""
        (?<![mY])@E?D | u[^|sjmT]{0,4}D(?!T) | D[^|sjm]?u | D.mu | (?<!m)(?<!m.)u[^|smjY]{0,2}x
        | (?<![osm])(?<![osm].)ub(?![^|]{0,2}[smo])
    """,
    Sign.MOVED: r"u[^|sm]{0,4}V | V[^|sm]{0,2}u | (?<![vhk])n[^|smhv]{0,3}W | W[^|smhv]?n",
    Sign.UNAVAILABLE: r"""
        u[^|sjh]{0,2}(?:i|n[^|]?e) | iu | u[^|sPBXm]{0,3}R | R[^|sPBXm]{0,2}u(?!Q) | u[^|s]{0,2}y
    """,
    Sign.FULL: r"""
        u[^|s]{0,4}F | F[^|sm]?u | (?<![sr])(?<![sr].)[QU][^|sr]{0,4}[OF] | (?<!s)[OF][^|skr]{0,3}[QU] | F[^|]{0,2}[QU]
        | n[.]?[QU] | 5[^|]?[QU] | [QU][^|sr]{0,3}3 | n[^|s]{0,2}E[^|s]{0,2}[QU]
        | (?<![srYjw])(?<![sr].)(?<![sr]..)U(?![^|]?[srP])
        | (?<!s)(?<!s.)u[^|srna]{0,2}t?wm(?![^|]{0,4}[osr])
    """,
    Sign.LIMIT: r"u[^|srn]{0,2}Z?[^|srn]?O",
    Sign.OF_SYSTEM: r"O[^|u]?k[^|u]?[QU] | k[.]?F",
    Sign.AUTHENTICATION: r"A | [smh][^|u]{0,4}f | f[^|u]{0,4}[smhKR]",
    Sign.BLOCKED: r"B | g(?!n)",
    Sign.STOPPED: r"""
        [smhjk][^|uQU]{0,5}b | o[^|u]{0,3}b | b[^|uQU]{0,4}[smhjoEb] | (?:^|\|)[.]?b | [os]u[^|uQU]{0,2}b | @b | Rb
    """,
    Sign.POLICY: r"P | q[^|]{0,2}R | na[^|]{0,3}[of]",
    Sign.RATE: r"r | (?<!u)(?<!u.)(?<!u..)w(?![TKu]) | w[Kum][^|]{0,3}[osr] | O[^|]{0,2}r",
    Sign.RELAY: r"X | nkh",
    Sign.SIZE: r"""
        tZ | m[^|suT]?tl | m[^|su]{0,2}Z[^|s]{0,4}[OZ] | m[^|u]{0,3}[OF][^|su]{0,4}Z | (?<![uO])Z[^|su]{0,3}[OR] | Zm | ZP
    """,
    Sign.CONTENT: r"C | I[^|]?m(?!h) | m[^|su]{0,3}I | [.]tl",
    Sign.SENDER: r"""
        n[^|]{0,2}a[^|uQ]{0,2}mo | am?o[^|]?E?s | anm?o[^|]?s | sna | mo[^|u]{0,2}na
        | s[^|]{0,3}(?:N|I|R|K|n[^|]{0,2}E|D|u[^|]{0,2}[RNID]) | [NIRK]s
        | s[^|u]{0,2}n[^|u]{0,2}h | [NI]us | n[^|]{0,2}E[^|]?s | Id | sd | ds | mo[^|u]{0,2}R
    """,
    Sign.TEMPORARY: r"T | j[^|]{0,4}[RxK] | n[^|]{0,3}j | O[^|]?k[^|]?[QU] | k[^|]{0,2}K | Kj | kh | n[^|]{0,2}4",
    Sign.EXPIRED: r"(?<![hu])(?<![hu].)x | m[^|]{0,5}x",
    Sign.NO_ANSWER: r"d[^|]{0,4}[TK] | h[^|]{0,2}T | T[^|]{0,4}[hd] | d[^|h]{0,3}n[^|]{0,2}[Ej.]",
}
_SHAPES: Mapping[Sign, re.Pattern[str]] = MappingProxyType(
    {sign: re.compile(shape, re.VERBOSE) for sign, shape in _PATTERNS.items()}
)

# What is said by codes and names that are no words.
_NULL_MX = re.compile(r"null[ _-]?mx|556[ -]|5\.1\.10\b(?=.{0,200}(?:does not accept|null))", re.IGNORECASE)

# How Microsoft's consumer services number the reasons why they do not take mail from an address of the net.
# Yahoo numbers its own as well.
_NUMBERED_BLOCKS = re.compile(r"\b(?:SC|OU|DY|CS)-00\d\b|\[TSS?\d{2}\]")
_RESTRICTED = re.compile(r"RESOLVER\.RST\.", re.IGNORECASE)
_ENCRYPTION = re.compile(r"\b(?:un)?encrypt|\bTLS\b|\bSTARTTLS\b", re.IGNORECASE)
# "for 5 days": it was tried for as long.
_LASTED = re.compile(
    r"\b\d{1,4} ?(?:days?|hours?|minutes|tagen?|stunden|jours?|heures|d[ií]as|horas|giorni|dagen|dni|дн\w*|часов"
    r"|日間|時間|小时|天)\b",
    re.IGNORECASE,
)
_LOCAL_PART = re.compile(r"\blocal part\b", re.IGNORECASE)
_LISTED = re.compile(r"\b(?:is|are|was|been|currently) listed\b", re.IGNORECASE)
_SENDER_ID = re.compile(r"\bsender[ -]id\b", re.IGNORECASE)
# Products that are called after what they keep out.
_PRODUCT = re.compile(r"\bSpam(?:Titan|Experts|Hero|Drain|Wall|Stopper)\b")
# What sendmail adds to the name of every host whose name server says something else.
_MAY_BE = re.compile(r"\(may be forged\)")
# What IronPort puts before any reply.
_PREFACE = re.compile(r"\d\.[\dx]\.\d - (?:Unknown address error|Other mail system problem)")
_NAMED: Mapping[Sign, re.Pattern[str]] = MappingProxyType(
    {
        Sign.NULL_MX: _NULL_MX,
        Sign.BLOCKED: _NUMBERED_BLOCKS,
        Sign.STOPPED: _LISTED,
        Sign.RESTRICTED: _RESTRICTED,
        Sign.AUTHENTICATION: _SENDER_ID,
        Sign.ENCRYPTION: _ENCRYPTION,
        Sign.EXPIRED: _LASTED,
    }
)
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
    r"|storedrv|smtpsend|\bspf\.|openspf",
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
    found |= {sign for sign, names in _NAMED.items() if names.search(text)}
    return frozenset(found)


def _without_names(text: str) -> str:
    for name in (_PRODUCT, _MAY_BE, _PREFACE):
        text = name.sub(" ", text)
    text = _LOCAL_PART.sub("localpart", text)
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
