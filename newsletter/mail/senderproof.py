"""What proves to receivers who a mail is from: SPF, DKIM, DMARC and where answers go, judged by what the DNS says; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.mail import spf
from newsletter.mail.dkimrecord import Published
from newsletter.mail.spf import Chain
from subscribers.oneline import one_line
from subscribers.sentence import say

# Of a record that is shown; whatever else the DNS has under a name is no business of a terminal.
_SHOWN = 300

_DMARC = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
_POLICIES = frozenset({"none", "quarantine", "reject"})


class Standing(StrEnum):
    """How something stands."""

    RIGHT = "right"
    # It works, and could be better; or it only matters to some.
    ADVICE = "advice"
    WRONG = "wrong"
    # Nobody could be asked.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Record:
    """A record to be published in the DNS."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    what: str
    standing: Standing
    # What was found, as a sentence.
    text: str
    # What to do, as a sentence; empty where there is nothing to do.
    mend: str = ""
    record: Record | None = None
    # The command that does it, or leads there.
    command: str = ""


@dataclass(frozen=True, slots=True)
class KeyLook:
    """A key that signs, or is to sign, and how the DNS stands to it; None: it could not be asked."""

    domain: str
    selector: str
    is_active: bool
    record: Record
    published: Published | None


@dataclass(frozen=True, slots=True)
class RelayLook:
    """A relay, the addresses of its host, and the names that these have."""

    name: str
    host: str
    names: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the DNS says about the domain of a sender."""

    # Of the From address.
    domain: str
    # Of the address that bounces go to.
    return_domain: str
    # TXT records of `return_domain`.
    spf: Sequence[str]
    # TXT records of _dmarc., from the domain itself up to its parents.
    dmarc: Mapping[str, Sequence[str]]
    keys: Sequence[KeyLook]
    # Hosts that take mail for the domain; one empty name: it says that nobody does.
    mail_servers: Sequence[str]
    # Whether there is an address to which mail goes where there are none.
    has_address: bool
    relays: Sequence[RelayLook]
    # What could not be asked: "SPF", "DMARC", "MX", with the reason.
    troubles: Mapping[str, str]
    # TXT records of the domains that the SPF record includes, and that these include.
    included: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dmarc:
    """The policy that a domain publishes."""

    # Where its record stands: the domain itself or a parent.
    domain: str
    policy: str
    is_spf_strict: bool
    is_dkim_strict: bool
    # Of several records, or of one that cannot be read, receivers use none.
    is_usable: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """The whole picture."""

    points: tuple[Point, ...]
    # Whether receivers find the From address proven by them; None: nobody knows.
    is_spf_aligned: bool | None
    is_dkim_aligned: bool | None
    # "none", "quarantine", "reject"; empty without a record.
    policy: str

    @property
    def is_turned_away(self) -> bool:
        """Whether receivers are asked to keep mail from the inbox that nothing proves, and nothing does."""
        return self.policy in {"quarantine", "reject"} and self.is_spf_aligned is False and self.is_dkim_aligned is False


def prove(seen: Seen) -> Proof:
    """Judge what the DNS says."""
    dmarc = find_dmarc(seen)
    chain = _chain(seen)
    organisation = _organisation(seen)
    spf_aligned = _is_aligned(
        seen.domain, seen.return_domain, organisation, is_strict=dmarc is not None and dmarc.is_spf_strict
    )
    has_spf = chain is not None and not chain.is_broken and not chain.allows_nobody
    right = [key for key in seen.keys if key.is_active and key.published is Published.RIGHT]
    is_unsure = any(key.is_active and key.published is None for key in seen.keys)
    is_strict = dmarc is not None and dmarc.is_dkim_strict
    signed = any(_is_aligned(seen.domain, key.domain, organisation, is_strict=is_strict) for key in right)
    points = (
        *_about_spf(seen, chain, is_aligned=spf_aligned),
        *_about_keys(seen),
        _about_dmarc(seen, dmarc),
        _about_mail_servers(seen),
        *(_about_relay(relay) for relay in seen.relays),
    )
    return Proof(
        points=points,
        is_spf_aligned=None if "SPF" in seen.troubles else has_spf and spf_aligned,
        is_dkim_aligned=True if signed else None if is_unsure else False,
        policy=dmarc.policy if dmarc is not None and dmarc.is_usable else "",
    )


def find_dmarc(seen: Seen) -> Dmarc | None:
    """Give the DMARC record that receivers go by: the first from the domain up to its parents (RFC 7489 6.6.3)."""
    for domain, texts in seen.dmarc.items():
        found = [text for text in texts if _DMARC.match(text)]
        if not found:
            continue
        tags = _tags(found[0])
        policy = tags.get("p", "").lower()
        if domain != seen.domain:
            policy = tags.get("sp", policy).lower()
        return Dmarc(
            domain=domain,
            policy=policy if policy in _POLICIES else "none",
            is_spf_strict=tags.get("aspf", "r").lower() == "s",
            is_dkim_strict=tags.get("adkim", "r").lower() == "s",
            is_usable=len(found) == 1 and policy in _POLICIES,
        )
    return None


def _chain(seen: Seen) -> Chain | None:
    """Follow the SPF record; None where there is none, or several."""
    if len(spf.records(seen.spf)) != 1:
        return None
    return spf.follow(seen.return_domain, {**seen.included, seen.return_domain: seen.spf})


def _organisation(seen: Seen) -> str:
    """Give the domain under which receivers take names for one: the highest that has a DMARC record."""
    having = [domain for domain, texts in seen.dmarc.items() if any(map(_DMARC.match, texts))]
    return having[-1] if having else seen.domain


def parents(domain: str) -> tuple[str, ...]:
    """Give *domain* and its parents down to two labels, where a DMARC record may stand."""
    labels = domain.split(".")
    return tuple(".".join(labels[at:]) for at in range(max(len(labels) - 1, 1)))


def _is_aligned(domain: str, other: str, organisation: str, *, is_strict: bool) -> bool:
    if domain == other:
        return True
    return not is_strict and all(_is_under(each, organisation) for each in (domain, other))


def _is_under(domain: str, above: str) -> bool:
    return domain == above or domain.endswith(f".{above}")


def _about_spf(seen: Seen, chain: Chain | None, *, is_aligned: bool) -> Iterator[Point]:
    domain = seen.return_domain
    if reason := seen.troubles.get("SPF"):
        yield _unknown("SPF", reason)
        return
    found = spf.records(seen.spf)
    if not found:
        hosts = " ".join(f"a:{relay.host}" for relay in seen.relays if relay.names) or "mx"
        record = Record(domain, "TXT", f"v=spf1 {hosts} ~all")
        mend = say(
            "Publish one that names the servers your mail leaves from; whoever runs the relay says what belongs into it."
        )
        yield Point(
            "SPF", Standing.WRONG, say("%(domain)s does not say which servers may send its mail.", domain=domain), mend, record
        )
        return
    if chain is None:
        text = say(
            "%(domain)s has %(count)s SPF records, and receivers use none of them then.", domain=domain, count=len(found)
        )
        yield Point("SPF", Standing.WRONG, text, say("Join them into one."))
        return
    yield _about_record(domain, one_line(found[0], _SHOWN), chain)
    if not is_aligned:
        text = say("Bounces go to %(one)s, and what proves that domain does not prove %(it)s.", one=domain, it=seen.domain)
        mend = say("Leave NEWSLETTER_RETURN_DOMAIN unset, or set it to a name under %(domain)s.", domain=seen.domain)
        yield Point("SPF", Standing.ADVICE, text, mend)


def _about_record(domain: str, shown: str, chain: Chain) -> Point:
    wrong = _wrong(chain, shown)
    if wrong is not None:
        text = say("The SPF record of %(domain)s %(text)s", domain=domain, text=wrong.text)
        return Point("SPF", Standing.WRONG, text, wrong.mend)
    text = say("%(domain)s says which servers may send its mail: %(shown)s", domain=domain, shown=shown)
    mend = say("See that the server your mail leaves from is among them; whoever runs the relay knows.")
    if chain.record.end in {"", "?"} and not chain.record.redirect:
        mend = say("End it with ~all; as it is, it says nothing of all others. %(mend)s", mend=mend)
        return Point("SPF", Standing.ADVICE, text, mend)
    return Point("SPF", Standing.RIGHT, text, mend)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with an SPF record, going on after its name, and what to do."""

    text: str
    mend: str


