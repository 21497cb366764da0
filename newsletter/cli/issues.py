"""`newsletter issues`: drafted, looked at, checked and approved."""

import click

from newsletter import inspection
from newsletter.cli import (
    announcing,
    articles,
    audience,
    changes,
    checking,
    contributing,
    editing,
    errata,
    exporting,
    findings,
    mailing,
    readers,
    reviewing,
    sections,
    shown,
    snippets,
    verifying,
    versions,
)
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.illustrating import bring_pictures
from newsletter.cli.issueviews import answer_issue, answer_issues, load
from newsletter.cli.parameters import issue_argument
from newsletter.cli.rereading import read_again, read_month
from newsletter.feeds import store as feeds
from newsletter.issues import draft as drafting
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.mail import audiences
from newsletter.review import approval
from newsletter.review.facts import Facts
from newsletter.staff.permissions import Permission

MOST_LISTED = 1000


@click.command("draft")
@click.argument("newsletter")
@click.option("--month", metavar="YYYY-MM", help="Carry the posts of this month.")
@click.option("--empty", "title", metavar="TITLE", help="A one-off without posts, under this title.")
@click.option("--from-last", is_flag=True, help="Begin with the sections, notes, sponsors and snippets of the last issue.")
@click.option("--as-read", "is_as_read", is_flag=True, help="Do not read the feeds before; take the posts that are here.")
@common
@pass_door
def draft(door: Door, newsletter: str, month: str | None, title: str | None, *, from_last: bool, is_as_read: bool) -> None:
    """Make an issue: of the posts of a month that no other issue carries, or an empty one.

    The feeds are read before, so that the month is complete; one that cannot be read is told and stops nothing. Sections are
    those of the newsletter's plan; with --from-last they are those of the issue before, as its editors left them.

    Example: newsletter issues draft cpdwl --month 2020-01
    """
    if (month is None) == (title is None):
        raise click.UsageError("Say either --month YYYY-MM or --empty TITLE.")
    wanted = Month.parse(month) if month is not None else None
    if wanted is not None and not is_as_read:
        for trouble in read_month(door, newsletter, wanted):
            door.note(f"Not all posts could be read. {trouble} Posts found later are added to the draft.")
    with door.acting(Permission.EDIT) as acting:
        owner = newsletters.find(acting.tx, newsletter)
        if wanted is None:
            issue = drafting.draft_empty(acting.tx, owner, title or "", acting.now, from_last=from_last)
        else:
            issue = drafting.draft_month(acting.tx, owner, wanted, acting.now, from_last=from_last)
        acting.record("issue.draft", f"issue {issue.id}", month=issue.month)
    if wanted is not None:
        _tell_unread_feeds(door, owner)
        _tell_no_posts(door, issue)
    answer_issue(door, issue)


@click.command("show")
@issue_argument
@common
@pass_door
def show(door: Door, issue_id: int) -> None:
    """Show an issue with its sections and the ids of its articles.

    Example: newsletter issues show 5
    """
    answer_issue(door, load(door, issue_id))


@click.command("list")
@click.argument("newsletter", required=False)
@click.option("--limit", type=click.IntRange(1, MOST_LISTED), default=50, show_default=True, help="How many, the newest first.")
@common
@pass_door
def list_(door: Door, newsletter: str | None, limit: int) -> None:
    """Show the issues of NEWSLETTER, or of all.

    Example: newsletter issues list cpdwl
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter) if newsletter else None
        lines = store.issues_of(tx, owner.id if owner else None, limit)
    answer_issues(door, lines)


@click.command("approve")
@issue_argument
@click.option("--override", "reason", default="", metavar="REASON", help="Why what blocks it may stand; it is recorded.")
@click.option("--as-read", "is_as_read", is_flag=True, help="Do not read the feeds once more before.")
@common
@pass_door
def approve(door: Door, issue_id: int, reason: str, *, is_as_read: bool) -> None:
    """Freeze the letter of an issue and say that it may go out; any later edit ends the approval.

    The feeds are read once more before: a post that was changed or deleted since the draft is told, and nothing of the issue
    changes by it. Findings that block it are listed, and it exits 3.

    Example: newsletter issues approve 5
    """
    application = door.application
    if not is_as_read:
        for trouble in read_again(door, issue_id):
            door.note(f"Whether its posts were changed since is not known. {trouble}")
    bring_pictures(door, issue_id, again=True)
    with application.database.read() as tx:
        seed = application.keyring.derive("slots")
        known = Facts(now=door.now(), reach=inspection.reach(tx, issue_id, door.now()), support=application.support)
        looked = approval.look_over(tx, application.templates, issue_id, links=application.links, seed=seed, known=known)
    with door.acting(Permission.APPROVE) as acting:
        approved = approval.approve(acting.tx, looked, acting.actor, acting.now, override_reason=reason)
        # Nobody approves an issue for a segment that cannot be asked any more.
        audiences.among(acting.tx, approved.issue, acting.now)
    for line in findings.lines(approved.findings):
        door.note(line)
    issue = approved.issue
    found = audience.look(door, issue)
    door.answer(
        {
            "issue": issue.id,
            "state": issue.state.value,
            "letter": approved.letter.id,
            "content_hash": approved.letter.draft.content_hash,
            "findings": findings.documents(approved.findings),
            **found.document,
        },
        shown.line(f"{issue.title} is approved for {found.words}. {_next(door, issue)}"),
    )


def _next(door: Door, issue: Issue) -> str:
    if issue.send_at is None:
        return f"Next: newsletter issues send {issue.id}, or newsletter issues schedule {issue.id} AT."
    with door.reading() as tx:
        zone = newsletters.by_id(tx, issue.newsletter_id).zone
    return f"It goes out {shown.moment_and_distance(issue.send_at, zone, door.now)}."


def _tell_unread_feeds(door: Door, owner: Newsletter) -> None:
    with door.reading() as tx:
        unread = [feed.url for feed in feeds.feeds_of(tx, owner.id) if feed.gathered_at is None]
    for url in unread:
        door.note(f"{url} has not been read yet: newsletter feeds gather {owner.slug}")


def _tell_no_posts(door: Door, issue: Issue) -> None:
    if all(article.post_id is None for section in issue.sections for article in section.articles):
        door.note(f"No post of {issue.title} was left for it: none was gathered, or other issues carry them.")


issues = click.Group(
    "issues",
    commands=[
        draft,
        show,
        list_,
        editing.edit,
        articles.article,
        editing.letter,
        articles.event,
        snippets.insert,
        sections.section,
        changes.changes,
        readers.topics_,
        readers.lists_,
        audience.audience,
        versions.versions,
        versions.compare,
        versions.restore,
        versions.undo,
        contributing.invite,
        contributing.contributions,
        contributing.remind,
        contributing.ask_contributor,
        contributing.uninvite,
        reviewing.review,
        reviewing.comments,
        reviewing.resolve_comment,
        checking.check,
        approve,
        versions.approvals,
        mailing.schedule,
        mailing.send,
        mailing.pause,
        mailing.resume,
        mailing.cancel,
        mailing.send_rest,
        exporting.proof,
        exporting.export,
        mailing.report_,
        errata.erratum,
        errata.errata,
        verifying.verify,
        announcing.announce_,
    ],
    help="Draft, edit, approve, send and report issues.",
)
