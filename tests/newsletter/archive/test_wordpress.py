"""Drafts on a blog, over real HTTP."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsletter.archive.wordpress import Blog, BlogRefused, Entry, Written, read_site, write_draft
from newsletter.errors import BadValue
from newsletter.outbound import FetchFailed, FetchPolicy
from tests.harness.wordpressapi import Api

POLICY = FetchPolicy(allow_loopback=True)
ENTRY = Entry("January 2020 Issue OUT!", "<p>It is out.</p>", "section-news-1-january-2020")


@pytest.fixture
def api() -> Iterator[Api]:
    """Give a blog."""
    with Api() as opened:
        yield opened


def write(api: Api, entry: Entry = ENTRY, known: int | None = None, password: str = "") -> Written:
    """Write a draft."""
    blog = Blog(api.site, api.user, password or api.password)
    return asyncio.run(write_draft(blog, entry, known, POLICY))


def test_a_draft_is_written(api: Api) -> None:
    """As a draft, which WordPress is told."""
    written = write(api)

    assert (101, f"{api.site}/?p=101", False) == (written.post_id, written.link, written.was_there)
    assert ("January 2020 Issue OUT!", "<p>It is out.</p>", "draft") == tuple(
        api.posts[101][name] for name in ("title", "content", "status")
    )


@pytest.mark.parametrize("known", [101, None, 999], ids=["known", "found by its slug", "known wrongly"])
def test_asked_again_the_same_draft_is_written_anew(api: Api, known: int | None) -> None:
    """No second one."""
    write(api)
    written = write(api, replace(ENTRY, title="January, corrected"), known)

    assert (101, True) == (written.post_id, written.was_there)
    assert [("January, corrected", "draft")] == [(one["title"], one["status"]) for one in api.posts.values()]


@pytest.mark.parametrize("known", [101, None])
@pytest.mark.parametrize("state", ["publish", "future", "private"])
def test_what_was_published_is_left_as_it_is(api: Api, state: str, known: int | None) -> None:
    """A person did that, and a person changes it."""
    write(api)
    api.posts[101]["status"] = state
    before = dict(api.posts[101])

    with pytest.raises(BlogRefused, match="no draft any more"):
        write(api, replace(ENTRY, title="Other"), known)
    assert {101: before} == api.posts


def test_what_was_thrown_away_is_written_again(api: Api) -> None:
    """As another one."""
    write(api)
    api.posts[101]["status"] = "trash"

    assert (102, False) == (write(api, known=101).post_id, write(api).was_there is None)


def test_a_lost_answer_makes_no_second_draft(api: Api) -> None:
    """It is found by its slug."""
    api.loses_answers = True
    with pytest.raises(FetchFailed):
        write(api)
    api.loses_answers = False

    assert (101, True) == (write(api).post_id, write(api).was_there)
    assert 1 == len(api.posts)


def test_a_wrong_password_is_told_in_the_words_of_the_blog(api: Api) -> None:
    """And never in ours: the password stands nowhere."""
    with pytest.raises(BlogRefused, match="401: The provided password is an invalid application password") as refusal:
        write(api, password="wrong one")
    assert "wrong one" not in str(refusal.value)


def test_the_password_follows_no_redirect(api: Api) -> None:
    """Whoever answers at the blog's address may not send it elsewhere."""
    with Api() as thief:
        api.moved_to = thief.site
        with pytest.raises(FetchFailed):
            write(api)

        assert [] == thief.asked


def test_the_address_of_a_blog(api: Api) -> None:
    """The password does not travel in the open."""
    assert "https://blog.example.org" == read_site(" https://blog.example.org/ ", FetchPolicy())
    for wrong in ("http://blog.example.org", "blog.example.org", "ftp://x", "https://a:b@x", "https://x/?y", ""):
        with pytest.raises(BadValue):
            read_site(wrong, FetchPolicy())


@pytest.mark.parametrize("said", [b"<html>", b"[]", b'[{"id": "x"}]', b'"x"', b"[1]"])
def test_what_is_no_wordpress_is_told(api: Api, said: bytes) -> None:
    """Also where something answers."""
    api.says = said

    with pytest.raises(BlogRefused):
        write(api)
