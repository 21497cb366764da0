import pytest

from newsletter.letters.links import Links


@pytest.mark.parametrize("public_url", ["https://news.example.org", "https://news.example.org/"])
def test_links_stand_under_the_public_address(public_url: str) -> None:
    """A slash at the end of the setting makes no second one in the links."""
    links = Links(public_url)

    assert "https://news.example.org/" == links.home()
    assert "https://news.example.org/u/token" == links.unsubscribe("token")
    assert "https://news.example.org/p/token" == links.preferences("token")
    assert "https://news.example.org/c/token" == links.confirm("token")
    assert "https://news.example.org/archive/" == links.archive()
    assert "https://news.example.org/archive/update/" == links.newsletter("update")
    assert "https://news.example.org/archive/update/12" == links.issue("update", 12)
    assert "https://news.example.org/archive/update/atom.xml" == links.feed("update")
    assert "https://news.example.org/subscribe/members" == links.subscribe("members")


def test_public_address_may_have_a_path() -> None:
    """An instance can live below a shared host."""
    assert "https://example.org/news/u/t" == Links("https://example.org/news").unsubscribe("t")
