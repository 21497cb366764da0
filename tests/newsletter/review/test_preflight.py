"""What should be mended before an issue goes out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.database import Database
from newsletter.issues import editing, newsletters, store
from newsletter.issues.draft import draft_empty, draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter, SectionKind
from newsletter.issues.plan import DEFAULT_PLAN
from newsletter.letters.compose import CLIPPED_BYTES, Composition, ContentWarning, compose_issue
from newsletter.letters.letter import Draft, LetterKind, SlotName
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.review.preflight import NEARLY_CLIPPED_BYTES, Code, check, left_out
from tests.harness.newsroom import a_month, an_entry, article_called, january, publish, section_called

WAY_OUT = "slot0123"
JANUARY = Month(2020, 1)


def composed(
    subject: str = "Section News: January 2020",
    html: str = f'<a href="{WAY_OUT}">Unsubscribe</a>',
    text: str = f"Unsubscribe: {WAY_OUT}",
    *warnings: ContentWarning,
) -> Composition:
    """Give a letter as it would be composed."""
    draft = Draft(
        kind=LetterKind.ISSUE,
        sender_name="The Section",
        sender_address="news@example.org",
        reply_to="",
        subject=subject,
        preheader="",
        language="en",
        html=html,
        text=text,
        slots={SlotName.UNSUBSCRIBE: WAY_OUT},
        content_hash="",
    )
    return Composition(draft, warnings)


def sized(size: int) -> Composition:
    """Give a letter of *size* bytes of HTML, most of them in characters of two bytes."""
    html = f'<a href="{WAY_OUT}">é</a>'
    rest = size - len(html.encode())
    return composed(html=html + "é" * (rest // 2) + "e" * (rest % 2))


def codes(issue: Issue, newsletter: Newsletter, composition: Composition | None = None) -> list[tuple[Code, bool]]:
    """Give the kinds of findings and whether they block."""
    return [(finding.code, finding.is_blocking) for finding in check(issue, newsletter, composition or composed())]


def test_question_that_nobody_can_answer_is_told(newsletter: Newsletter, issue: Issue) -> None:
    """Or one that leaves a gap for whoever has not answered; neither blocks."""
    draft = replace(composed().draft, answers={"shoe|your shoe": "slot0", "library|": "slot1", "since|long": "slot2"})
    found = check(issue, newsletter, replace(composed(), draft=draft), attributes={"library", "since"})

    assert [Code.ATTRIBUTE_UNKNOWN, Code.ANSWER_EMPTY] == [one.code for one in found]
    assert "{{ shoe }} names no attribute; everybody reads “your shoe” there." == found[0].text
    assert "{{ library | other words }}" in found[1].text


def test_an_issue_fit_to_go_out(templates: Templates, links: Links, newsletter: Newsletter, issue: Issue) -> None:
    """The letter of the packaged templates has nothing to mend."""
    assert () == check(issue, newsletter, compose_issue(templates, newsletter, issue, links, b"seed"))


def test_a_letter_that_nobody_wrote_blocks(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The finding leads to the placeholder."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft_month(tx, newsletter, JANUARY, now)

    (finding,) = check(issue, newsletter, composed())

    placeholder = section_called(issue, "Division Chair letter").articles[0]
    assert (Code.LETTER_MISSING, True, placeholder.id) == (finding.code, finding.is_blocking, finding.article_id)
    assert "“Division Chair letter” has not been written yet." == finding.text


def test_a_required_letter_that_was_dropped_blocks(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """An empty place is no letter."""
    with database.write() as tx:
        issue = editing.drop_article(tx, issue.id, section_called(issue, "Division Chair letter").articles[0].id, now)

    assert [(Code.LETTER_MISSING, True)] == codes(issue, newsletter)


def test_an_empty_required_section_blocks(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An empty one that may be empty does not."""
    plan = (replace(DEFAULT_PLAN[1], is_required=True), DEFAULT_PLAN[2], DEFAULT_PLAN[4])
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Learning for free", january(22)))
        issue = draft_month(tx, replace(newsletter, plan=plan), JANUARY, now)

    (finding,) = check(issue, newsletter, composed())

    assert (Code.SECTION_EMPTY, True, "Feature articles") == (finding.code, finding.is_blocking, finding.section)
    assert SectionKind.ARTICLES is issue.sections[0].kind


