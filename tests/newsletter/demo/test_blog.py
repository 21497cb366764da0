import re
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from newsletter.demo.acts import PORTRAIT_FILE
from newsletter.demo.blog import create_blog
from newsletter.demo.posts import MATERIAL, read_posts

ADDRESS = "http://blog.test"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


@pytest.fixture
def client() -> TestClient:
    """Give a browser for the blog."""
    return TestClient(create_blog(ADDRESS), base_url=ADDRESS)


def feed(client: TestClient, path: str) -> ET.Element:
    """Give a feed, parsed."""
    return ET.fromstring(client.get(path).text)  # noqa: S314 -- our own blog's


def titles(client: TestClient, path: str) -> list[str]:
    """Give the titles of a feed's items."""
    return [item.findtext("title") or "" for item in feed(client, path).iter("item")]


def test_rss_says_who_pressed_publish_and_nothing_of_edits(client: TestClient) -> None:
    """The author stands in the title, the account in dc:creator, the guid is `?p=ID`."""
    item = feed(client, "/2020/01/feed/").findall("channel/item")[6]

    assert "by Daria Beliakova," in (item.findtext("title") or "")
    assert "webteam" == item.findtext(CREATOR)
    assert f"{ADDRESS}/?p=1262" == item.findtext("guid")
    assert "Fri, 17 Jan 2020 08:00:00 +0000" == item.findtext("pubDate")
    assert "2020-01-29" not in ET.tostring(item, encoding="unicode")


def test_rss_carries_the_whole_text_and_an_excerpt(client: TestClient) -> None:
    """Both end with the sentence that plugins add."""
    item = feed(client, "/feed/").findall("channel/item")[1]

    assert "srcset=" in (item.findtext(CONTENT) or "")
    assert (item.findtext(CONTENT) or "").endswith(f'appeared first on <a href="{ADDRESS}">CPDWL Blog</a>.</p>')
    assert "[…]" in (item.findtext("description") or "")


def test_atom_tells_the_later_edit(client: TestClient) -> None:
    """Published and updated differ, and relative links have their base."""
    entry = feed(client, "/2020/01/feed/atom/").findall(f"{ATOM}entry")[6]
    content = entry.find(f"{ATOM}content")

    assert "2020-01-17T08:00:00Z" == entry.findtext(f"{ATOM}published")
    assert "2020-01-29T16:25:00Z" == entry.findtext(f"{ATOM}updated")
    assert content is not None
    assert content.get("{http://www.w3.org/XML/1998/namespace}base", "").startswith(f"{ADDRESS}/2020/01/17/")


def test_paging_ends_with_404(client: TestClient) -> None:
    """Ten to a page; an empty month is a feed, a page past the end is none."""
    counts = [len(titles(client, f"/feed/?paged={page}")) for page in (1, 2)]

    assert [10, 9] == counts
    assert 404 == client.get("/feed/?paged=3").status_code
    assert [] == titles(client, "/2019/10/feed/")
    assert 404 == client.get("/2019/10/feed/?paged=2").status_code


def test_month_archives_follow_the_sites_clock(client: TestClient) -> None:
    """The post of 31 January 23:30 UTC is in February's archive."""
    february = titles(client, "/2020/02/feed/")
    january = [*titles(client, "/2020/01/feed/"), *titles(client, "/2020/01/feed/?paged=2")]

    assert ["The reading circle begins – first text, first questions"] == february
    assert 13 == len(january)
    assert "A year of learning in twelve small steps" == january[-1]


def test_double_encoded_title_arrives_encoded_once(client: TestClient) -> None:
    """What the reader of the feed has to mend."""
    assert "Coaching Q&amp;A: what can be done in half an hour?" in titles(client, "/2020/01/feed/")


def test_unchanged_feed_is_304(client: TestClient) -> None:
    """Either validator alone is enough."""
    first = client.get("/feed/atom/")

    assert 304 == client.get("/feed/atom/", headers={"If-None-Match": first.headers["ETag"]}).status_code
    assert 304 == client.get("/feed/atom/", headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code


def test_a_weakened_etag_beside_a_date_is_never_304(client: TestClient) -> None:
    """The trap: both must match exactly, and proxies write W/ before the tag."""
    first = client.get("/feed/")
    both = {"If-None-Match": f"W/{first.headers['ETag']}", "If-Modified-Since": first.headers["Last-Modified"]}

    assert 200 == client.get("/feed/", headers=both).status_code


def test_every_post_picture_and_file_can_be_fetched(client: TestClient) -> None:
    """No post links to what is not there."""
    pages = [client.get(post.path) for post in read_posts()]
    files = {path for page in pages for path in re.findall(rf'{ADDRESS}(/wp-[^"\s]+)', page.text)}

    assert {200} == {page.status_code for page in pages}
    assert 18 == len(files)
    assert {200} == {client.get(path).status_code for path in files}


def test_old_permalinks_lead_to_the_post(client: TestClient) -> None:
    """`?p=ID` is what the guid says."""
    answer = client.get("/?p=1257", follow_redirects=False)

    assert (301, "/2020/01/15/mentoring-for-library-managers-in-norway/") == (answer.status_code, answer.headers["Location"])


@pytest.mark.parametrize(
    "path", ["/nothing", "/?p=1", "/page/9/", "/2020/01/15/nothing/", "/wp-content/uploads/2020/01/no.png"]
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    """With a page for people."""
    answer = client.get(path)

    assert 404 == answer.status_code


def test_index_leads_through_all_posts(client: TestClient) -> None:
    """Newest first, older ones behind a link that ends."""
    first, second = client.get("/").text, client.get("/page/2/").text

    assert "/page/2/" in first
    assert "Older posts" not in second
    assert 19 == (first + second).count('<article class="post">')


def test_every_picture_is_used() -> None:
    """By a post, or as the portrait that an editor brings; nothing lies around."""
    texts = "".join(path.read_text() for path in (MATERIAL / "posts").iterdir()) + PORTRAIT_FILE

    assert [] == [path.name for path in (MATERIAL / "pictures").iterdir() if path.name not in texts]
