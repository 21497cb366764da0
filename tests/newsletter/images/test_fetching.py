import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.images import fetching, store
from newsletter.images.fetching import Bringer, Brought, Wanted
from newsletter.images.model import Hosted, Shelf
from newsletter.issues import draft
from newsletter.outbound import FetchPolicy
from tests.harness import chaosfeed
from tests.harness.chaosfeed import ChaosFeed, Page, redirect
from tests.harness.drawn import bomb, drawing, moving, photo
from tests.harness.newsroom import a_newsletter

AT = "https://news.example.org/images/"
JPEG = "image/jpeg"


def bring(bringer: Bringer, *urls: str) -> tuple[Brought, ...]:
    """Fetch pictures."""
    return asyncio.run(bringer.bring([Wanted(url) for url in urls]))


def shelf(database: Database, urls: Sequence[str], now: datetime) -> Shelf:
    """Give what an issue may show that shows these."""
    with database.write() as tx:
        issue = draft.draft_empty(tx, a_newsletter(tx), "An issue", now)
        store.tie(tx, issue.id, issue.version, urls, now)
        return store.shelf(tx, issue.id, (), AT)


def test_pictures_are_fetched_and_kept(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """Each once, though two addresses lead to it."""
    one, same = chaos.put("/hall.jpg", Page(photo(80, 60), JPEG)), chaos.put("/copy.jpg", Page(photo(80, 60), JPEG))
    moved = chaos.put("/old.png", redirect("/hall.jpg"))
    brought = bring(bringer, one, same, moved)
    found = shelf(bringer.database, [one, same, moved], now)

    assert ["", "", ""] == [each.trouble for each in brought]
    assert found.by_source[one] == found.by_source[same] == found.by_source[moved]
    assert (80, 60) == (found.by_source[one].width, found.by_source[one].height)
    assert found.by_source[one].src.startswith(AT)
    assert found.by_source[one].card.startswith(AT)


def test_server_is_told_who_asks_and_for_what(bringer: Bringer, chaos: ChaosFeed) -> None:
    """And never from which page."""
    bring(bringer, chaos.put("/hall.jpg", Page(photo(), JPEG)))

    assert chaos.asked[0].headers["accept"].startswith("image/jpeg")
    assert "referer" not in chaos.asked[0].headers
    assert "cookie" not in chaos.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Page(b"", status=404), "cannot be fetched: its server answers 404"),
        (Page(b"<svg/>", "image/svg+xml"), "is no JPEG, PNG, GIF, WEBP or AVIF file"),
        (Page(b"<html>", JPEG), "is no JPEG, PNG, GIF, WEBP or AVIF file"),
        (Page(photo()[:-400], JPEG), "is damaged"),
        (Page(bomb(30_000, 30_000), "image/png"), "has more than 50 million pixels"),
        (redirect("file:///etc/passwd"), "cannot be fetched: its address redirects to"),
        (redirect("http://10.0.0.1/x.jpg"), "cannot be fetched: its address leads to 10.0.0.1, which is not a public address"),
        (chaosfeed.announced_flood, "cannot be fetched: its address sends more than 20 MB"),
    ],
)
def test_picture_that_cannot_be_had_is_told_and_stops_no_other(
    answer: chaosfeed.Answer, reason: str, bringer: Bringer, chaos: ChaosFeed, now: datetime
) -> None:
    """The reason stands beside its address, for whoever composes the letter."""
    bad, good = chaos.put("/bad.jpg", answer), chaos.put("/good.jpg", Page(photo(), JPEG))
    broken, fine = bring(bringer, bad, good)
    found = shelf(bringer.database, [bad, good], now)

    assert broken.trouble.startswith(reason)
    assert {bad: broken.trouble} == found.troubles
    assert "" == fine.trouble
    assert [good] == list(found.by_source)


def test_private_addresses_are_never_asked(bringer: Bringer, chaos: ChaosFeed) -> None:
    """Without the setting for demo and tests, loopback is one of them."""
    strict = replace(bringer, policy=FetchPolicy(seconds=10))
    (brought,) = bring(strict, chaos.put("/hall.jpg", Page(photo(), JPEG)))

    assert "not a public address" in brought.trouble
    assert [] == chaos.asked


def test_slow_servers_do_not_keep_an_issue_waiting(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """What has not come in time is left out, and told."""
    slow = chaos.put("/slow.jpg", chaosfeed.drip)
    (brought,) = bring(replace(bringer, longest=0.3), slow)

    assert "took longer than" in brought.trouble
    assert {slow: brought.trouble} == shelf(bringer.database, [slow], now).troubles


def test_own_image_is_taken_by_its_key(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """Nothing is fetched; one that is not there is told."""
    fetched = chaos.put("/hall.jpg", Page(photo(), JPEG))
    bring(bringer, fetched)
    hosted = shelf(bringer.database, [fetched], now).by_source[fetched]
    gone = f"{AT}{'0' * 40}.jpg"
    own, missing = bring(bringer, hosted.src, gone)
    with bringer.database.write() as tx:
        store.tie(tx, 1, 1, [hosted.src, gone], now)
        found = store.shelf(tx, 1, (), AT)

    assert ("", "is not in the library any more") == (own.trouble, missing.trouble)
    assert {hosted.src: hosted} == found.by_source
    assert 1 == len(chaos.asked)


def test_moving_picture_is_kept_with_a_remark(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """The letter shows its first frame and the editor is told."""
    url = chaos.put("/dance.gif", Page(moving(), "image/gif"))
    bring(bringer, url)

    assert "moves, and only its first frame is shown" == shelf(bringer.database, [url], now).by_source[url].remark


def test_documents_are_measured_and_not_fetched(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """One that does not say, or is not there, has no size."""
    report = chaos.put("/report.pdf", Page(b"x" * 1234, "application/pdf"))
    gone, silent = chaos.url("/gone.pdf"), chaos.put("/silent.pdf", lambda _asked, wire: wire.begin(200, {}))
    asyncio.run(bringer.bring([Wanted(url, is_document=True) for url in (report, gone, silent)]))

    assert {report: 1234} == shelf(bringer.database, [report, gone, silent], now).sizes
    assert {"HEAD"} == {asked.method for asked in chaos.asked}


def test_picture_that_is_there_again_takes_the_trouble_back(bringer: Bringer, chaos: ChaosFeed, now: datetime) -> None:
    """A server has its bad days."""
    url = chaos.put("/hall.png", Page(b"", status=503))
    bring(bringer, url)
    chaos.put("/hall.png", Page(drawing(), "image/png"))
    bring(bringer, url)
    found = shelf(bringer.database, [url], now)

    assert {} == found.troubles
    assert isinstance(found.by_source[url], Hosted)


def test_name_is_the_last_part_of_an_address() -> None:
    """As its server has it, on one line."""
    assert "Zürich hall.jpg" == fetching.name_of("https://blog.example.org/a/Z%C3%BCrich%20hall.jpg?resize=3")
    assert "" == fetching.name_of("http://[half/x.jpg")
