"""Asks the DNS everything that proves a sender, all at once; a person waits for it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address

from newsletter import nameserver
from newsletter.clock import monotonic
from newsletter.errors import BadValue
from newsletter.mail.dkimkeys import KeptKey, KeyState
from newsletter.mail.dkimrecord import Published, compare
from newsletter.mail.senderproof import KeyLook, Record, RelayLook, Seen, parents
from newsletter.mail.spf import MOST_LOOKUPS, leads_to
from newsletter.nameserver import Server, Texts
from newsletter.outbound import is_public
from subscribers.sentence import say

# Questions under way at the same time.
_AT_ONCE = 8
# A relay with more addresses is a provider's, who knows what a name is for.
_MOST_ADDRESSES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about."""

    domain: str
    # Where bounces go; the domain itself unless a setting says otherwise.
    return_domain: str
    # Keys that sign for the domain; else those that were made for it.
    keys: Sequence[KeptKey]
    # Name and host of each relay.
    relays: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What the DNS says of one key: the value of a `Published`, or `unknown`."""

    found: str
    words: str

    @property
    def is_right(self) -> bool:
        """Whether the DNS has the key."""
        return self.found == Published.RIGHT


def look_at_key(key: KeptKey, server: Server | None = None) -> KeyAnswer:
    """Ask the DNS for the record of a key; blocks for some seconds at most."""
    answer = nameserver.texts(key.record.name, server)
    if answer.trouble:
        return KeyAnswer("unknown", f"the DNS could not be asked: {answer.trouble}")
    published = compare(key.record, answer.found)
    return KeyAnswer(published, published.words)


def require_published(key: KeptKey, server: Server | None = None) -> None:
    """Ask for the record of a key that is to sign.

    Raises:
        BadValue: the DNS has it not, or not so.

    """
    answer = look_at_key(key, server)
    if not answer.is_right:
        raise BadValue(
            say("record"),
            key.record.name,
            say("%(words)s. The key was not let sign; publish the record below first", words=answer.words),
        )


def look(asked: Asked, server: Server | None = None) -> Seen:
    """Ask the DNS; blocks for some seconds at most."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="DNS") as pool:

        def later(question: Callable[[str, Server | None], Texts], name: str) -> "Future[Texts]":
            return pool.submit(question, name, server)

        spf = later(nameserver.texts, asked.return_domain)
        included = pool.submit(_included, spf, server)
        dmarc = {domain: later(nameserver.texts, f"_dmarc.{domain}") for domain in parents(asked.domain)}
        keys = [(key, later(nameserver.texts, key.record.name)) for key in asked.keys]
        servers = later(nameserver.mail_servers, asked.domain)
        relays = [pool.submit(_relay, name, host, server) for name, host in asked.relays]
        # Without a server for its mail, mail goes to the domain's own address.
        is_bare = not servers.result().found and not servers.result().trouble
        answered = {domain: answer.result() for domain, answer in dmarc.items()}
        troubles = {
            "SPF": spf.result().trouble,
            "DMARC": next((one.trouble for one in answered.values() if one.trouble), ""),
            "DKIM": next((answer.result().trouble for _, answer in keys if answer.result().trouble), ""),
            "MX": servers.result().trouble,
        }
        return Seen(
            domain=asked.domain,
            return_domain=asked.return_domain,
            spf=spf.result().found,
            dmarc={domain: one.found for domain, one in answered.items()},
            keys=tuple(_key(key, answer.result()) for key, answer in keys),
            mail_servers=servers.result().found,
            has_address=is_bare and bool(nameserver.host_addresses(asked.domain, server).found),
            relays=tuple(relay.result() for relay in relays),
            troubles={what: trouble for what, trouble in troubles.items() if trouble},
            included=included.result(),
        )


def _included(spf: "Future[Texts]", server: Server | None) -> dict[str, tuple[str, ...]]:
    """Give the TXT records of what an SPF record leads to, one behind the other; what does not answer is left out."""
    known: dict[str, tuple[str, ...]] = {}
    waiting = list(leads_to(spf.result().found))
    began = monotonic()
    while waiting and len(known) <= MOST_LOOKUPS and monotonic() - began < nameserver.WHOLE_PATIENCE:
        name = waiting.pop(0)
        if name in known:
            continue
        answer = nameserver.texts(name, server, nameserver.PATIENCE)
        if not answer.trouble:
            known[name] = answer.found
            waiting += leads_to(answer.found)
    return known


def _key(key: KeptKey, answer: Texts) -> KeyLook:
    record = Record(key.record.name, "TXT", key.record.value)
    published = None if answer.trouble else compare(key.record, answer.found)
    return KeyLook(key.domain, key.selector, key.state is KeyState.ACTIVE, record, published)


def _relay(name: str, host: str, server: Server | None) -> RelayLook:
    """Look up the public addresses of a relay and their names; one on this machine or network has none to look at."""
    try:
        addresses: Sequence[str] = (str(ip_address(host)),)
    except ValueError:
        addresses = nameserver.host_addresses(host, server).found if "." in host else ()
    public = [address for address in addresses if is_public(ip_address(address))][:_MOST_ADDRESSES]
    return RelayLook(name, host, {address: nameserver.names_of(address, server).found for address in public})
