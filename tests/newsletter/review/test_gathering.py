"""What the database knows for the preflight."""

from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.images import library
from newsletter.images.model import Facts as ImageFacts
from newsletter.issues import contents, editing
from newsletter.issues import store as issues
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.people import contributors
from newsletter.review import approval, comments, linkbook
from newsletter.review.facts import Facts, LinkState, Remark, Verdict
from newsletter.review.finding import Code
from newsletter.review.gathering import gather
from newsletter.review.preflight import check
from newsletter.staff.permissions import LOCAL_OPERATOR
from subscribers.transaction import Transaction
from tests.harness.drawn import photo
from tests.harness.newsroom import BLOG, an_entry, an_image, article_called, january, publish

SEED = b"seed of the tests"


def gathered(tx: Transaction, templates: Templates, links: Links, issue: Issue, newsletter: Newsletter) -> Facts:
    """Compose an issue and gather its facts."""
    return gather(tx, issue, newsletter, compose_issue(templates, newsletter, issue, links, SEED))


def test_the_last_issue_is_the_one_that_was_sent(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """With the links of its letter; one that was cancelled reached nobody."""
    with database.write() as tx:
        looked = approval.look_over(tx, templates, issue.id, links=links, seed=SEED)
        sent = approval.approve(tx, looked, LOCAL_OPERATOR, now).issue
        for state in (IssueState.SENDING, IssueState.SENT):
            sent = issues.set_state(tx, sent, state, now)
        publish(tx, newsletter, an_entry("Snow", january(31) + timedelta(days=3)))
        following = draft_month(tx, newsletter, Month(2020, 2), now)
        last = gathered(tx, templates, links, following, newsletter).last

    assert last is not None
    assert ("January 2020", sent.subject) == (last.title, last.subject)
    assert "blog.example.org/athens-in-august" in last.links


def test_a_first_issue_has_none_before_it(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue
) -> None:
    """Nothing is compared with nothing."""
    with database.read() as tx:
        assert gathered(tx, templates, links, issue, newsletter).last is None


def test_a_post_that_was_changed_since_is_told(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """Until the issue says what the blog says."""
    later = now + timedelta(hours=1)
    article = article_called(issue, "Athens in August")
    entry = an_entry("Athens in August", january(7), "Activities", "WLIC")
    with database.write() as tx:
        assert () == gathered(tx, templates, links, issue, newsletter).changes
        # A revision is kept at the moment of its publication here.
        changed = replace(entry, content="<p>All about Dublin.</p>", fingerprint="dublin", published_at=later)
        publish(tx, newsletter, changed)
        (change,) = gathered(tx, templates, links, issue, newsletter).changes
        taken = editing.edit_article(tx, issue.id, article.id, later, content="<p>All about Dublin.</p>")

        assert (article.id, later) == (change.article_id, change.at)
        assert () == gathered(tx, templates, links, taken, newsletter).changes


def test_what_links_answered_before_is_known(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """So an approval knows of dead links, and asks nobody."""
    gone = LinkState(f"{BLOG}/athens-in-august/", Verdict.DEAD, 404, "", is_moved=False, reason="is not there", checked_at=now)
    with database.write() as tx:
        linkbook.record(tx, [gone], now)

        assert {gone.url: gone} == gathered(tx, templates, links, issue, newsletter).links


def test_pictures_of_ours_are_known_by_name_and_weight(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """Their addresses say nothing to an editor."""
    added = library.add(database, templates.child, lambda: now, photo(90, 60), ImageFacts("chair.jpg", alt="The Chair"))
    with database.write() as tx:
        first = next(article for article in issue.articles if not article.is_placeholder)
        contents.save_article(tx, replace(first, portrait=added.key))
        edited = issues.load(tx, issue.id)
        composition = compose_issue(templates, newsletter, edited, links, SEED, shelf_of(tx, edited, links))
        facts = gather(tx, edited, newsletter, composition)

    assert {links.images() + added.file: "chair.jpg"} == facts.names
    assert {links.images() + added.file: added.size} == facts.weights
    assert frozenset() == facts.gone
    with database.read() as tx:
        lost = replace(composition.draft, html=composition.draft.html.replace(added.key, "0" * 40))
        assert frozenset({links.images() + "0" * 40 + ".png"}) == {
            src.replace(".jpg", ".png") for src in gather(tx, edited, newsletter, replace(composition, draft=lost)).gone
        }


def test_text_that_an_editor_wrote_anew_is_known(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """What is left open in it is the editor's and not the blog's."""
    article = article_called(issue, "Athens in August")
    entry = an_entry("Athens in August", january(7), "Activities", "WLIC")
    with database.write() as tx:
        before = gathered(tx, templates, links, issue, newsletter)
        publish(tx, newsletter, replace(entry, content="<p>All about Dublin.</p>", fingerprint="dublin"))
        revised = gathered(tx, templates, links, issue, newsletter)
        edited = editing.edit_article(tx, issue.id, article.id, now, content="<p>See [insert town].</p>")
        after = gathered(tx, templates, links, edited, newsletter)

    assert ((), (), {article.id}) == (tuple(before.rewritten), tuple(revised.rewritten), after.rewritten)


def test_what_guests_and_feeds_owe_is_known(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """Texts, comments until they are called done, and feeds until they are read."""
    due_at = now + timedelta(days=2)
    with database.write() as tx:
        asked = contributors.invite(
            tx,
            issue.id,
            section="Feature articles",
            address="ann@example.org",
            name="Ann Other",
            by="desk",
            words=0,
            due_at=due_at,
            now=now,
        )
        said = comments.say(tx, issue, "The Chair", "Is this right?", now)
        added = feeds.add(tx, newsletter.id, "https://other.example.org/feed/", now)
        before = gathered(tx, templates, links, issue, newsletter)
        comments.resolve(tx, issue.id, said.id, "ben", now)
        feeds.record_no_change(tx, added.id, now)
        after = gathered(tx, templates, links, issue, newsletter)

    assert (asked,) == before.contributions == after.contributions
    assert ((Remark(said.id, "The Chair", "Is this right?", None),), ()) == (before.remarks, after.remarks)
    assert ([added.id], []) == ([feed.id for feed in before.unread], [feed.id for feed in after.unread])


def test_picture_that_a_guest_brought_without_words_blocks(
    database: Database, templates: Templates, links: Links, newsletter: Newsletter, issue: Issue
) -> None:
    """In the letter it would say nothing to whoever does not see it."""
    with database.write() as tx:
        letter = next(article for article in issue.articles if article.post_id is None)
        contents.save_article(tx, replace(letter, picture=an_image(tx)))
        edited = issues.load(tx, issue.id)
        composition = compose_issue(templates, newsletter, edited, links, SEED, shelf_of(tx, edited, links))
        found = check(edited, newsletter, composition, links, gather(tx, edited, newsletter, composition))

    assert [(Code.ALT_MISSING, letter.id, True)] == [(one.code, one.article_id, one.is_blocking) for one in found]
    assert f"newsletter issues article {issue.id} {letter.id} --alt TEXT" == found[0].mend.command
