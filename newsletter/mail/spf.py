"""SPF records as receivers read them (RFC 7208): their terms, what breaks them, and how many look-ups they lead to; pure."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

# RFC 7208 4.6.4: a record that leads to more look-ups than these, with all that it includes, counts as broken.
MOST_LOOKUPS = 10

_DOMAIN = r"[^\s/:]{1,253}"
_LENGTHS = r"(?:/\d{1,2})?(?://\d{1,3})?"
_MECHANISM = re.compile(
    rf"(?P<sign>[+?~-]?)(?:(?P<all>all)|(?P<host>a|mx)(?::{_DOMAIN})?{_LENGTHS}|(?P<ptr>ptr)(?::{_DOMAIN})?"
    rf"|(?:include:(?P<include>{_DOMAIN}))|(?P<exists>exists):{_DOMAIN}|ip(?P<version>[46]):(?P<network>\S{{1,60}}))",
    re.IGNORECASE,
)
_MODIFIER = re.compile(rf"(?:redirect=(?P<redirect>{_DOMAIN})|exp={_DOMAIN}|[a-z][a-z0-9._-]{{0,60}}=\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One SPF record, taken apart."""

    # The first term that is none; a record with one is broken as a whole.
    broken: str = ""
    # What stands at its end: "-", "~", "?" or "+" before `all`; empty where there is none.
    end: str = ""
    # Whether it names any server that may send.
    allows: bool = False
    # Domains whose records are read with it, and the one that is read in its stead.
    includes: tuple[str, ...] = ()
    redirect: str = ""
    # Look-ups that it asks for itself, those for includes and the redirect among them.
    lookups: int = 0


@dataclass(frozen=True, slots=True)
class Chain:
    """A record with everything it leads to."""

    record: Record
    lookups: int = 0
    # Included, and without a record of its own that can be read, so that receivers read none of the rest.
    missing: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether receivers make nothing of it."""
        return bool(self.record.broken or self.missing) or self.lookups > MOST_LOOKUPS

    @property
    def allows_nobody(self) -> bool:
        """Whether it says that no server may send."""
        return not self.record.allows and not self.record.redirect


def records(texts: Sequence[str]) -> list[str]:
    """Give those of the TXT records of a domain that are SPF's."""
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def read(text: str) -> Record:
    """Take a record apart."""
    found = Record()
    includes: list[str] = []
    for term in text.split(" ")[1:]:
        if not term:
            continue
        match, modifier = _MECHANISM.fullmatch(term), _MODIFIER.fullmatch(term)
        if match is None and modifier is not None:
            redirect = (modifier["redirect"] or "").lower().rstrip(".")
            found = replace(found, redirect=redirect or found.redirect, lookups=found.lookups + bool(redirect))
        elif match is None or not _is_network(match):
            return Record(broken=term)
        elif match["all"]:
            # What stands behind it is never read.
            found = replace(found, end=match["sign"] or "+", allows=found.allows or match["sign"] in {"", "+"}, redirect="")
            break
        else:
            includes += [match["include"].lower().rstrip(".")] if match["include"] else []
            asks = match["network"] is None
            found = replace(found, allows=found.allows or match["sign"] in {"", "+"}, lookups=found.lookups + asks)
    return replace(found, includes=tuple(includes))


def follow(domain: str, known: Mapping[str, Sequence[str]]) -> Chain:
    """Read the record of *domain* and what it leads to; *known* are the TXT records of each domain.

    What is not among *known*, or has macros in its name, is taken to be as it should be.
    """
    (text,) = records(known.get(domain, ()))
    record = read(text)
    lookups, missing = 0, ""
    waiting = [record]
    while waiting and lookups <= MOST_LOOKUPS:
        one = waiting.pop()
        lookups += one.lookups
        for name in _named(one):
            if name not in known:
                continue
            found = records(known[name])
            if len(found) != 1:
                missing = missing or name
            else:
                # Whoever includes themselves goes round until there are too many.
                waiting.append(read(found[0]))
    return Chain(record, lookups, missing)


def leads_to(texts: Sequence[str]) -> tuple[str, ...]:
    """Give the domains whose records are read with the SPF record among *texts*."""
    return tuple(dict.fromkeys(name for text in records(texts) for name in _named(read(text)) if "%" not in name))


def _named(record: Record) -> Iterator[str]:
    yield from record.includes
    if record.redirect:
        yield record.redirect


def _is_network(match: re.Match[str]) -> bool:
    if match["network"] is None:
        return True
    try:
        network = ipaddress.ip_network(match["network"], strict=False)
    except ValueError:
        return False
    return str(network.version) == match["version"]
