"""`newsletter issues versions`, `compare`, `restore`, `undo` and `approvals`: what an issue was, and who answered for it."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.issueviews import answer_issue
from newsletter.cli.parameters import issue_argument
from newsletter.cli.saving import EXPECTED
from newsletter.issues import differences, newsletters, restoring, store
from newsletter.issues import versions as book
from newsletter.issues.restoring import Restored
from newsletter.issues.snapshot import Label
from newsletter.issues.versions import Version
from newsletter.review import marked
from newsletter.review import store as approvals_
from newsletter.review.approval import changed_since
from newsletter.staff.permissions import Permission


@click.command("versions")
@issue_argument
@common
@pass_door
def versions(door: Door, issue_id: int) -> None:
    """Show every version of an issue, the newest first: who saved it, when, and what was done.

    What came too late to be saved is kept aside beside the version it was meant for, as 3.1.

    Example: newsletter issues versions 5
    """
    with door.reading() as tx:
        known = store.load(tx, issue_id)
        zone = newsletters.by_id(tx, known.newsletter_id).zone
        found = book.versions_of(tx, known)
    rows = [(str(one.label), one.written_by, shown.moment(one.written_at, zone), _deed(one)) for one in found]
    document = [
        {
            "version": str(one.label),
            "by": one.written_by,
            "at": one.written_at,
            "deed": one.deed,
            "is_current": one.is_current,
            "is_aside": bool(one.label.side),
        }
        for one in found
    ]
    door.answer({"issue": issue_id, "versions": document}, shown.table(("version", "by", "when", "what was done"), rows))


@click.command("compare")
@issue_argument
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", required=False)
@click.option("--html", "as_html", is_flag=True, help="As HTML for a page, with ins and del.")
@common
@pass_door
def compare(door: Door, issue_id: int, before: str, after: str | None, *, as_html: bool) -> None:
    """Show how version B of an issue differs from A: by article, words that went as [-so-] and words that came as {+so+}.

    Without B it is compared with the issue as it is now.

    Example: newsletter issues compare 5 3 4
    """
    with door.reading() as tx:
        known = store.load(tx, issue_id)
        labels = (Label.parse(before), Label.parse(after) if after is not None else Label(known.version))
        old, new = (book.version_of(tx, known, label) for label in labels)
    found = differences.compare(old, new)
    document = {"issue": issue_id, "before": str(labels[0]), "after": str(labels[1]), **marked.document(found)}
    if as_html:
        door.answer({**document, "html": marked.html(found)}, marked.html(found))
        return
    door.answer(document, *(map(shown.line, marked.lines(found) or ["Both say the same."])))


@click.command("restore")
@issue_argument
@click.argument("version", metavar="VERSION")
@EXPECTED
@common
@pass_door
def restore(door: Door, issue_id: int, version: str, *, expected: int | None) -> None:
    """Let an issue be again what it was at VERSION, as a version of its own; an approval of it ends.

    What it was until now stays among its versions. Articles that came in since are dropped, not deleted.

    Example: newsletter issues restore 5 3
    """
    label = Label.parse(version)
    with door.acting(Permission.EDIT) as acting:
        restored = restoring.restore(acting.tx, issue_id, label, acting.now, expected_version=expected)
        acting.record("issue.restore", f"issue {issue_id}", version=str(label))
    _answer(door, restored)


@click.command("undo")
@issue_argument
@EXPECTED
@common
@pass_door
def undo(door: Door, issue_id: int, *, expected: int | None) -> None:
    """Take the last save of an issue back, as a version of its own; a second undo takes the first one back.

    Example: newsletter issues undo 5
    """
    with door.acting(Permission.EDIT) as acting:
        restored = restoring.undo(acting.tx, issue_id, acting.now, expected_version=expected)
        acting.record("issue.undo", f"issue {issue_id}")
    _answer(door, restored)


@click.command("approvals")
@issue_argument
@common
@pass_door
def approvals(door: Door, issue_id: int) -> None:
    """Show who approved which version of an issue, what its letter was made of, and what of that changed since.

    The newest comes first.

    Example: newsletter issues approvals 5
    """
    with door.reading() as tx:
        known = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, known.newsletter_id)
        zone = newsletter.zone
        found = approvals_.approvals_of(tx, issue_id)
        standing = approvals_.standing(tx, known)
    document = [
        {
            "version": one.version,
            "by": one.approved_by,
            "at": one.approved_at,
            "content_hash": one.content_hash,
            "override_reason": one.override_reason,
            "holds": one == standing,
            "inputs": one.inputs,
            "changed_since": changed_since(one, newsletter, door.application.templates),
        }
        for one in found
    ]
    rows = [
        (
            str(one.version or ""),
            one.approved_by,
            shown.moment(one.approved_at, zone),
            "holds" if one == standing else "ended",
            one.content_hash[:12],
            one.override_reason,
        )
        for one in found
    ]
    changed = changed_since(standing, newsletter, door.application.templates) if standing is not None else ()
    if changed:
        door.note(f"Changed since it was approved: {', '.join(changed)}. What is mailed and shown is what was approved.")
    columns = ("version", "by", "when", "approval", "content", "set aside because")
    door.answer({"issue": issue_id, "approvals": document}, shown.table(columns, rows))


def _answer(door: Door, restored: Restored) -> None:
    for article in restored.carried_elsewhere:
        door.note(f"“{article.title}” stays dropped: another issue carries its post by now.")
    if restored.kept_readers:
        door.note("It goes to whom it went before: a topic, list or segment of then is gone.")
    answer_issue(door, restored.issue)


def _deed(version: Version) -> str:
    return f"{version.deed or 'saved'}{' (as it is now)' if version.is_current else ''}"
