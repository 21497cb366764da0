"""Filing posts: limits of sections, and the sections of an earlier issue."""

from dataclasses import replace

from newsletter.feeds.model import Post
from newsletter.issues.bylines import Register
from newsletter.issues.filing import file, places_of, planned_places
from newsletter.issues.model import Look, Rule, Section, SectionKind, SectionPlan
from tests.harness.newsroom import MADE_AT, an_entry, january

TALKS = SectionPlan("Talks", SectionKind.ARTICLES, (Rule(categories=("talk",)),), most=2)
PLAN = (TALKS, SectionPlan("… and more", SectionKind.HEADLINES, takes_rest=True))


def post(number: int, *categories: str) -> Post:
    """Give a post."""
    return Post(number, 1, an_entry(f"Post {number}", january(number), *categories), MADE_AT, None)


def section(number: int, title: str, **facts: object) -> Section:
    """Give a section of an issue."""
    return replace(Section(number, number, title, SectionKind.ARTICLES, is_required=False, articles=()), **facts)  # type: ignore[arg-type]  # facts of a section


def filed(places: object, *posts: Post) -> list[list[int]]:
    """Give the ids of posts by section."""
    return [[one.post.id for one in found.posts] for found in file(places, posts, Register()).sections]  # type: ignore[arg-type]  # places


def test_what_is_beyond_the_most_falls_to_the_rest() -> None:
    """The oldest stay where they belong."""
    assert [[1, 2], [3, 4]] == filed(planned_places(PLAN), post(1, "talk"), post(2, "talk"), post(3, "talk"), post(4))


def test_without_a_rest_it_stays_in_the_pool() -> None:
    """Left, and told; not lost."""
    found = file(planned_places((TALKS,)), [post(1, "talk"), post(2, "talk"), post(3, "talk")], Register())

    assert [3] == [one.id for one in found.left]


def test_sections_of_an_issue_keep_their_names_order_and_looks() -> None:
    """The rules are the plan's; what the plan has and the issue has not comes last."""
    earlier = [
        section(7, "Reading"),
        section(8, "Also of note", planned="… and more", kind=SectionKind.HEADLINES, most=3),
        section(9, "Talks", look=Look.CARDS, most=1),
    ]
    plan = (*PLAN, SectionPlan("Dates", SectionKind.EVENTS))

    places = places_of(earlier, plan, are_here=False)

    assert ["Reading", "Also of note", "Talks", "Dates"] == [place.planned.title for place in places]
    assert ["", "… and more", "Talks", "Dates"] == [place.of_plan for place in places]
    assert (Look.CARDS, 1) == (places[2].planned.look, places[2].planned.most)
    assert places[1].planned.takes_rest
    assert 0 == places[1].planned.most
    assert [[], [2, 3], [1], []] == filed(places, post(1, "talk"), post(2, "talk"), post(3))


def test_articles_that_are_there_take_up_room() -> None:
    """A post that comes late does not push one out."""
    here = section(9, "Talks", most=1, articles=(None,))

    (place,) = places_of([here], (TALKS,), are_here=True)

    assert (9, 1) == (place.section_id, place.taken)
    assert [[]] == filed([place], post(1, "talk"))
