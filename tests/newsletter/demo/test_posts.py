from datetime import UTC, datetime

import pytest

from newsletter.demo.posts import BlogPost, last_modified, of_month, page_of, read_posts
from newsletter.issues.model import Month

POSTS = read_posts()


def by_slug(slug: str) -> BlogPost:
    """Give the post of this slug."""
    return next(post for post in POSTS if post.slug == slug)


def test_there_is_a_busy_month_and_a_quiet_one() -> None:
    """January does not fit on one page of a feed."""
    january, december = of_month(POSTS, Month(2020, 1)), of_month(POSTS, Month(2019, 12))

    assert (13, 5) == (len(january), len(december))


def test_posts_come_newest_first() -> None:
    """As every blog shows them."""
    moments = [post.published for post in POSTS]

    assert sorted(moments, reverse=True) == moments


def test_months_are_cut_in_the_sites_zone() -> None:
    """Half past eleven in the evening of 31 January in UTC is February in Amsterdam, and so is New Year."""
    late, new_year = by_slug("reading-circle-begins"), by_slug("twelve-small-steps")

    assert datetime(2020, 1, 31, 23, 30, tzinfo=UTC) == late.published
    assert Month(2020, 2) == late.month
    assert "/2020/02/01/reading-circle-begins/" == late.path
    assert Month(2020, 1) == new_year.month


def test_one_post_was_edited_later() -> None:
    """A feed without modification dates cannot tell."""
    edited = [post.slug for post in POSTS if post.updated > post.published]

    assert ["working-meeting-ifla-guidelines-russian-libraries"] == edited


def test_ids_and_addresses_are_unique() -> None:
    """A guid names one post."""
    assert len(POSTS) == len({post.id for post in POSTS}) == len({post.path for post in POSTS})


def test_titles_are_plain_for_people_and_numbered_for_xml() -> None:
    """XML does not know é by name; what was encoded twice stays encoded twice."""
    cafe, coaching = by_slug("knowledge-cafe-2019"), by_slug("coaching-questions-and-answers")

    assert cafe.plain_title.startswith("Knowledge Café 2019")
    assert cafe.xml_title.startswith("Knowledge Caf&#233; 2019")
    assert "Coaching Q&amp;amp;A: what can be done in half an hour?" == coaching.xml_title


def test_an_excerpt_ends_after_55_words() -> None:
    """Cut between words, tags and entities gone."""
    words = by_slug("staying-relevant").excerpt.split()

    assert 56 == len(words)
    assert "[…]" == words[-1]
    assert "<" not in " ".join(words)


def test_the_text_gets_the_blogs_address() -> None:
    """Nobody knew the port when the text was written."""
    text = by_slug("staying-relevant").html("http://127.0.0.1:8100")

    assert 'src="http://127.0.0.1:8100/wp-content/uploads/2020/01/shelf.png"' in text
    assert "[blog]" not in text


@pytest.mark.parametrize(("number", "expected"), [(1, 10), (2, 9), (3, None)])
def test_pages_hold_ten_posts_and_end(number: int, expected: int | None) -> None:
    """Past the end there is no page, not an empty one."""
    page = page_of(POSTS, number)

    assert expected == (None if page is None else len(page))


def test_an_empty_blog_has_a_first_page() -> None:
    """An empty feed is an answer; only its second page is missing."""
    assert () == page_of((), 1)
    assert page_of((), 2) is None


def test_last_change_of_the_whole_blog() -> None:
    """One date for every feed, as WordPress does it."""
    assert datetime(2020, 1, 31, 23, 30, tzinfo=UTC) == last_modified(POSTS)
