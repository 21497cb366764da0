"""A newsletter through a winter: a cadence is set, and the worker does what is due, with a clock that is moved on."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from newsletter.bootstrap import Application
from newsletter.clock import MovableClock
from newsletter.tables.issues import slot
from newsletter.worker.metronome import Worker
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.instance import environment, opened
from tests.harness.sink import Sink
from tests.harness.terminal import Terminal
from tests.harness.wordpress import Blog, BlogPost

START = datetime(2019, 12, 20, 9, 0, tzinfo=UTC)
PAPER = "Section News"
PEOPLE = "email,name\nann@example.net,Ann\nbob@example.net,Bob\nzoe@example.net,Zoë\n"
EVERYBODY = ["ann@example.net", "bob@example.net", "zoe@example.net"]
CHAIR = "Division Chair letter"
POSTS = (
    BlogPost(1, "Conferences in winter", datetime(2019, 12, 3, 10, 0, tzinfo=UTC)),
    BlogPost(2, "A year in pictures", datetime(2019, 12, 31, 22, 30, tzinfo=UTC)),
    # Already the new year in Amsterdam.
    BlogPost(3, "First of the year", datetime(2019, 12, 31, 23, 30, tzinfo=UTC)),
    BlogPost(4, "Mentoring in Norway by Almuth Gastinger", datetime(2020, 1, 15, 10, 0, tzinfo=UTC)),
)


@dataclass
class Winter:
    """The instance, and what happens to it while the clock is moved on."""

    application: Application
    clock: MovableClock
    terminal: Terminal
    sink: Sink
    blog: Blog

    async def until(self, *moment: int) -> None:
        """Let the days pass, with a run of the worker every other day and one at *moment*, UTC."""
        end = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year, month, day, hour
        while self.clock() < end:
            self.clock.set(min(self.clock() + timedelta(days=2), end))
            self.blog.posts[:] = [post for post in POSTS if post.published <= self.clock()]
            idle = await Worker(self.application).run_until_idle()
            assert () == idle.failed

    async def approve(self, issue: int, letter: Path) -> None:
        """Write the letter and approve, as an editor does; in a thread, because the command has a loop of its own."""
        await asyncio.to_thread(self._approve, issue, letter)

    def _approve(self, issue: int, letter: Path) -> None:
        self.terminal.ok("issues", "letter", str(issue), CHAIR, str(letter), "--by", "Ann Other")
        self.terminal.ok("issues", "approve", str(issue))

    def issue(self, number: int) -> Any:  # noqa: ANN401 -- JSON
        """Give the issue as `issues show` does."""
        return self.terminal.ok("issues", "show", str(number))

    def titles(self, number: int) -> set[str]:
        """Give the titles of the posts in an issue."""
        return {one["title"] for section in self.issue(number)["sections"] for one in section["articles"] if one["link"]}

    def alerts(self) -> list[str]:
        """Give the keys of what waits for a person."""
        return [alert["key"] for alert in self.terminal.ok("alerts", "list")["alerts"]]

    def slots(self) -> dict[str, str]:
        """Give how each recorded slot stands."""
        with self.application.database.read() as tx:
            return {row.slot_key: row.state for row in tx.execute(select(slot.c.slot_key, slot.c.state))}


def test_a_winter_of_issues(database_url: str, tmp_path: Path) -> None:
    """Drafted, approved and mailed; unapproved and held; empty and skipped; empty and held; never twice."""
    asyncio.run(_winter(database_url, tmp_path))


async def _winter(database_url: str, tmp_path: Path) -> None:
    letter = tmp_path / "chair.txt"
    letter.write_text("Dear readers,\n\nthis was the month.\n")
    blog = Blog([])
    with ChaosFeed() as chaos:
        async with Sink() as sink:
            settings = environment(database_url, tmp_path, relay_port=sink.port)
            with opened(settings, START) as (application, clock):
                winter = Winter(application, clock, Terminal(settings, clock), sink, blog)
                await asyncio.to_thread(_found, winter.terminal, blog.mount(chaos))
                await _december_is_mailed(winter, letter)
                await _january_is_held_and_sent_by_hand(winter, letter)
                await _empty_months_are_skipped_and_held(winter)


def _found(terminal: Terminal, feed: str) -> None:
    terminal.ok(
        *("newsletters", "create", PAPER, "--from", "The Section <news@example.org>", "--list", "readers"),
        *("--postal-address", "1 Library Road, Utrecht", "--timezone", "Europe/Amsterdam"),
    )
    terminal.ok("subscribers", "import", "readers", "-", "--basis", "Signed up", "--confirmed", stdin=PEOPLE.encode())
    terminal.ok("feeds", "add", PAPER, feed)
    terminal.ok("newsletters", "schedule", PAPER, "first monday", "09:00", "--draft-before", "7d")


async def _december_is_mailed(winter: Winter, letter: Path) -> None:
    await winter.until(2019, 12, 30, 7)
    assert [] == winter.terminal.ok("issues", "list")["issues"]

    # Drafted a week before, from what there is; the post of New Year's Eve comes in while it is a draft.
    await winter.until(2019, 12, 30, 8)
    assert {"Conferences in winter"} == winter.titles(1)
    await winter.until(2020, 1, 2, 8)
    assert {"Conferences in winter", "A year in pictures"} == winter.titles(1)

    await winter.approve(1, letter)
    await winter.until(2020, 1, 6, 7)
    assert [] == winter.sink.taken

    await winter.until(2020, 1, 6, 8)
    report = winter.terminal.ok("issues", "report", "1")

    assert EVERYBODY == sorted(taken.recipient for taken in winter.sink.taken)
    assert (3, 3, "sent") == (report["audience"], report["accepted"], report["state"])
    assert {"2020-01-06T09:00": "done"} == winter.slots()
    assert [] == winter.alerts()


async def _january_is_held_and_sent_by_hand(winter: Winter, letter: Path) -> None:
    # Nobody approves it.
    await winter.until(2020, 2, 3, 8)
    assert {"First of the year", "Mentoring in Norway"} == winter.titles(2)
    assert "held" == winter.issue(2)["state"]
    assert ["issue-held:2"] == winter.alerts()
    assert 3 == len(winter.sink.taken)

    # An editor takes it up a day later.
    await winter.until(2020, 2, 4, 8)
    await winter.approve(2, letter)
    winter.terminal.ok("issues", "send", "2")
    await winter.until(2020, 2, 4, 9)

    assert EVERYBODY == sorted(taken.recipient for taken in winter.sink.taken[3:])
    assert "sent" == winter.issue(2)["state"]
    assert [] == winter.alerts()


async def _empty_months_are_skipped_and_held(winter: Winter) -> None:
    await winter.until(2020, 3, 2, 8)
    assert "skipped" == winter.slots()["2020-03-02T09:00"]

    winter.terminal.ok(
        "newsletters", "schedule", PAPER, "first monday", "09:00", "--draft-before", "7d", "--when-empty", "hold"
    )
    # Summer time will have begun: nine in Amsterdam is seven in Greenwich.
    assert "2020-04-06T07:00:00+00:00" == winter.terminal.ok("newsletters", "calendar", PAPER)["slots"][0]["send_at"]
    # While the month lasts, something may still be published.
    await winter.until(2020, 3, 31, 12)
    assert "planned" == winter.slots()["2020-04-06T09:00"]
    await winter.until(2020, 4, 6, 7)

    assert "held" == winter.issue(3)["state"]
    assert ["issue-held:3"] == winter.alerts()
    assert 3 == len(winter.terminal.ok("issues", "list")["issues"])
    assert 6 == len(winter.sink.taken)