def _wrong(chain: Chain, shown: str) -> _Wrong | None:
    record = chain.record
    if record.broken:
        text = say(
            "has a term that is none of SPF, “%(broken)s”, and receivers use none of it then.",
            broken=one_line(record.broken, _SHOWN),
        )
        return _Wrong(text, say("Mend or take out that term: %(shown)s", shown=shown))
    if record.end == "+":
        return _Wrong(say("lets every server of the world send its mail (+all)."), say("End it with ~all or -all."))
    if chain.missing:
        text = say(
            "includes %(missing)s, which has no SPF record, and receivers use none of it then.",
            missing=one_line(chain.missing, _SHOWN),
        )
        return _Wrong(text, say("Take that term out, unless its name is mistyped."))
    if chain.lookups > spf.MOST_LOOKUPS:
        text = say(
            "leads to more than %(most)s look-ups, with those of what it includes, and counts as broken.", most=spf.MOST_LOOKUPS
        )
        return _Wrong(text, say("Take out what sends no mail of yours any more."))
    if chain.allows_nobody:
        text = say("says that no server may send its mail: %(shown)s", shown=shown)
        return _Wrong(text, say("Name the servers your mail leaves from before its end."))
    return None


def _about_keys(seen: Seen) -> Iterator[Point]:
    active = [key for key in seen.keys if key.is_active]
    for key in active:
        name = f"{key.selector} of {key.domain}"
        if key.published is None:
            yield _unknown("DKIM", seen.troubles.get("DKIM", say("it was not asked")), say("The key %(name)s signs", name=name))
            continue
        text = say("The key %(name)s signs, and %(words)s.", name=name, words=key.published.words)
        if key.published is Published.RIGHT:
            yield Point("DKIM", Standing.RIGHT, text)
        else:
            yield Point("DKIM", Standing.WRONG, text, say("Publish this record."), key.record)
    if active:
        return
    made = next(iter(seen.keys), None)
    text = say(
        "No key of ours signs the mail of %(domain)s; it goes out unsigned unless the relay signs it.", domain=seen.domain
    )
    if made is None:
        mend, command = say("Make a key and publish its record."), f"newsletter dkim new {seen.domain}"
        yield Point("DKIM", Standing.WRONG, text, mend, command=command)
        return
    command = f"newsletter dkim activate {made.domain} {made.selector}"
    mend = (
        say("Let the key sign.")
        if made.published is Published.RIGHT
        else say("Publish the record of the key that is made, then let it sign.")
    )
    yield Point("DKIM", Standing.WRONG, text, mend, made.record, command)


