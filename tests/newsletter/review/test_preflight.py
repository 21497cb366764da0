"""What should be mended before an issue goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from newsletter.database import Database
from newsletter.issues import editing, newsletters, store
from newsletter.issues.draft import draft_empty, draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter, SectionKind
from newsletter.issues.plan import DEFAULT_PLAN
from newsletter.letters.compose import CLIPPED_BYTES, Composition, ContentWarning, compose_issue
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.review.checks_letter import NEARLY_CLIPPED_BYTES, personal_size
from newsletter.review.facts import NOTHING_GATHERED, Facts, inspected
from newsletter.review.finding import Code, Finding
from newsletter.review.gathering import left_out
from newsletter.review.preflight import check
from tests.harness.newsroom import a_month, an_entry, article_called, january, publish, section_called

JANUARY = Month(2020, 1)
OWN = Links("https://news.example.org")


@dataclass(frozen=True, slots=True)
class Desk:
    """Composes issues with the packaged templates and looks them over."""

    templates: Templates

    def compose(self, issue: Issue, newsletter: Newsletter) -> Composition:
        """Compose an issue."""
        return compose_issue(self.templates, newsletter, issue, OWN, b"seed")

    def look(self, issue: Issue, newsletter: Newsletter, facts: Facts = NOTHING_GATHERED) -> tuple[Finding, ...]:
        """Compose an issue and check it."""
        return check(issue, newsletter, self.compose(issue, newsletter), OWN, facts)


@pytest.fixture
def desk(templates: Templates) -> Desk:
    """Give a desk."""
    return Desk(templates)


def codes(found: Sequence[Finding]) -> list[tuple[Code, bool]]:
    """Give the kinds of findings and whether they block."""
    return [(finding.code, finding.is_blocking) for finding in found]


def test_question_that_nobody_can_answer_is_told(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """It blocks where there are no other words, because then a reader reads a gap."""
    composition = desk.compose(issue, newsletter)
    answers = {"shoe|your shoe": "slot0", "hat|": "slot1", "library|": "slot2", "since|long": "slot3"}
    asking = replace(composition, draft=replace(composition.draft, answers=answers))

    found = check(issue, newsletter, asking, OWN, Facts(attributes={"library", "since"}))

    assert [(Code.ATTRIBUTE_UNKNOWN, True), (Code.ANSWER_EMPTY, True), (Code.ATTRIBUTE_UNKNOWN, False)] == codes(found)
    assert "{{ hat }} names no attribute; everybody reads nothing there." == found[0].text
    assert "{{ shoe }} names no attribute; everybody reads “your shoe” there." == found[2].text
    assert "{{ library | other words }}" in found[1].mend.words


def test_an_issue_fit_to_go_out(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """The letter of the packaged templates has nothing to mend."""
    assert () == desk.look(issue, newsletter)


def test_a_letter_that_nobody_wrote_blocks(desk: Desk, database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The finding leads to the placeholder, and to the command that writes it."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft_month(tx, newsletter, JANUARY, now)

    (finding,) = desk.look(issue, newsletter)

    placeholder = section_called(issue, "Division Chair letter").articles[0]
    assert (Code.LETTER_MISSING, True, placeholder.id) == (finding.code, finding.is_blocking, finding.article_id)
    assert "“Division Chair letter” has not been written yet." == finding.text
    assert f'newsletter issues letter {issue.id} "Division Chair letter" FILE --by NAME' == finding.mend.command


def test_an_empty_section_that_may_be_empty_is_none(
    desk: Desk, database: Database, newsletter: Newsletter, now: datetime
) -> None:
    """Only a required one blocks."""
    plan = (replace(DEFAULT_PLAN[1], is_required=True), DEFAULT_PLAN[2], DEFAULT_PLAN[4])
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Where to learn for free in this year", january(22)))
        issue = draft_month(tx, replace(newsletter, plan=plan), JANUARY, now)

    (finding,) = desk.look(issue, newsletter)

    assert (Code.SECTION_EMPTY, True, "Feature articles") == (finding.code, finding.is_blocking, finding.section)
    assert SectionKind.ARTICLES is issue.sections[0].kind


def test_nothing_at_all_blocks(desk: Desk, database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A placeholder is no article."""
    with database.write() as tx:
        issue = draft_month(tx, newsletter, JANUARY, now)

    assert {(Code.LETTER_MISSING, True), (Code.NO_ARTICLES, True)} <= set(codes(desk.look(issue, newsletter)))


