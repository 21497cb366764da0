"""Who sees to a section, as somebody said or as is usual."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.issues.model import Issue, SectionKind
from newsletter.issues.practice import Milestone, Stage
from newsletter.review.charge import Charge, Known, Owner, Progress, Stand, progress
from newsletter.review.contribution import Contribution, ContributionState, Typed
from tests.harness.letters import a_section, an_article, an_issue

NOW = datetime(2020, 1, 27, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DATES = (Milestone(Stage.CONTRIBUTIONS, NOW + 2 * DAY), Milestone(Stage.SENDING, NOW + 7 * DAY))
ANN = Owner("Ann", account_id=4)
GUEST = Owner("The Chair", link_id=9)
NOBODY = Known(charges={}, asked=(), guests={}, addresses={}, staff={4: ANN}, dates=DATES)


def issue(*, is_written: bool = False) -> Issue:
    """Give an issue with a letter and a section of nothing."""
    letter = replace(an_article(), is_placeholder=not is_written, byline="")
    return an_issue(
        replace(a_section("Letter", letter, kind=SectionKind.LETTER), id=1), replace(a_section("Dates"), id=2, articles=())
    )


def asked(state: ContributionState) -> Contribution:
    """Give what the chair is asked for."""
    return Contribution(1, 1, 9, "letter", 0, NOW + DAY, state, Typed(), None, "", "", NOW, None, None)


def of(known: Known, issue_: Issue | None = None) -> Progress:
    """Give how the letter is."""
    return progress(issue_ or issue(), known)[0]


def test_nobody_said_anything() -> None:
    """The editors see to it until the day that the calendar has."""
    found = of(NOBODY)

    assert (None, NOW + 2 * DAY, Stand.UNWRITTEN, True) == (found.owner, found.due_at, found.stand, found.is_owed)


def test_a_guest_who_was_asked_owes_it() -> None:
    """Until the day they were asked for."""
    found = of(replace(NOBODY, asked=(asked(ContributionState.INVITED),), guests={9: GUEST}))

    assert (GUEST, NOW + DAY, Stand.INVITED, True) == (found.owner, found.due_at, found.stand, found.is_owed)


def test_what_was_said_comes_first() -> None:
    """And what it stands for is known still."""
    said = Charge(account_id=4, due_at=NOW + 3 * DAY)
    found = of(replace(NOBODY, charges={1: said}, asked=(asked(ContributionState.WRITING),), guests={9: GUEST}))

    assert (ANN, NOW + 3 * DAY, Stand.WRITING) == (found.owner, found.due_at, found.stand)
    assert (GUEST, NOW + DAY) == (found.usual_owner, found.usual_due_at)


@pytest.mark.parametrize("said", [Charge(account_id=5), Charge(link_id=9)])
def test_whoever_is_gone_owes_nothing(said: Charge) -> None:
    """An account that was removed or sees less, a guest who is asked no more: it is as usual."""
    found = of(replace(NOBODY, charges={1: said}, guests={9: GUEST}))

    assert found.owner is None


def test_it_is_late_from_its_deadline_on() -> None:
    """And never once it is written."""
    said = replace(NOBODY, charges={1: Charge(account_id=4, due_at=NOW)})

    assert of(said).is_late(NOW)
    assert not of(said).is_late(NOW - timedelta(minutes=1))
    assert not of(said, issue(is_written=True)).is_late(NOW + DAY)


def test_an_empty_section_is_owed_once_somebody_is_to_fill_it() -> None:
    """Before that it may be as empty as it is."""
    usual, given = (progress(issue(), known)[1] for known in (NOBODY, replace(NOBODY, charges={2: Charge(due_at=NOW + DAY)})))

    assert (False, True) == (usual.is_owed, given.is_owed)


def test_a_text_that_was_handed_in_is_owed_by_nobody() -> None:
    """It waits for the editors."""
    found = of(replace(NOBODY, asked=(asked(ContributionState.HANDED_IN),), guests={9: GUEST}))

    assert (Stand.HANDED_IN, False) == (found.stand, found.is_owed)


@pytest.mark.parametrize("state", [ContributionState.INVITED, ContributionState.WRITING])
def test_a_letter_that_editors_wrote_meanwhile_is_written(state: ContributionState) -> None:
    """Nobody owes it any more, and that a guest may send one still is told."""
    found = of(replace(NOBODY, asked=(asked(state),), guests={9: GUEST}), issue(is_written=True))

    assert (Stand.WRITTEN_MEANWHILE, False, GUEST) == (found.stand, found.is_owed, found.owner)


def test_a_letter_of_another_guest_is_no_text_of_the_editors() -> None:
    """The second of two guests is waited for as before."""
    written = issue(is_written=True)
    first = replace(asked(ContributionState.AGREED), id=2, link_id=8, article_id=written.sections[0].articles[0].id)
    found = of(replace(NOBODY, asked=(asked(ContributionState.INVITED), first), guests={9: GUEST, 8: ANN}), written)

    assert (Stand.INVITED, True) == (found.stand, found.is_owed)


def test_among_several_texts_a_guest_is_waited_for() -> None:
    """A section of articles may have some already."""
    one = an_issue(replace(a_section("Letter", replace(an_article(), is_placeholder=False)), id=1))
    found = of(replace(NOBODY, asked=(asked(ContributionState.INVITED),), guests={9: GUEST}), one)

    assert (Stand.INVITED, True) == (found.stand, found.is_owed)
