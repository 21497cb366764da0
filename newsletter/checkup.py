"""What the doctor looks at on this machine and in this database: disk, key, copies, feeds, relays, data that may be missing."""

import asyncio
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from newsletter.archive import pdf
from newsletter.clock import MOST_APART, apart
from newsletter.errors import NotAdopted
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Feed
from newsletter.issues.model import Newsletter
from newsletter.mail import mailings, relaybook, relaycheck, senderlook
from newsletter.mail.relaybook import Entry
from newsletter.mail.senderlook import Asked
from newsletter.mail.senderproof import Point, Proof, Standing, prove
from newsletter.nameserver import Server
from newsletter.review import caniemail
from newsletter.settings import Settings
from newsletter.strongbox import Strongbox
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
            return f"Its mail is proven by {' and '.join(proven)}."
        if proof.is_turned_away:
            return "Nothing proves its mail, and receivers are asked to turn such away: it will not arrive."
        if proof.is_spf_aligned is None or proof.is_dkim_aligned is None:
            return "Whether anything proves its mail is not known."
        return "Nothing proves its mail: much of it ends in the spam folder."


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
        text = f"The pages are reached from this machine only ({settings.public_url}), and so are the links in mails."
        mend = "Set NEWSLETTER_PUBLIC_URL to the address that readers reach before you write to them."
        yield Point("pages", Standing.ADVICE, text, mend)
    elif settings.public_url.startswith("http://"):
        text = f"Links in mails lead to {settings.public_url}, which is not encrypted."
        yield Point("pages", Standing.ADVICE, text, "Put a server with a certificate before it, and set NEWSLETTER_PUBLIC_URL.")
    else:
        yield Point("pages", Standing.RIGHT, f"Links in mails lead to {settings.public_url}.")
    folders = {settings.data_dir, settings.journal_dir}
    yield from (_about_disk(folder) for folder in sorted(folders) if folder.exists())


def about_programs(settings: Settings) -> Iterator[Point]:
    """Look at what the product uses where it is there."""
    yield _about_mail_programs(settings)
    yield _about_prints()
    if find_spec("uvloop") is None:
        mend = "Install the package with its extra: newsletter[fast]."
        yield Point("uvloop", Standing.ADVICE, "The quicker event loop (uvloop) is not installed; mailing works without.", mend)


def _about_mail_programs(settings: Settings) -> Point:
    """Look whether it is known what the readers' mail programs cannot show."""
    support = caniemail.load_support(programs=settings.mail_programs)
    if support is None:
        text = (
            "What the readers' mail programs cannot show is not known (there are no data of caniemail); no check tells of it."
        )
        mend = "Where npm is there, fetch the data in a checkout; a package installed from it afterwards has them."
        return Point("mail programs", Standing.ADVICE, text, mend, command="scripts/caniemail")
    named = ", ".join(program.name for program in support.programs)
    return Point("mail programs", Standing.RIGHT, f"What they can show is known as of {support.as_of}: {named}.")


def _about_prints() -> Point:
    """Look whether issues can be printed as PDF."""
    reason = pdf.available()
    if reason is None:
        return Point("pdf", Standing.RIGHT, "Issues are printed as PDF.")
    mend = "Install the package with its extra newsletter[pdf], and Pango (on Debian: libpango-1.0-0 and libpangoft2-1.0-0)."
    return Point("pdf", Standing.ADVICE, f"No issue is printed as PDF, and no page offers one: {reason}.", mend)


def about_database(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Point]:
    """Look at what the database knows: whether it may mail, how its feeds were read, whether there is a relay."""
    if mailings.is_copy(tx):
        yield Point("database", Standing.WRONG, str(NotAdopted()), "Adopt it, or go on in the one it was copied from.")
    else:
        yield Point("database", Standing.RIGHT, "The database is here and has the shape this version expects.")
    if settings.former_secret_keys:
        mend = "Change the key to its end, then take the former one out of the settings."
        yield Point("key", Standing.ADVICE, "A former key is still set.", mend)
    yield from (_about_feed(feed, now) for feed in feeds.feeds_of(tx, None))
    missing = relaybook.missing(tx, settings.relay)
    if missing is not None:
        yield Point("relay", Standing.WRONG, str(missing), "Add one.", command="newsletter relays add NAME URL")


def about_clock(ahead: timedelta | None) -> Iterator[Point]:
    """Look how far the clock of this machine is *ahead* of the database's; nothing where they are the same one."""
    if ahead is None:
        return
    text = f"The clock of this machine is {apart(ahead)} the database's"
    if abs(ahead) <= MOST_APART:
        yield Point("clock", Standing.RIGHT, f"{text}, which decides what is due.")
    else:
        mend = "Set it right, best by NTP. Nothing is sent early or late by it: the database's clock decides what is due."
        yield Point("clock", Standing.WRONG, f"{text}.", mend)


def about_relay(entry: Entry, strongbox: Strongbox) -> Point:
    """Connect to a relay and log in, as a mailer would; nothing is sent."""

    async def examine() -> relaycheck.Found:
        async with asyncio.timeout(RELAY_PATIENCE):
            return await relaycheck.examine(relaybook.opened(entry, strongbox))

    try:
        trouble = asyncio.run(examine()).trouble
    except TimeoutError:
        trouble = f"It did not answer within {RELAY_PATIENCE:g} seconds."
    name = f"The relay {entry.name} ({entry.relay})"
    if trouble:
        return Point(
            "relay",
            Standing.WRONG,
            f"{name} takes no mail. {trouble}",
            "Try it.",
            command=f"newsletter relays test {entry.name}",
        )
    return Point("relay", Standing.RIGHT, f"{name} takes mail.")


def _about_key(settings: Settings) -> Point:
    path = settings.secret_file
    if settings.secret_key is None:
        return Point("key", Standing.WRONG, "There is no secret key yet.", "Make it.", command="newsletter init")
    if not path.exists():
        text = "The secret key comes from the settings."
        return Point("key", Standing.RIGHT, text, "Keep a copy of it apart from the database; nothing opens without it.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        text = f"Others on this machine can read the secret key ({path}, mode {mode:o})."
        return Point("key", Standing.WRONG, text, "Let its owner alone read it.", command=f"chmod 600 {path}")
    return Point("key", Standing.RIGHT, f"The secret key is in {path}, and its owner alone reads it.")


def _about_disk(folder: Path) -> Point:
    free = shutil.disk_usage(folder).free
    text = f"{folder} has {free / GIGABYTE:.1f} GB left."
    if free < EMPTY_DISK:
        return Point("disk", Standing.WRONG, text, "Make room before anything else; a full disk stops mailing in the middle.")
    if free < LOW_DISK:
        return Point("disk", Standing.ADVICE, text, "Make room soon.")
    return Point("disk", Standing.RIGHT, text)


def _about_feed(feed: Feed, now: datetime) -> Point:
    if feed.trouble:
        mend = "See whether its address still holds; the worker goes on trying."
        return Point("feed", Standing.ADVICE, f"The feed {feed.url} could not be read: {feed.trouble}", mend)
    if feed.gathered_at is None or now - feed.gathered_at > UNREAD:
        when = "has never been read" if feed.gathered_at is None else f"was last read {feed.gathered_at:%d %b %Y}"
        mend = "Let a worker run, or read it by hand."
        return Point("feed", Standing.ADVICE, f"The feed {feed.url} {when}.", mend, command="newsletter feeds gather")
    return Point("feed", Standing.RIGHT, f"The feed {feed.url} is read well.")
