import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.images import store as images
from newsletter.images.fetching import Bringer
from newsletter.images.model import Shelf
from newsletter.issues import contents, document, draft, store
from newsletter.issues.contents import Text
from newsletter.issues.model import Issue, SectionKind, SectionPlan, Show
from newsletter.issues.richhtml import to_html
from newsletter.letters.illustrate import BEFORE_RETRY, Illustrated, illustrate, shelf_of
from newsletter.letters.links import Links
from newsletter.outbound import FetchPolicy
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.drawn import photo
from tests.harness.newsroom import a_newsletter, an_image

JPEG = "image/jpeg"


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a server that answers as told."""
    with ChaosFeed() as server:
        yield server


@pytest.fixture
def bringer(database: Database, child: Child, now: datetime) -> Bringer:
    """Give who fetches from loopback, once on each kind of database."""
    return Bringer(database, FetchPolicy(allow_loopback=True, seconds=10), child, lambda: now)


def an_issue(database: Database, now: datetime, *texts: Text) -> Issue:
    """Draft an issue with these articles."""
    with database.write() as tx:
        issue = draft.draft_empty(tx, a_newsletter(tx), "An issue", now)
        section = contents.add_section(tx, issue.id, SectionPlan("News", SectionKind.ARTICLES))
        for text in texts:
            contents.add_article(tx, issue.id, section, text)
        return store.load(tx, issue.id)


def shelf(database: Database, issue: Issue) -> Shelf:
    """Give what the letter of an issue may show."""
    with database.read() as tx:
        return shelf_of(tx, issue, Links("https://news.example.org"))


def test_pictures_of_an_issue_are_brought_home_once(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """Relative addresses, too; what is here is not asked for again."""
    hall, gone = chaos.put("/2020/hall.jpg", Page(photo(400, 300), JPEG)), chaos.url("/gone.jpg")
    html = f'<p>Words</p><img src="hall.jpg" alt="Hall"><img src="{gone}" alt="Gone">'
    issue = an_issue(bringer.database, now, Text("One", html, Show.FULL, link=chaos.url("/2020/post/../")))
    told: list[tuple[int, int]] = []
    first = asyncio.run(illustrate(bringer, issue.id, progress=lambda done, total: told.append((done, total))))
    again = asyncio.run(illustrate(bringer, issue.id))
    found = shelf(bringer.database, issue)

    assert (2, 1, [gone]) == (first.pictures, first.fetched, [one.wanted.url for one in first.lost])
    assert Illustrated(pictures=2, fetched=0, lost=()) == again
    assert ([hall], [gone]) == (list(found.by_source), list(found.troubles))
    assert [(0, 2), (1, 2), (2, 2)] == told
    assert 2 == len(chaos.paths)


def test_what_failed_is_asked_for_again_later_or_on_demand(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """A server may have had a bad hour."""
    url = chaos.url("/hall.jpg")
    issue = an_issue(bringer.database, now, Text("One", f'<img src="{url}" alt="Hall">', Show.FULL, link=chaos.url()))
    asyncio.run(illustrate(bringer, issue.id))
    asyncio.run(illustrate(bringer, issue.id, again=True))
    later = replace(bringer, clock=lambda: now + BEFORE_RETRY)
    chaos.put("/hall.jpg", Page(photo(), JPEG))
    asyncio.run(illustrate(later, issue.id))

    assert 3 == len(chaos.paths)
    assert [url] == list(shelf(bringer.database, issue).by_source)


def test_of_an_excerpt_only_what_can_lead_it_is_fetched(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """A gallery of forty pictures is not asked for in vain."""
    html = "".join(f'<img src="/{number}.jpg" alt="A">' for number in range(9)) + '<img src="/icon.png" width="20" alt="">'
    issue = an_issue(bringer.database, now, Text("One", html, Show.EXCERPT, link=chaos.url()))
    asyncio.run(illustrate(bringer, issue.id))

    assert {"/0.jpg", "/1.jpg", "/2.jpg"} == set(chaos.paths)


def test_hostile_article_is_passed_over(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """The pictures of the others come all the same."""
    url = chaos.put("/hall.jpg", Page(photo(), JPEG))
    good = Text("Two", f'<img src="{url}" alt="Hall">', Show.FULL, link=chaos.url())
    issue = an_issue(bringer.database, now, Text("One", "<div>" * 20_000, Show.FULL), good)

    assert 1 == asyncio.run(illustrate(bringer, issue.id)).fetched


def test_open_issues_are_looked_after_once_for_each_version(bringer: Bringer, now: datetime) -> None:
    """The worker asks for them at every tick."""
    issue = an_issue(bringer.database, now, Text("One", "<p>Words</p>", Show.FULL))

    def waiting() -> tuple[int, ...]:
        with bringer.database.read() as tx:
            return images.unillustrated(tx, now)

    assert (issue.id,) == waiting()
    asyncio.run(illustrate(bringer, issue.id))
    assert () == waiting()
    with bringer.database.write() as tx:
        store.begin_edit(tx, issue.id, now + timedelta(minutes=1), None)
    assert (issue.id,) == waiting()


def test_images_of_a_rich_text_come_from_the_library(bringer: Bringer, now: datetime) -> None:
    """They are named by their keys, and nobody is asked for them."""
    with bringer.database.write() as tx:
        key = an_image(tx, alt="A boat")
    rich = document.read({"type": "doc", "content": [{"type": "image", "attrs": {"key": key}}]})
    issue = an_issue(bringer.database, now, Text("One", to_html(rich), Show.FULL, document=document.write(rich)))

    brought = asyncio.run(illustrate(bringer, issue.id))

    assert Illustrated(pictures=0, fetched=0, lost=()) == brought
    hosted = shelf(bringer.database, issue).by_source[f"https://library.invalid/{key}"]
    assert (f"https://news.example.org/images/{key}.jpg", "A boat") == (hosted.src, hosted.alt)


def test_issue_that_lacks_a_picture_is_looked_after_again(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """Not at each tick: its server may be down for the night."""
    html = f'<img src="{chaos.url("/hall.jpg")}" alt="Hall"><a href="{chaos.url("/gone.pdf")}">Report</a>'
    issue = an_issue(bringer.database, now, Text("One", html, Show.FULL, link=chaos.url()))
    asyncio.run(illustrate(bringer, issue.id))
    with bringer.database.read() as tx:
        assert () == images.unillustrated(tx, now)
        assert (issue.id,) == images.unillustrated(tx, now + timedelta(seconds=1))
    chaos.put("/hall.jpg", Page(photo(), JPEG))
    asyncio.run(illustrate(bringer, issue.id, again=True))
    with bringer.database.read() as tx:
        assert () == images.unillustrated(tx, now + timedelta(seconds=1))