def _about_dmarc(seen: Seen, dmarc: Dmarc | None) -> Point:
    if dmarc is None:
        if reason := seen.troubles.get("DMARC"):
            return _unknown("DMARC", reason)
        record = Record(f"_dmarc.{seen.domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{seen.domain}")
        text = say("%(domain)s has no DMARC record; Gmail and Yahoo want one of whoever writes to many.", domain=seen.domain)
        return Point(
            "DMARC", Standing.WRONG, text, say("Publish one; p=none changes nothing and has reports sent to you."), record
        )
    name = f"_dmarc.{dmarc.domain}"
    if not dmarc.is_usable:
        count = sum(_DMARC.match(text) is not None for text in seen.dmarc[dmarc.domain])
        said = say("asks for no policy")
        if count > 1:
            said = say("has %(count)s DMARC records, and receivers use none of them then", count=count)
        return Point(
            "DMARC",
            Standing.WRONG,
            say("%(name)s %(said)s.", name=name, said=said),
            say("Leave one, with p=none, p=quarantine or p=reject."),
        )
    asked = {
        "none": say("asks receivers to change nothing"),
        "quarantine": say("asks receivers to put into the spam folder what nothing proves"),
        "reject": say("asks receivers to refuse what nothing proves"),
    }[dmarc.policy]
    text = say("%(name)s %(asked)s (p=%(policy)s).", name=name, asked=asked, policy=dmarc.policy)
    return Point("DMARC", Standing.RIGHT, text)


def _about_mail_servers(seen: Seen) -> Point:
    domain = seen.domain
    if reason := seen.troubles.get("MX"):
        return _unknown("MX", reason)
    if "" in seen.mail_servers:
        text = say(
            "%(domain)s says that it takes no mail (null MX); many receivers refuse senders whom nobody can answer.",
            domain=domain,
        )
        return Point("MX", Standing.WRONG, text, say("Send from a domain that takes mail, or publish where its mail goes."))
    if seen.mail_servers:
        text = say("Answers to %(domain)s go to %(servers)s.", domain=domain, servers=", ".join(seen.mail_servers[:3]))
        return Point("MX", Standing.RIGHT, text)
    mend, record = say("Publish the server that takes its mail."), Record(domain, "MX", "10 SERVER.")
    if seen.has_address:
        text = say(
            "%(domain)s has no MX record; mail for it goes to its own address, where perhaps nobody takes it.", domain=domain
        )
        return Point("MX", Standing.ADVICE, text, mend, record)
    text = say("%(domain)s takes no mail: it has neither an MX record nor an address. Answers are lost.", domain=domain)
    return Point("MX", Standing.WRONG, text, mend, record)


def _about_relay(relay: RelayLook) -> Point:
    nameless = [address for address, names in relay.names.items() if not names]
    if not relay.names:
        text = say("The relay %(name)s (%(host)s) has no public address to look at.", name=relay.name, host=relay.host)
        return Point("PTR", Standing.UNKNOWN, text)
    if nameless:
        text = say(
            "The address %(nameless)s of the relay %(name)s has no name (PTR); receivers refuse mail from such.",
            nameless=nameless[0],
            name=relay.name,
        )
        mend = say("Whoever the address belongs to can give it a name; without harm where mail leaves from another address.")
        return Point("PTR", Standing.ADVICE, text, mend)
    named = ", ".join(dict.fromkeys(name for names in relay.names.values() for name in names))
    return Point("PTR", Standing.RIGHT, say("The relay %(name)s has a name: %(named)s.", name=relay.name, named=named))


def _unknown(what: str, reason: str, lead: str = say("Nobody knows")) -> Point:
    return Point(
        what,
        Standing.UNKNOWN,
        say("%(lead)s; the DNS could not be asked: %(reason)s.", lead=lead, reason=reason),
        say("Look again later."),
    )


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, mark, value in pairs if mark}
