"""Reading a bundle into an instance that has newsletters of its own: under new numbers, nobody twice, and nothing is mailed."""

import hmac
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.backups import belongings, bringing, manifest
from newsletter.backups.bringing import Ids
from newsletter.backups.manifest import BUNDLE, About
from newsletter.backups.reading import Key, begun, load, rows_of
from newsletter.backups.refusal import BackupUnusable
from newsletter.bootstrap import bare_database
from newsletter.errors import AlreadyThere, BadValue
from newsletter.issues import alerts, newsletters
from newsletter.issues.model import Newsletter
from newsletter.issues.quarters import Quarter
from newsletter.letters.templates import Templates
from newsletter.mail import digestbook
from newsletter.staff import audit
from newsletter.staff.audit import Asked
from subscribers import register, transfer
from subscribers.oneline import one_line
from subscribers.rechaining import Basis
from subscribers.slug import slug
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from subscribers.transfer import Coming

Tell = Callable[[int, int], None]

# What stands in the audit, by which a bundle is known that was unpacked before.
ACT = "newsletter.unpack"
_ACTS_AT_A_TIME = 1_000

_BASIS = "Came with the newsletter %s from the instance %s, which packed it at %s. What was said there follows, chained anew."
_ELSEWHERE = "the instance it came from sees to it"
_NARROWED = (
    "%s came with its newsletter, and was for some segments, or for further lists as well. Those stayed behind, and it is for "
    "everybody of its list now: say again who gets it before it is approved."
)
_USUAL_THEME = {"theme": "federation", "tokens": {}}


@dataclass(frozen=True, slots=True)
class Sight:
    """A bundle that was read to its end, so that it is whole."""

    about: About
    rows: Mapping[str, int]
    digest: str
    # Whether its seal proves that it is what was written; under another key nobody can tell.
    is_proved: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that lies in a database of its own."""

    about: About
    stage: Transaction

    @property
    def name(self) -> str:
        """How the newsletter is called where it comes from."""
        return str(self.about.told["name"])

    @property
    def slug(self) -> str:
        """What stands in its addresses there."""
        return str(self.about.told["newsletter"])


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came of it."""

    newsletter: Newsletter
    people: Counter[str]
    issues: Counter[str]
    # Its theme is none of this instance.
    has_lost_theme: bool


def look(path: Path, key: Key, keyring: Keyring, tell: Tell) -> Sight:
    """Read a bundle to its end, and write nothing; *tell* is told bytes and rows.

    Raises:
        BackupUnusable: it is not whole, or none that this version can read.
        BadValue: it cannot be read.

    """
    with begun(path, key, None, BUNDLE) as (reading, parts, file):
        _require_told(reading.about)
        is_known = manifest.is_of_key(reading.about, keyring)
        for _ in rows_of(reading, parts, keyring if is_known else None):
            tell(file.tell(), sum(reading.tally.rows.values()))
    return Sight(reading.about, reading.tally.rows, reading.digest, is_known)


@contextmanager
def opened(path: Path, key: Key, seen: Sight, beside: Path) -> Iterator[Bundle]:
    """Lay a bundle that was *seen* into a database of its own, in a folder that goes away with the block.

    Raises:
        BackupUnusable: it is another one meanwhile, or what it holds does not fit together.
        BadValue: it cannot be read.

    """
    with (
        begun(path, key, None, BUNDLE) as (reading, parts, _),
        tempfile.TemporaryDirectory(prefix=".newsletter-bundle-", dir=beside) as folder,
    ):
        database = bare_database(f"sqlite:///{folder}/stage.db")
        try:
            with database.write_alone() as stage:
                load(stage, reading, parts, None, lambda: None)
                if reading.digest != seen.digest:
                    raise BackupUnusable("it was changed meanwhile")
                _require_whole(stage, reading.about)
                yield Bundle(reading.about, stage)
        finally:
            database.close()


def require_trust(seen: Sight, digest: str) -> None:
    """Ask that a bundle is what was packed: its seal says so, or somebody who has seen the digest there.

    Raises:
        BadValue: neither does.

    """
    if digest and not hmac.compare_digest(digest.strip().lower().encode(), seen.digest.encode()):
        raise BadValue("digest", digest, f"is not that of this file, which is {seen.digest}. Nothing was changed.")
    if not digest and not seen.is_proved:
        raise BadValue(
            "file",
            str(seen.about.told["newsletter"]),
            "was packed under another key, so that its seal proves nothing here. Give the digest that `pack` told "
            "there: --digest. Nothing was changed.",
        )