def test_nothing_at_all_blocks(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A placeholder is no article."""
    with database.write() as tx:
        empty = draft_empty(tx, newsletter, "Special", now)
        unwritten = draft_month(tx, newsletter, JANUARY, now)

    assert [(Code.NO_ARTICLES, True)] == codes(empty, newsletter)
    assert [(Code.LETTER_MISSING, True), (Code.NO_ARTICLES, True)] == codes(unwritten, newsletter)


def test_what_every_mail_must_have(newsletter: Newsletter, issue: Issue) -> None:
    """A subject, a postal address, and a way out in both parts."""
    assert [(Code.SUBJECT_MISSING, True)] == codes(issue, newsletter, composed(subject=" "))
    assert [(Code.POSTAL_ADDRESS_MISSING, True)] == codes(issue, replace(newsletter, postal_address=" \n"))
    assert [(Code.UNSUBSCRIBE_MISSING, True)] == codes(issue, newsletter, composed(html=f"<p>{WAY_OUT}</p>"))
    assert [(Code.UNSUBSCRIBE_MISSING, True)] == codes(issue, newsletter, composed(text="Goodbye"))


def test_a_letter_without_the_slot_has_no_way_out(newsletter: Newsletter, issue: Issue) -> None:
    """A link that is the same for everybody would unsubscribe nobody."""
    composition = composed()

    slotless = replace(composition, draft=replace(composition.draft, slots={}))

    assert [(Code.UNSUBSCRIBE_MISSING, True)] == codes(issue, newsletter, slotless)


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (NEARLY_CLIPPED_BYTES, []),
        (NEARLY_CLIPPED_BYTES + 1, [(Code.LARGE, False)]),
        (CLIPPED_BYTES, [(Code.LARGE, False)]),
        (CLIPPED_BYTES + 1, [(Code.TOO_LARGE, True)]),
    ],
)
def test_bytes_are_counted_not_characters(
    newsletter: Newsletter, issue: Issue, size: int, found: list[tuple[Code, bool]]
) -> None:
    """Gmail counts UTF-8; the bounds themselves are still within."""
    composition = sized(size)

    assert size == composition.size
    assert found == codes(issue, newsletter, composition)


@pytest.mark.parametrize(("length", "found"), [(120, []), (121, [(Code.SUBJECT_LONG, False)])])
def test_a_subject_longer_than_inboxes_show(
    newsletter: Newsletter, issue: Issue, length: int, found: list[tuple[Code, bool]]
) -> None:
    """A warning, no block."""
    assert found == codes(issue, newsletter, composed(subject="x" * length))


def test_what_composing_found_is_passed_on(newsletter: Newsletter, issue: Issue) -> None:
    """Pictures without words, embeds replaced: each with its article."""
    article = article_called(issue, "Athens in August")
    warning = ContentWarning(article.id, "2 pictures without alt text")

    (finding,) = check(issue, newsletter, replace(composed(), warnings=(warning,)))

    assert (Code.CONTENT, False, article.id) == (finding.code, finding.is_blocking, finding.article_id)
    assert "“Athens in August”: 2 pictures without alt text." == finding.text


def test_a_title_that_seems_to_name_its_author(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An editor decides; once the byline is written nothing is asked any more."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Coaching and mentoring – Ulrike Lang", january(22)))
        draft = draft_month(tx, replace(newsletter, plan=DEFAULT_PLAN[4:]), JANUARY, now)
        (finding,) = check(draft, newsletter, composed())
        article = draft.articles[0]
        answered = editing.edit_article(tx, draft.id, article.id, now, byline="Ulrike Lang")

    assert (Code.BYLINE_UNSURE, False, article.id) == (finding.code, finding.is_blocking, finding.article_id)
    assert "Ulrike Lang" in finding.text
    assert () == check(answered, newsletter, composed())


def test_posts_in_no_issue_are_reported(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Those no section took, and those that came after the draft; not those the editor dropped."""
    with database.write() as tx:
        a_month(tx, newsletter)
        newsletters.set_plan(tx, newsletter.id, DEFAULT_PLAN[:4])
        narrower = newsletters.by_id(tx, newsletter.id)
        issue = draft_month(tx, narrower, JANUARY, now)
        editing.drop_article(tx, issue.id, article_called(issue, "Athens in August").id, now)
        publish(tx, newsletter, an_entry("Better late", january(30)))

        posts = left_out(tx, issue, narrower)

    assert ["Learning for free", "Better late"] == [post.entry.title for post in posts]
    finding = check(issue, newsletter, composed(), left_out=posts)[-1]
    assert (Code.POSTS_LEFT_OUT, False) == (finding.code, finding.is_blocking)
    assert "2 posts are in no issue: Learning for free; Better late." == finding.text


def test_many_posts_are_counted(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A finding is a sentence, not a list."""
    with database.write() as tx:
        publish(tx, newsletter, *(an_entry(f"Post {number}", january(number)) for number in range(1, 9)))
        issue = draft_month(tx, replace(newsletter, plan=DEFAULT_PLAN[:1]), JANUARY, now)
        posts = left_out(tx, issue, newsletter)

    finding = check(issue, newsletter, composed(), left_out=posts)[-1]

    assert "8 posts are in no issue: Post 1; Post 2; Post 3; Post 4; Post 5 and 3 more." == finding.text


def test_stragglers_of_the_month_before(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Reported when that month had its issue; a first issue does not look back."""
    december = an_entry("Between the years", datetime(2019, 12, 28, tzinfo=UTC))
    with database.write() as tx:
        publish(tx, newsletter, december)
        first = draft_month(tx, newsletter, JANUARY, now)
        assert () == left_out(tx, first, newsletter)
        store.set_state(tx, first, IssueState.CANCELLED, now)

        publish(tx, newsletter, an_entry("Before Christmas", datetime(2019, 12, 20, tzinfo=UTC)))
        draft_month(tx, newsletter, JANUARY.previous, now)
        publish(tx, newsletter, an_entry("A straggler", datetime(2019, 12, 30, tzinfo=UTC)))
        second = draft_month(tx, newsletter, JANUARY, now)

        assert ["A straggler"] == [post.entry.title for post in left_out(tx, second, newsletter)]


def test_a_one_off_leaves_nothing_out(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """It is about no month."""
    with database.write() as tx:
        a_month(tx, newsletter)

        assert () == left_out(tx, draft_empty(tx, newsletter, "Special", now), newsletter)


def test_blocking_findings_come_first(newsletter: Newsletter, issue: Issue) -> None:
    """What must be done is read before what could be done."""
    both = composed("x" * 121, "<p></p>")

    assert [True, False] == [finding.is_blocking for finding in check(issue, newsletter, both)]
