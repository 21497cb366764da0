"""What of us somebody objects to, by the status and the words of a server; pure.

The cause of a bounce says that it is our own fault; this names what to mend, for the alert that asks somebody to mend it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from newsletter.returns.model import Cause, Reading
from subscribers.sentence import say


class Trouble(StrEnum):
    """What is to be mended."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    # Without a word which of the three.
    AUTHENTICATION = "authentication"
    BLOCKLIST = "blocklist"
    RATE = "rate"
    # A filter does not like what stands in it.
    FILTER = "filter"
    SIZE = "size"
    FORM = "form"
    # Their own rules, and no word which.
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Named:
    """A trouble with its name, where it has one: of the list that we stand on."""

    trouble: Trouble
    name: str = ""

    @property
    def words(self) -> str:
        """The trouble as a sentence begins with it."""
        if self.trouble is Trouble.BLOCKLIST and not self.name:
            return say("Our servers stand on a blocklist")
        return _WORDS[self.trouble](self.name)


# RFC 7372 and what the large ones made of it: Gmail's 5.7.27 and 5.7.30, Microsoft's 5.7.515. 5.7.26 is any of them.
_BY_STATUS = MappingProxyType(
    {
        "5.7.20": Trouble.DKIM,
        "5.7.21": Trouble.DKIM,
        "5.7.22": Trouble.DKIM,
        "5.7.23": Trouble.SPF,
        "5.7.24": Trouble.SPF,
        "5.7.27": Trouble.SPF,
        "5.7.30": Trouble.DKIM,
        "4.7.28": Trouble.RATE,
        "5.7.28": Trouble.RATE,
        "4.7.27": Trouble.SPF,
        "4.7.30": Trouble.DKIM,
        "5.3.4": Trouble.SIZE,
        "5.2.3": Trouble.SIZE,
    }
)

# DMARC first: its words tell what SPF and DKIM came to.
_OF_AUTHENTICATION = (
    (Trouble.DMARC, re.compile(r"\bdmarc\b|5\.7\.509|domain'?s policy", re.IGNORECASE)),
    (Trouble.SPF, re.compile(r"\bspf\b|sender policy framework|openspf", re.IGNORECASE)),
    (Trouble.DKIM, re.compile(r"\bdkim\b|domainkeys", re.IGNORECASE)),
)
_RATE = re.compile(
    r"\brate\b|too many|throttl|too (?:fast|quickly)|frequen(?:cy|t)|volume of|TSS0\d|\bexcessive", re.IGNORECASE
)
_SIZE = re.compile(r"too (?:big|large)|size limit|exceeds? .{0,40}size|maximum .{0,20}size", re.IGNORECASE)
# As they name themselves in the answers of those who ask them.
_LISTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words, re.IGNORECASE)
    for name, words in {
        "Spamhaus": r"spamhaus|\b(?:zen|sbl|xbl|pbl|css|dbl)\b.{0,20}spamh",
        "SpamCop": r"spamcop",
        "Barracuda": r"barracuda(?:central|networks)?",
        "SORBS": r"\bsorbs\b",
        "UCEPROTECT": r"uceprotect",
        "Abusix": r"abusix|mail\.abusix",
        "Invaluement": r"invaluement",
        "Proofpoint": r"proofpoint|ipcheck\.proofpoint",
        "Cloudmark": r"cloudmark",
        "SURBL": r"\bsurbl\b",
        "URIBL": r"\buribl\b",
        "Mailspike": r"mailspike",
        "PSBL": r"\bpsbl\b",
        "Validity": r"senderscore|returnpath\.net|validity",
        "Trend Micro": r"trendmicro|trend micro",
        "Microsoft": r"\bS31[45]0\b|\bS3150\b|block list \(|sender\.office\.com|protection\.outlook.{0,40}block",
        "Apple": r"\bHM08\b|proofpoint.{0,100}apple",
        "DNSWL": r"dnswl",
        "SpamRATS": r"spamrats",
        "GBUdb": r"gbudb",
        "NiX Spam": r"nixspam|manitu",
    }.items()
}
_LISTING = re.compile(
    r"(?:listed|blocked|found|blacklisted|rejected).{0,30}?\b(?:in|on|at|by|using|via)\b\s+([a-z0-9-]+(?:\.[a-z0-9-]+){1,5})",
    re.IGNORECASE,
)
_IS_LISTED = re.compile(r"block ?list|black ?list|\bd?n?s?[rb]bl\b|\bRBL\b|deny ?list|\blisted\b", re.IGNORECASE)
_FILTER = re.compile(r"spam|content|junk|bulk|unsolicited|virus|phish|malware|\burl\b|\blink", re.IGNORECASE)


def name(reading: Reading) -> Named:
    """Name what a bounce that is our own fault is about."""
    if reading.cause is Cause.AUTHENTICATION:
        return Named(_authentication(reading))
    by_status = _BY_STATUS.get(reading.status)
    if reading.cause is Cause.CONTENT:
        return Named(Trouble.SIZE if by_status is Trouble.SIZE or _SIZE.search(reading.reason) else _content(reading))
    if (listed := _listed(reading.reason)) is not None:
        return listed
    if by_status is Trouble.RATE or _RATE.search(reading.reason):
        return Named(Trouble.RATE)
    return Named(Trouble.FILTER if _FILTER.search(reading.reason) else Trouble.POLICY)


def _authentication(reading: Reading) -> Trouble:
    for trouble, words in _OF_AUTHENTICATION:
        if words.search(reading.reason):
            return trouble
    return _BY_STATUS.get(reading.status, Trouble.AUTHENTICATION)


def _content(reading: Reading) -> Trouble:
    return Trouble.FILTER if _FILTER.search(reading.reason) else Trouble.FORM


def _listed(reason: str) -> Named | None:
    for title, words in _LISTS.items():
        if words.search(reason):
            return Named(Trouble.BLOCKLIST, title)
    found = _LISTING.search(reason)
    if found is not None:
        return Named(Trouble.BLOCKLIST, found[1].lower())
    return Named(Trouble.BLOCKLIST) if _IS_LISTED.search(reason) else None


_WORDS: Mapping[Trouble, Callable[[str], str]] = {
    Trouble.SPF: lambda _name: say("SPF does not hold for our mail"),
    Trouble.DKIM: lambda _name: say("DKIM does not hold for our mail"),
    Trouble.DMARC: lambda _name: say("DMARC does not hold for our mail"),
    Trouble.AUTHENTICATION: lambda _name: say("Our mail does not prove whose it is (SPF, DKIM, DMARC)"),
    Trouble.BLOCKLIST: lambda name: say("Our servers or addresses stand on the blocklist of %(name)s", name=name),
    Trouble.RATE: lambda _name: say("We mail faster than they take it"),
    Trouble.FILTER: lambda _name: say("A spam filter does not like what stands in it"),
    Trouble.SIZE: lambda _name: say("It is too large for them"),
    Trouble.FORM: lambda _name: say("They do not take it in this form"),
    Trouble.POLICY: lambda _name: say("They do not take it from us"),
}
