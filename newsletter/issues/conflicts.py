"""Two editors at one issue: who saves second is shown what the first one did, and what they wrote is kept."""

from collections.abc import Callable
from datetime import datetime

from newsletter.errors import NewsletterError, Outdated, VersionNotFound
from newsletter.issues import authors, restoring, store, versions
from newsletter.issues.model import EDITABLE
from newsletter.issues.snapshot import Label, Snapshot
from subscribers.transaction import Transaction


def over(tx: Transaction, issue_id: int, article_id: int, seen: int) -> int:
    """Give the version over which an edit of one article may be saved by somebody who saw it at version *seen*.

    It is the issue's own while nobody has changed this article since, so that two people who write at two articles never
    refuse each other. Else it is the one that was seen, and the edit is refused. The issue is held until the transaction ends.

    Raises:
        IssueNotFound: there is none of this id.
        ArticleNotFound: the issue has none of this id.

    """
    store.hold(tx, issue_id)
    if store.version_of(tx, issue_id) == seen:
        return seen
    known = store.load(tx, issue_id)
    return known.version if versions.is_as_at(tx, known, article_id, seen) else seen


def over_part(tx: Transaction, issue_id: int, part: Callable[[Snapshot], object], seen: int) -> int:
    """Give the version over which one *part* of an issue may be saved by somebody who saw it at version *seen*.

    As `over` for an article: whoever moves cards and whoever writes at a text or at the subject are in nobody's way. The
    issue is not held here, because some edits take another turn first; what happens in between refuses the edit.

    Raises:
        IssueNotFound: there is none of this id.

    """
    # A long issue is read whole only where somebody else saved.
    if store.version_of(tx, issue_id) == seen:
        return seen
    known = store.load(tx, issue_id)
    try:
        before = versions.version_of(tx, known, Label(seen))
    except VersionNotFound:
        return seen
    return known.version if part(versions.present(tx, known)) == part(before) else seen


def keep_refused(tx: Transaction, refused: Outdated, edit: Callable[[Transaction], object], now: datetime) -> Outdated:
    """Keep what a refused edit would have made of the version it was meant for; gives the refusal that names it.

    *tx* is another transaction than the one that was refused. *edit* does the edit again, without a version that it expects;
    it is done to the issue as it was, and all of it is taken back. What cannot be kept that way, because that version is
    not known or the edit was wrong there, too, leaves the refusal as it is.
    """
    known = store.load(tx, refused.issue_id)
    if known.state not in EDITABLE:
        return refused
    by = authors.author(tx)
    try_out = tx.begin_nested()
    try:
        base = versions.version_of(tx, known, Label(refused.expected))
        restoring.put_back(tx, known, base)
        edit(tx)
        made = versions.present(tx, store.load(tx, known.id))
    except NewsletterError:
        return refused
    finally:
        try_out.rollback()
    if made == base:
        return refused
    deed = f"kept aside: {by or 'somebody'} saved over version {refused.expected} when version {known.version} was there"
    label = versions.keep_aside(tx, known.id, refused.expected, made, now, deed)
    return Outdated(known.id, known.version, refused.expected, refused.changes, kept=str(label))
