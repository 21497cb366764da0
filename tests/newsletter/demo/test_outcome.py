import json
from dataclasses import replace

import pytest

from newsletter.demo.outcome import Caught, Expected, Outcome, count_duplicates, problems
from tests.harness.outcomes import GOOD

EXPECTED = Expected(subscribers=200, posts_of_the_month=13, sections=("Letter", "… and more"), events=4)


def test_a_run_whose_figures_agree_has_no_problems() -> None:
    """Nothing to complain of."""
    assert () == problems(GOOD, EXPECTED)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOOD, posts=12),
        replace(GOOD, articles=13),
        replace(GOOD, events=3),
        replace(GOOD, sections=("… and more", "Letter")),
        replace(GOOD, refused=1),
        replace(GOOD, uncertain=1),
        replace(GOOD, inbox=199),
        replace(GOOD, one_click_unsubscribed=0),
        replace(GOOD, second_issue_inbox=198),
        replace(GOOD, duplicates=1),
        replace(GOOD, archive_status=404),
    ],
)
def test_every_figure_that_does_not_agree_is_told(wrong: Outcome) -> None:
    """One sentence for one figure."""
    assert 1 == len(problems(wrong, EXPECTED))


def test_the_result_is_one_line_of_json() -> None:
    """Others read it from stdout."""
    text = GOOD.to_json()

    assert "\n" not in text
    assert ["Letter", "… and more"] == json.loads(text)["sections"]


def test_duplicates_are_counted_by_issue_and_person() -> None:
    """Two issues to one person are two mails; the same one again is one too many, each time."""
    caught = [Caught("January", "x"), Caught("Note", "x"), Caught("January", "y"), *[Caught("Note", "y")] * 3]

    assert 2 == count_duplicates(caught)
