"""One step up or down."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.model import Issue
from newsletter.web.desk.composer.moves import Spot, Step, beside, spot_of
from tests.harness.letters import a_section, an_article, an_issue


def an_issue_of(*sizes: int) -> Issue:
    """Give an issue whose sections have so many articles, numbered through from 1."""
    sections, number = [], 0
    for place, size in enumerate(sizes, 1):
        articles = [an_article(number + one) for one in range(1, size + 1)]
        sections.append(replace(a_section(f"Section {place}", *articles), id=place, position=place))
        number += size
    return an_issue(*sections)


def order_after(issue: Issue, article_id: int, spot: Spot) -> list[int]:
    """Give the ids in reading order as they are when an article has gone to a spot, the sections parted by zeros."""
    found: list[int] = []
    for section in issue.sections:
        ids = [one.id for one in section.articles if one.id != article_id]
        if section.id == spot.section.id:
            ids.insert(spot.place - 1, article_id)
        found += [*ids, 0]
    return found


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.sampled_from(Step), st.data())
def test_a_step_changes_places_with_one_neighbour(sizes: list[int], step: Step, data: st.DataObject) -> None:
    """The neighbour is an article or the edge of a section; only at the edge of the issue there is none."""
    issue = an_issue_of(*sizes)
    if not issue.articles:
        return
    article = data.draw(st.sampled_from(issue.articles))
    before = [one for section in issue.sections for one in (*(each.id for each in section.articles), 0)]
    place = before.index(article.id)

    spot = beside(issue, article.id, step)
    # The last edge is that of the issue itself.
    edge = place + step
    if edge < 0 or edge == len(before) - 1:
        assert spot is None
        return
    wanted = list(before)
    wanted[place], wanted[edge] = wanted[edge], wanted[place]
    assert spot is not None
    assert wanted == order_after(issue, article.id, spot)


def test_what_is_not_there_stands_nowhere() -> None:
    """Left out by somebody meanwhile."""
    issue = an_issue_of(2)

    assert spot_of(issue, 9) is None
    assert beside(issue, 9, Step.UP) is None
