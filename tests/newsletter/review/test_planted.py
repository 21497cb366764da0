"""Every planted fault is found, and nothing in an issue that has none."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.letters.compose import Composition, ContentWarning, compose_issue
from newsletter.letters.pictures import NOT_YET
from newsletter.letters.templates import Templates
from newsletter.review.caniemail import DATA, load_support
from newsletter.review.contribution import ContributionState, Typed
from newsletter.review.facts import LinkState, Verdict
from newsletter.review.finding import Code, Finding
from newsletter.review.preflight import check
from tests.newsletter.review.planted import AT, OWN, PLANTED, REPORT, Case, Planted, edited, in_first_article, with_article


@dataclass(frozen=True, slots=True)
class Desk:
    """Looks cases over."""

    templates: Templates
    clean: Case
    # The letter of the clean issue: half of all faults lie in none of its words.
    composed: Composition

    def look(self, case: Case) -> tuple[Finding, ...]:
        """Compose an issue and check it."""
        is_clean = (case.issue, case.newsletter) == (self.clean.issue, self.clean.newsletter)
        composition = self.composed if is_clean else compose(self.templates, case)
        return check(case.issue, case.newsletter, case.spoil(composition), OWN, case.facts)


def compose(templates: Templates, case: Case) -> Composition:
    """Compose the letter of a case."""
    return compose_issue(templates, case.newsletter, case.issue, OWN, b"seed of the tests")


@pytest.fixture(scope="module")
def desk(templates: Templates, clean: Case) -> Desk:
    """Give a desk."""
    return Desk(templates, clean, compose(templates, clean))


def test_clean_issue_has_nothing_to_mend(desk: Desk, clean: Case) -> None:
    """What the demonstration sends is as it should be."""
    assert () == desk.look(clean)


@pytest.mark.skipif(not DATA.exists(), reason="scripts/caniemail was not run here (it needs npm)")
def test_clean_issue_is_shown_by_every_usual_program(desk: Desk, clean: Case) -> None:
    """By the tests of caniemail, as they are."""
    assert () == desk.look(replace(clean, facts=replace(clean.facts, support=load_support())))


def test_guest_who_was_forgotten_is_not_to_be_asked(desk: Desk, clean: Case) -> None:
    """They have no name and no address any more, whatever became of their text since."""
    known = edited(ContributionState.AGREED)(clean)
    forgotten = replace(known.facts.contributions[0], typed=Typed())

    assert [Code.CONTRIBUTION_EDITED] == [finding.code for finding in desk.look(known)]
    assert () == desk.look(replace(known, facts=replace(known.facts, contributions=(forgotten,))))


def test_picture_that_nobody_has_fetched_is_mended_by_fetching(desk: Desk, clean: Case) -> None:
    """Writing it in would be of no use."""
    late = ContentWarning(clean.issue.articles[0].id, f"the picture a.png is left out: it {NOT_YET}")
    composition = replace(desk.composed, warnings=(late,))

    [finding] = check(clean.issue, clean.newsletter, composition, OWN, clean.facts)

    assert (Code.CONTENT, f"newsletter images fetch {clean.issue.id}") == (finding.code, finding.mend.command)


def test_there_are_thirty_faults_or_more() -> None:
    """Each with a name of its own."""
    assert 30 <= len({planted.name for planted in PLANTED}) == len(PLANTED)


@settings(max_examples=20, deadline=None)
@given(
    html=st.text(alphabet="<>/=\"'&;#{}[]!.: abdhpimgsrcfXTBD\u202e", max_size=300),
    title=st.text(max_size=80),
    preheader=st.text(max_size=200),
)
def test_nothing_that_is_written_stops_the_preflight(desk: Desk, clean: Case, html: str, title: str, preheader: str) -> None:
    """Whatever stands in an article, its title or the head of the issue, the other findings are told."""
    case = with_article(html, title)(clean)
    case = replace(case, issue=replace(case.issue, preheader=preheader, subject=" "))

    desk.look(case)


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_planted_fault_is_found(desk: Desk, clean: Case, planted: Planted) -> None:
    """With a way to mend it, and with its article where it lies in one."""
    case = planted.plant(clean)

    found = desk.look(case)

    # One fault leads to one kind of finding: whoever reads ten for one reads none.
    assert {(planted.code, planted.is_blocking)} == {(finding.code, finding.is_blocking) for finding in found}
    assert all(finding.text.endswith(".") and finding.mend.words.endswith(".") for finding in found)
    if planted.is_in_article:
        assert {article.id for article in case.issue.articles} >= {finding.article_id for finding in found}


def test_a_dead_address_of_a_title_is_mended_where_titles_lead(desk: Desk, clean: Case) -> None:
    """Writing the text anew would not change it."""
    planted = in_first_article(link=REPORT)(clean)
    state = LinkState(REPORT, Verdict.DEAD, 404, "", is_moved=False, reason="is not there", checked_at=AT)

    found = desk.look(replace(planted, facts=replace(planted.facts, links={REPORT: state})))

    (finding,) = (one for one in found if one.code is Code.LINK_DEAD)
    assert f"newsletter issues article {clean.issue.id} {finding.article_id} --link URL" == finding.mend.command
