"""What the doctor looks at on this machine and in this database: disk, key, copies, feeds, relays, data that may be missing."""

import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from newsletter import nameserver
from newsletter.archive import pdf
from newsletter.clock import MOST_APART, apart
from newsletter.errors import NotAdopted
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Feed
from newsletter.issues.model import Newsletter
from newsletter.letters import hostbook
from newsletter.mail import mailings, relaybook, relaycheck, roster, senderlook
from newsletter.mail.relaybook import Entry
from newsletter.mail.senderlook import Asked
from newsletter.mail.senderproof import Point, Proof, Record, Standing, prove
from newsletter.nameserver import Server
from newsletter.review import caniemail
from newsletter.settings import Settings
from newsletter.strongbox import Strongbox
from subscribers.sentence import say
from subscribers.transaction import Transaction

GIGABYTE = 1_000_000_000
# A mailing of 100,000 people writes 200 MB, an image 0.3 MB.
LOW_DISK = 2 * GIGABYTE
# SQLite stops in the middle of a transaction where there is none left.
EMPTY_DISK = GIGABYTE // 5

# Feeds are read every hour or so; one that was not for this long has lost its worker.
UNREAD = timedelta(days=2)

# Of one relay, in seconds: whoever asks the doctor sits in front of it.
RELAY_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Sender:
    """A domain that mail is sent from, the newsletters that do, and what proves it."""

    domain: str
    newsletters: tuple[str, ...]
    proof: Proof

    @property
    def verdict(self) -> str:
        """Whether its mail is proven, as a sentence."""
        proof = self.proof
        proven = [name for name, is_aligned in (("SPF", proof.is_spf_aligned), ("DKIM", proof.is_dkim_aligned)) if is_aligned]
        if proven:
            return say("Its mail is proven by %(proven)s.", proven=" and ".join(proven))
        if proof.is_turned_away:
            return say("Nothing proves its mail, and receivers are asked to turn such away: it will not arrive.")
        if proof.is_spf_aligned is None or proof.is_dkim_aligned is None:
            return say("Whether anything proves its mail is not known.")
        return say("Nothing proves its mail: much of it ends in the spam folder.")


def about_senders(senders: Sequence[tuple[Newsletter, Asked]], server: Server | None = None) -> Iterator[Sender]:
    """Ask the DNS about each domain once, whoever sends from it."""
    by_domain = {asked.domain: asked for _, asked in senders}
    for domain, asked in by_domain.items():
        names = tuple(newsletter.name for newsletter, one in senders if one.domain == domain)
        yield Sender(domain, names, prove(senderlook.look(asked, server)))


def about_settings(settings: Settings) -> Iterator[Point]:
    """Look at what needs no database: the key's file, the address of the pages, the disk."""
    yield _about_key(settings)
    if settings.is_local:
        text = say(
            "The pages are reached from this machine only (%(public_url)s), and so are the links in mails.",
            public_url=settings.public_url,
        )
        mend = say("Set NEWSLETTER_PUBLIC_URL to the address that readers reach before you write to them.")
        yield Point(say("pages"), Standing.ADVICE, text, mend)
    elif settings.public_url.startswith("http://"):
        text = say("Links in mails lead to %(public_url)s, which is not encrypted.", public_url=settings.public_url)
        yield Point(
            say("pages"),
            Standing.ADVICE,
            text,
            say("Put a server with a certificate before it, and set NEWSLETTER_PUBLIC_URL."),
        )
    else:
        yield Point(say("pages"), Standing.RIGHT, say("Links in mails lead to %(public_url)s.", public_url=settings.public_url))
    yield _about_returns(settings)
    folders = {settings.data_dir, settings.journal_dir}
    yield from (_about_disk(folder) for folder in sorted(folders) if folder.exists())


def _about_returns(settings: Settings) -> Point:
    """Look whether anything reads what comes back."""
    ways = [str(one) for one in (settings.returns_mailbox, settings.returns_listen) if one is not None]
    ways += [one.value for one in settings.webhooks.secrets]
    if not ways:
        text = say("Nothing here reads what comes back: bounces, complaints and departures by mail are not heard of.")
        mend = say("Set NEWSLETTER_RETURNS_URL, NEWSLETTER_RETURNS_LISTEN or the webhook of your provider.")
        return Point(say("returns"), Standing.ADVICE, text, mend)
    text = say("What comes back is taken in: %(ways)s.", ways=", ".join(ways))
    return Point(say("returns"), Standing.RIGHT, text)