def earlier(tx: Transaction, seen: Sight) -> datetime | None:
    """Give when this very bundle was unpacked here before; None: it never was."""
    before: int | None = None
    while found := audit.page(tx, Asked(act=ACT), before, _ACTS_AT_A_TIME):
        for one in found:
            if one.detail.get("bundle") == seen.digest:
                return one.at
        before = found[-1].id
    return None


def bring(
    tx: Transaction, bundle: Bundle, keyring: Keyring, templates: Templates, now: datetime, *, called: str = ""
) -> Unpacked:
    """Write everything of a bundle into this instance; *called*: as newsletter and list are called here instead.

    Raises:
        AlreadyThere: a newsletter or list is called so, or has the same address.
        BadValue: there is nothing to be read in the name.

    """
    stage, told = bundle.stage, bundle.about.told
    names = _names(tx, bundle, called)
    ids: Ids = {}
    list_id = bringing.put_list(stage, tx, ids, names[1])
    has_theme = _has_theme(stage, templates, int(told["newsletter_id"]))
    number = bringing.put_newsletter(stage, tx, ids, names[0] | ({} if has_theme else _USUAL_THEME))
    bringing.put_settings(stage, tx, ids)
    basis = Basis(now, _BASIS % (bundle.name, bundle.about.instance, f"{bundle.about.made_at:%Y-%m-%d %H:%M} UTC"))
    come = transfer.take_in(tx, Coming(stage, int(told["list_id"]), list_id, keyring, basis))
    ids["subscription"] = come.subscriptions
    bringing.put_some(stage, tx, "subscription_topic", ids)
    issues = bringing.put_issues(stage, tx, ids, now)
    bringing.put_some(stage, tx, "digest", ids)
    made = newsletters.by_id(tx, number)
    # A quarter that is over was told there, or will be: nobody is to get it twice.
    digestbook.settle(tx, number, Quarter.at(now, made.zone).previous, now, _ELSEWHERE)
    _tell_narrowed(tx, made, [ids["issue"][one] for one in told["narrowed"] if one in ids["issue"]], now)
    return Unpacked(made, come.figures, issues, not has_theme)


def _require_told(about: About) -> None:
    told = about.told
    if not {one.name for one in about.tables} <= belongings.NAMES:
        raise BackupUnusable("it holds what is no part of a newsletter")
    has_numbers = all(type(told.get(name)) is int for name in ("newsletter_id", "list_id", "faults"))
    has_names = all(isinstance(told.get(name), str) for name in ("name", "newsletter"))
    if not has_numbers or not has_names or not _are_numbers(told.get("narrowed")):
        raise BackupUnusable("what it says of itself makes no sense")


def _require_whole(stage: Transaction, about: About) -> None:
    if stage.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise BackupUnusable("what it holds does not fit together")
    newsletter, list_ = about.told["newsletter_id"], about.told["list_id"]
    lists = [one.id for one in register.all_lists(stage)]
    held = [(one.id, one.list_id) for one in newsletters.all_newsletters(stage)]
    if [(newsletter, list_)] != held or [list_] != lists:
        raise BackupUnusable("it does not hold one newsletter with its list")


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(one) is int for one in value)


def _names(tx: Transaction, bundle: Bundle, called: str) -> tuple[dict[str, object], dict[str, str]]:
    """Give how newsletter and list are called here, where that is something else than there."""
    if called:
        name = one_line(called, newsletters.LONGEST_NAME)
        own = {"name": name, "slug": slug(name, "newsletter")}
        if not name or bringing.is_taken(tx, name, own["slug"]):
            raise AlreadyThere("newsletter or list", name)
        return dict(own), own
    list_ = register.list_by_id(bundle.stage, int(bundle.about.told["list_id"]))
    for name, address in ((bundle.name, bundle.slug), (list_.name, list_.slug)):
        if bringing.is_taken(tx, name, address):
            raise AlreadyThere("newsletter or list", f"{name} ({address})")
    return {}, {}


def _has_theme(stage: Transaction, templates: Templates, number: int) -> bool:
    known = newsletters.by_id(stage, number)
    try:
        templates.in_theme(known.theme, known.slug, known.tokens)
    except BadValue:
        return False
    return True


def _tell_narrowed(tx: Transaction, made: Newsletter, issue_ids: list[int], now: datetime) -> None:
    for issue_id in issue_ids:
        alerts.raise_alert(
            tx, f"unpacked:{issue_id}", _NARROWED % f"Issue {issue_id}", now, newsletter_id=made.id, issue_id=issue_id
        )