def test_a_letter_without_the_slot_has_no_way_out(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """A link that is the same for everybody would unsubscribe nobody."""
    composition = desk.compose(issue, newsletter)
    slotless = replace(composition, draft=replace(composition.draft, slots={}))

    assert (Code.UNSUBSCRIBE_MISSING, True) in codes(check(issue, newsletter, slotless, OWN))


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (NEARLY_CLIPPED_BYTES - 1, []),
        (NEARLY_CLIPPED_BYTES, [(Code.LARGE, False)]),
        (CLIPPED_BYTES - 1, [(Code.LARGE, False)]),
        (CLIPPED_BYTES, [(Code.TOO_LARGE, True)]),
    ],
)
def test_bytes_of_one_readers_letter_are_counted(
    desk: Desk, newsletter: Newsletter, issue: Issue, size: int, found: list[tuple[Code, bool]]
) -> None:
    """Gmail counts UTF-8, of the letter as a person gets it: with a name and links in place of the holes."""
    composition = desk.compose(issue, newsletter)
    seen = inspected(issue, newsletter, composition, NOTHING_GATHERED, OWN)
    missing = size - personal_size(seen) - len("<!---->")
    filled = composition.draft.html.replace("</body>", f"<!--{'é' * (missing // 2)}{'e' * (missing % 2)}--></body>")

    grown = replace(composition, draft=replace(composition.draft, html=filled))

    assert personal_size(seen) == composition.size
    assert found == codes(check(issue, newsletter, grown, OWN))


@pytest.mark.parametrize(("length", "found"), [(120, []), (121, [(Code.SUBJECT_LONG, False)])])
def test_a_subject_longer_than_inboxes_show(
    desk: Desk, newsletter: Newsletter, issue: Issue, length: int, found: list[tuple[Code, bool]]
) -> None:
    """A warning, no block."""
    assert found == codes(desk.look(replace(issue, subject="x" * length), newsletter))


def test_what_composing_found_is_passed_on(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """With its article; pictures without words are told of by themselves, as far as they are shown."""
    article = article_called(issue, "Athens in August")
    warnings = (
        ContentWarning(article.id, "iframe replaced by a link to https://youtu.be/abcdef"),
        ContentWarning(article.id, "2 pictures without alt text"),
    )

    (finding,) = check(issue, newsletter, replace(desk.compose(issue, newsletter), warnings=warnings), OWN)

    assert (Code.CONTENT, False, article.id) == (finding.code, finding.is_blocking, finding.article_id)
    assert "“Athens in August”: iframe replaced by a link to https://youtu.be/abcdef." == finding.text


def test_a_title_that_seems_to_name_its_author(desk: Desk, database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An editor decides; once the byline is written, or nobody is to be named, nothing is asked any more."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Coaching and mentoring – Ulrike Lang", january(22)))
        draft = draft_month(tx, replace(newsletter, plan=DEFAULT_PLAN[4:]), JANUARY, now)
        article = draft.articles[0]
        answered = editing.edit_article(tx, draft.id, article.id, now, byline="Ulrike Lang")
        unsigned = editing.edit_article(tx, draft.id, article.id, now, byline="")

    (finding,) = desk.look(draft, newsletter)

    assert (Code.BYLINE_UNSURE, False, article.id) == (finding.code, finding.is_blocking, finding.article_id)
    assert f'--article {article.id} --byline "Ulrike Lang"' in finding.mend.command
    assert () == desk.look(answered, newsletter) == desk.look(unsigned, newsletter)


def test_an_account_that_may_be_its_author(desk: Desk, database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Told with the command that confirms it, and not printed before."""
    with database.write() as tx:
        publish(tx, newsletter, replace(an_entry("Two boats", january(22)), author="Almuth Gastinger"))
        draft = draft_month(tx, replace(newsletter, plan=DEFAULT_PLAN[4:]), JANUARY, now)

    (finding,) = (found for found in desk.look(draft, newsletter) if found.code is Code.BYLINE_UNSURE)

    assert (Code.BYLINE_UNSURE, False, draft.articles[0].id) == (finding.code, finding.is_blocking, finding.article_id)
    assert "may be by Almuth Gastinger: the blog names them" in finding.text
    assert f"newsletter issues article {draft.id} {draft.articles[0].id} --confirm-byline" == finding.mend.command


def test_posts_in_no_issue_are_reported(desk: Desk, database: Database, newsletter: Newsletter, now: datetime) -> None:
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
    (finding,) = (one for one in desk.look(issue, newsletter, Facts(left_out=posts)) if one.code is Code.POSTS_LEFT_OUT)
    assert not finding.is_blocking
    assert "2 posts are in no issue: Learning for free; Better late." == finding.text


def test_many_posts_are_counted(desk: Desk, database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A finding is a sentence, not a list."""
    with database.write() as tx:
        publish(tx, newsletter, *(an_entry(f"Post {number}", january(number)) for number in range(1, 9)))
        issue = draft_month(tx, replace(newsletter, plan=DEFAULT_PLAN[:1]), JANUARY, now)
        posts = left_out(tx, issue, newsletter)

    (finding,) = (one for one in desk.look(issue, newsletter, Facts(left_out=posts)) if one.code is Code.POSTS_LEFT_OUT)

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


def test_blocking_findings_come_first(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """What must be done is read before what could be done."""
    found = desk.look(replace(issue, subject="x" * 121), replace(newsletter, postal_address=""))

    assert [True, False] == [finding.is_blocking for finding in found]