def about_return_domain(settings: Settings, server: Server | None = None) -> Iterator[Point]:
    """Ask the DNS where what comes back is brought, when it has a domain of its own."""
    domain = settings.return_domain
    if not domain:
        return
    answer = nameserver.mail_servers(domain, server)
    hosts = [host for host in answer.found if host]
    if answer.trouble:
        text = say("Where mail for %(domain)s goes is not known: %(trouble)s.", domain=domain, trouble=answer.trouble)
        yield Point(say("return domain"), Standing.UNKNOWN, text, say("Look again later."))
    elif hosts:
        text = say("What comes back to %(domain)s goes to %(servers)s.", domain=domain, servers=", ".join(hosts[:3]))
        yield Point(say("return domain"), Standing.RIGHT, text)
    else:
        text = say("%(domain)s has no MX record, so what comes back may be brought nowhere.", domain=domain)
        mend = say("Publish the server that takes its mail.")
        yield Point(say("return domain"), Standing.WRONG, text, mend, Record(domain, "MX", "10 SERVER."))


def about_programs(settings: Settings) -> Iterator[Point]:
    """Look at what the product uses where it is there."""
    yield _about_mail_programs(settings)
    yield _about_prints()
    if find_spec("uvloop") is None:
        mend = say("Install the package with its extra: newsletter[fast].")
        yield Point(
            "uvloop", Standing.ADVICE, say("The quicker event loop (uvloop) is not installed; mailing works without."), mend
        )


def _about_mail_programs(settings: Settings) -> Point:
    """Look whether it is known what the readers' mail programs cannot show."""
    support = caniemail.load_support(programs=settings.mail_programs)
    if support is None:
        text = say(
            "What the readers' mail programs cannot show is not known (there are no data of caniemail); no check tells of it."
        )
        mend = say("Where npm is there, fetch the data in a checkout; a package installed from it afterwards has them.")
        return Point(say("mail programs"), Standing.ADVICE, text, mend, command="scripts/caniemail")
    named = ", ".join(program.name for program in support.programs)
    return Point(
        say("mail programs"),
        Standing.RIGHT,
        say("What they can show is known as of %(as_of)s: %(named)s.", as_of=support.as_of, named=named),
    )


def _about_prints() -> Point:
    """Look whether issues can be printed as PDF."""
    reason = pdf.available()
    if reason is None:
        return Point("pdf", Standing.RIGHT, say("Issues are printed as PDF."))
    mend = say(
        "Install the package with its extra newsletter[pdf], and Pango (on Debian: libpango-1.0-0 and libpangoft2-1.0-0)."
    )
    return Point(
        "pdf", Standing.ADVICE, say("No issue is printed as PDF, and no page offers one: %(reason)s.", reason=reason), mend
    )


def about_database(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Point]:
    """Look at what the database knows: whether it may mail, how its feeds were read, whether there is a relay."""
    if mailings.is_copy(tx):
        yield Point(
            say("database"), Standing.WRONG, str(NotAdopted()), say("Adopt it, or go on in the one it was copied from.")
        )
    else:
        yield Point(say("database"), Standing.RIGHT, say("The database is here and has the shape this version expects."))
    for host in roster.drained_hosts(tx):
        text = say("The host %(host)s is drained: nothing is mailed from there.", host=host.name)
        mend = say("Let it mail again when it is ready.")
        yield Point(say("host"), Standing.ADVICE, text, mend, command=f"newsletter workers resume --host {host.name}")
    yield from _about_templates(hostbook.sides(tx, now))
    if settings.former_secret_keys:
        mend = say("Change the key to its end, then take the former one out of the settings.")
        yield Point(say("key"), Standing.ADVICE, say("A former key is still set."), mend)
    yield from (_about_feed(feed, now) for feed in feeds.feeds_of(tx, None))
    missing = relaybook.missing(tx, settings.relay)
    if missing is not None:
        yield Point(say("relay"), Standing.WRONG, str(missing), say("Add one."), command="newsletter relays add NAME URL")


