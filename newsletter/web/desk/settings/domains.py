"""Sending domains: the keys that sign, the records to publish, and what the DNS says of both."""

from dataclasses import dataclass

from starlette.responses import Response

from newsletter import checkup, inspection
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words, later
from newsletter.mail import dkimkeys, senderlook
from newsletter.mail.dkim import SigningKey
from newsletter.mail.dkimkeys import KeptKey, KeyState
from newsletter.mail.dkimrecord import Algorithm, domain_name
from newsletter.mail.senderlook import Asked
from newsletter.strongbox import Strongbox
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

HERE = "/desk/settings/domains"

_STATES = {
    KeyState.ACTIVE: (later("signs"), "done"),
    KeyState.MADE: (later("not yet in use"), "waits"),
    KeyState.RETIRED: (later("retired"), "gone"),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key as the page shows it."""

    kept: KeptKey
    words: str
    mark: str

    @property
    def can_sign(self) -> bool:
        """Whether it could be let sign."""
        return self.kept.state is not KeyState.ACTIVE


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain that mail is sent from, or that has a key."""

    name: str
    newsletters: tuple[str, ...]
    keys: tuple[Key, ...]
    # Selectors and domain of what signs its mail; empty: nothing does.
    signed_by: str


def show(site: Site, visit: Visit) -> Response:
    """Show the domains, their keys and records; asks nobody."""
    return _page(site, visit)


def look(site: Site, visit: Visit) -> Response:
    """Ask the DNS about each domain; takes some seconds."""
    with site.application.database.read() as tx:
        senders = _senders(site, tx)
    return _page(site, visit, looked=tuple(checkup.about_senders(senders)))


def make(site: Site, visit: Visit) -> Response:
    """Make a key; it signs nothing before somebody lets it."""
    application = site.application
    try:
        domain = domain_name(visit.text("domain"))
        algorithm = Algorithm.ED25519 if visit.text("kind") == Algorithm.ED25519 else Algorithm.RSA
        with application.database.read() as tx:
            selector = dkimkeys.monthly_selector(tx, domain, algorithm, visit.now)
        # An RSA key takes its time to be found; no transaction waits for that.
        key = SigningKey.generate(domain, selector, algorithm)
        with application.database.write() as tx:
            kept = dkimkeys.keep(tx, Strongbox.of(application.keyring), key, visit.now)
            sheets.record(tx, visit, "dkim.new", f"DKIM key {kept.name}", algorithm=kept.algorithm, is_imported=False)
    except sheets.REFUSALS as error:
        return _page(site, visit, refused=error)
    return sheets.done(HERE, "key-made")


def activate(site: Site, visit: Visit) -> Response:
    """Let a key sign, once the DNS has its record."""
    domain, selector = visit.text("domain"), visit.text("selector")
    with site.application.database.read() as tx:
        key = dkimkeys.find(tx, domain, selector)
    try:
        # Before the transaction that changes something: nothing is held over the network.
        senderlook.require_published(key)
        with site.application.database.write() as tx:
            dkimkeys.activate(tx, domain, selector, visit.now)
            sheets.record(tx, visit, "dkim.activate", f"DKIM key {key.name}", is_checked=True)
    except sheets.REFUSALS as error:
        return _page(site, visit, refused=error)
    return sheets.done(HERE, "key-active")


def retire(site: Site, visit: Visit) -> Response:
    """Let a key sign no more."""
    domain, selector = visit.text("domain"), visit.text("selector")
    try:
        with site.application.database.write() as tx:
            key = dkimkeys.find(tx, domain, selector)
            dkimkeys.retire(tx, domain, selector, visit.now)
            sheets.record(tx, visit, "dkim.retire", f"DKIM key {key.name}")
    except sheets.REFUSALS as error:
        return _page(site, visit, refused=error)
    return sheets.done(HERE, "key-retired")


def domains_of(tx: Transaction, words: Words) -> tuple[Domain, ...]:
    """Give the domains of all senders, then those that only have a key."""
    papers = newsletters.all_newsletters(tx)
    keys = dkimkeys.all_keys(tx)
    names = dict.fromkeys([*(_domain(one) for one in papers), *(key.domain for key in keys)])
    return tuple(
        Domain(
            name,
            tuple(one.name for one in papers if _domain(one) == name),
            tuple(Key(key, *_STATES[key.state]) for key in keys if key.domain == name),
            ", ".join(
                words.gettext("%(key)s of %(domain)s", key=key.selector, domain=key.domain)
                for key in dkimkeys.signing(tx, name)
            ),
        )
        for name in names
    )


def _page(
    site: Site, visit: Visit, *, looked: tuple[checkup.Sender, ...] | None = None, refused: Exception | None = None
) -> Response:
    with site.application.database.read() as tx:
        known, zone = domains_of(tx, visit.words), newsletters.zone_of_house(tx)
    return sheets.page(
        site,
        visit,
        "domains",
        at="domains",
        refused=refused,
        domains=known,
        looked=looked,
        zone=zone,
        # Only the form of a new key says of which kind.
        typed={"domain": visit.text("domain") if "kind" in visit.form else "", "kind": visit.text("kind")},
    )


def _senders(site: Site, tx: Transaction) -> tuple[tuple[Newsletter, Asked], ...]:
    settings = site.application.settings
    papers = newsletters.all_newsletters(tx)
    return tuple((one, inspection.sender_of(tx, one, settings.return_domain, settings.relay)) for one in papers)


def _domain(newsletter: Newsletter) -> str:
    return newsletter.sender_address.rpartition("@")[2].lower()