def _about_templates(sides: tuple[tuple[str, ...], ...]) -> Iterator[Point]:
    """Look whether all hosts lay letters out alike; nothing where there is one host."""
    if sum(map(len, sides)) < 2:  # noqa: PLR2004 -- with none to compare it with
        return
    if len(sides) == 1:
        text = say("All hosts have the same templates of their own: %(hosts)s.", hosts=hostbook.told(sides))
        yield Point(say("templates"), Standing.RIGHT, text)
        return
    text = say("Hosts have different templates of their own: %(hosts)s.", hosts=hostbook.told(sides))
    mend = say("Put the same files into the folder “templates” of the data folder of each.")
    yield Point(say("templates"), Standing.WRONG, text, mend)


def about_clock(ahead: timedelta | None) -> Iterator[Point]:
    """Look how far the clock of this machine is *ahead* of the database's; nothing where they are the same one."""
    if ahead is None:
        return
    text = say("The clock of this machine is %(apart)s the database's", apart=apart(ahead))
    if abs(ahead) <= MOST_APART:
        yield Point(say("clock"), Standing.RIGHT, say("%(text)s, which decides what is due.", text=text))
    else:
        mend = say("Set it right, best by NTP. Nothing is sent early or late by it: the database's clock decides what is due.")
        yield Point(say("clock"), Standing.WRONG, say("%(text)s.", text=text), mend)


def about_relay(entry: Entry, strongbox: Strongbox) -> Point:
    """Connect to a relay and log in, as a mailer would; nothing is sent."""
    too_late = say("It did not answer within %(relay_patience)s seconds.", relay_patience=f"{RELAY_PATIENCE:g}")
    found = relaycheck.examined(relaybook.opened(entry, strongbox), None, RELAY_PATIENCE)
    trouble = too_late if found is None else found.trouble
    name = say("The relay %(name)s (%(relay)s)", name=entry.name, relay=entry.relay)
    if trouble:
        return Point(
            say("relay"),
            Standing.WRONG,
            say("%(name)s takes no mail. %(trouble)s", name=name, trouble=trouble),
            say("Try it."),
            command=f"newsletter relays test {entry.name}",
        )
    return Point(say("relay"), Standing.RIGHT, say("%(name)s takes mail.", name=name))


def _about_key(settings: Settings) -> Point:
    path = settings.secret_file
    if settings.secret_key is None:
        return Point(say("key"), Standing.WRONG, say("There is no secret key yet."), say("Make it."), command="newsletter init")
    if not path.exists():
        text = say("The secret key comes from the settings.")
        return Point(
            say("key"), Standing.RIGHT, text, say("Keep a copy of it apart from the database; nothing opens without it.")
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        text = say("Others on this machine can read the secret key (%(path)s, mode %(mode)s).", path=path, mode=f"{mode:o}")
        return Point(say("key"), Standing.WRONG, text, say("Let its owner alone read it."), command=f"chmod 600 {path}")
    return Point(say("key"), Standing.RIGHT, say("The secret key is in %(path)s, and its owner alone reads it.", path=path))


def _about_disk(folder: Path) -> Point:
    free = shutil.disk_usage(folder).free
    text = say("%(folder)s has %(free)s GB left.", folder=folder, free=f"{free / GIGABYTE:.1f}")
    if free < EMPTY_DISK:
        return Point(
            say("disk"), Standing.WRONG, text, say("Make room before anything else; a full disk stops mailing in the middle.")
        )
    if free < LOW_DISK:
        return Point(say("disk"), Standing.ADVICE, text, say("Make room soon."))
    return Point(say("disk"), Standing.RIGHT, text)


def _about_feed(feed: Feed, now: datetime) -> Point:
    if feed.trouble:
        mend = say("See whether its address still holds; the worker goes on trying.")
        return Point(
            say("feed"),
            Standing.ADVICE,
            say("The feed %(url)s could not be read: %(trouble)s", url=feed.url, trouble=feed.trouble),
            mend,
        )
    if feed.gathered_at is None or now - feed.gathered_at > UNREAD:
        when = (
            say("has never been read")
            if feed.gathered_at is None
            else say("was last read %(gathered_at)s", gathered_at=f"{feed.gathered_at:%d %b %Y}")
        )
        mend = say("Let a worker run, or read it by hand.")
        return Point(
            say("feed"),
            Standing.ADVICE,
            say("The feed %(url)s %(when)s.", url=feed.url, when=when),
            mend,
            command="newsletter feeds gather",
        )
    return Point(say("feed"), Standing.RIGHT, say("The feed %(url)s is read well.", url=feed.url))
