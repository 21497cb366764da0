"""Plays a month in half a minute: a blog is read, an issue drafted, approved and mailed, and a reader leaves; then goes on."""

import asyncio
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

from newsletter import bootstrap, settings
from newsletter.bootstrap import Application
from newsletter.clock import MovableClock, monotonic
from newsletter.demo import acts, afterwards, people
from newsletter.demo.envelopes import Envelopes
from newsletter.demo.outcome import Expected, Outcome, count_duplicates, problems
from newsletter.demo.posts import SITE_ZONE, of_month, read_posts
from newsletter.demo.screen import Screen
from newsletter.demo.servers import USUAL_PORT, Outside, Pages, listening, url_of
from newsletter.demo.start import HOME, Played, Start, create_front
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.mail.delivery import Report
from newsletter.settings import LogSettings, Settings
from newsletter.staff.secrets import new_secret
from newsletter.web.app import create_app
from newsletter.web.clicks import Clicks
from newsletter.web.porter import Porter
from newsletter.worker.metronome import Worker

THE_MONTH = Month(2020, 1)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the month is played on."""

    app: Application
    clock: MovableClock
    envelopes: Envelopes
    outside: Outside
    screen: Screen
    began: float

    def tell(self, words: str) -> None:
        """Say what happened just now."""
        self.screen.tell(self.clock(), words)


def run(*, once: bool) -> int:
    """Play the demonstration; gives an exit code, 0 when every figure agrees.

    With *once* it ends by itself and prints one JSON object; otherwise it stays up to be looked at until Ctrl-C.
    """
    bootstrap.set_up_logging(LogSettings("warning"))
    with tempfile.TemporaryDirectory(prefix="newsletter-demo-") as folder:
        return asyncio.run(_perform(Path(folder), Screen(), once=once))


async def _perform(folder: Path, screen: Screen, *, once: bool) -> int:
    began = monotonic()
    clock = MovableClock(acts.BEFORE_DRAFT)
    envelopes = Envelopes(folder / "caught", clock)
    listener = listening(USUAL_PORT)
    with (
        Outside(envelopes) as outside,
        _application(_settings(folder, url_of(listener), outside.relay_url), clock) as app,
    ):
        await asyncio.to_thread(acts.make_editor, app)
        start = Start(new_secret(), outside.blog_url)
        worker = Worker(app)
        stop = asyncio.Event()
        porter, clicks = Porter(app), Clicks(app.database)
        product = create_app(
            app, health=worker.is_healthy, desk_token=start.desk_token, porter=porter, clicks=clicks, is_stopping=stop.is_set
        )
        pages = Pages(create_front(product, start, envelopes, SITE_ZONE))
        running = [
            asyncio.create_task(pages.serve([listener])),
            asyncio.create_task(worker.run(stop)),
            # Whoever tries the desk out brings a file of people, too.
            asyncio.create_task(asyncio.to_thread(porter.run)),
        ]
        counting = asyncio.create_task(asyncio.to_thread(clicks.run))
        try:
            return await _show(Stage(app, clock, envelopes, outside, screen, began), start, once=once)
        finally:
            stop.set()
            porter.stop()
            pages.stop()
            await asyncio.gather(*running)
            clicks.stop()
            await counting


async def _show(stage: Stage, start: Start, *, once: bool) -> int:
    start.played = await _play(stage)
    outcome = start.played.outcome
    wrong = problems(outcome, _expected())
    for sentence in wrong:
        stage.screen.say(f"This does not agree: {sentence}.")
    if once:
        print(outcome.to_json(), flush=True)  # noqa: T201 -- the one line that others read
        return 1 if wrong else 0
    await _go_on(stage, start.played)
    home = f"{stage.app.settings.public_url}{HOME}"
    stage.screen.say(f"\nWhat was counted, the public page and the inbox: {home}")
    stage.screen.say("Open this address: the desk, with the next issue and a mailing to watch. Ctrl-C ends it.")
    stage.screen.say(f"In another browser, sign in with {acts.EDITOR_ADDRESS} and “{acts.PASSWORD}”.")
    print(f"{home}/desk", flush=True)  # noqa: T201 -- the one address to open
    await _interrupted()
    stage.screen.say("Stopped. Nothing is kept.")
    return 1 if wrong else 0


async def _play(stage: Stage) -> Played:
    organised = await asyncio.to_thread(acts.organise, stage.app, stage.outside.blog_url)
    newsletter = organised.newsletter
    stage.tell(f"{newsletter.name}: due every first Monday at 09:00, {organised.imported} readers. The worker waits.")
    first = await _first_issue(stage, newsletter)
    january = await _mailed(stage, first)
    left = await acts.leave_by_one_click(stage.envelopes)
    stage.tell("A reader pressed “unsubscribe” in a mail program: one POST to the address in the mail's header.")
    second = await asyncio.to_thread(acts.write_note, stage.app, newsletter)
    acts.send_now(stage.app, second.id)
    note = await _mailed(stage, second)
    return await asyncio.to_thread(_played, stage, first, january, second, note, left)


async def _go_on(stage: Stage, played: Played) -> None:
    """For whoever stays: the next issue in the making, and a mailing that runs for some minutes."""
    with stage.app.database.read() as tx:
        newsletter = newsletters.by_id(tx, store.load(tx, played.issue_id).newsletter_id)
    stage.clock.set(afterwards.BEFORE_FEBRUARY)
    february = await acts.drafted_by_the_worker(stage.app, newsletter, THE_MONTH.following)
    stage.tell(f"The clock was set forward once more. The worker drafted {february.title}; a guest is asked for its letter.")
    await asyncio.to_thread(afterwards.slow_down, stage.app)
    stage.outside.trouble(afterwards.troubles())
    await afterwards.furnish(stage.app, newsletter, february)
    stage.tell(f"“{afterwards.REMINDER_TITLE}” is being mailed, slowly, so that it can be watched.")


async def _first_issue(stage: Stage, newsletter: Newsletter) -> Issue:
    drafted = await acts.drafted_by_the_worker(stage.app, newsletter, THE_MONTH)
    filled = sum(1 for section in drafted.sections if section.articles)
    stage.tell(f"The worker drafted {drafted.title}: {len(drafted.articles)} articles in {filled} sections.")
    approved = await asyncio.to_thread(acts.finish_issue, stage.app, drafted.id)
    stage.tell(f"The editor added the letter of the Division Chair and the dates, and approved “{approved.subject}”.")
    stage.clock.set(acts.BEFORE_SENDING)
    stage.tell("The clock was set forward. The issue goes out at nine.")
    return approved


async def _mailed(stage: Stage, issue: Issue) -> Report:
    with stage.screen.mailing() as show:
        report = await acts.sent_by_the_worker(stage.app, issue.id, show)
    stage.tell(f"{issue.title}: {report.accepted} accepted of {report.audience}.")
    return report


def _played(stage: Stage, first: Issue, january: Report, second: Issue, note: Report, left: int) -> Played:
    app, newsletter = stage.app, acts.newsletter_of(stage.app, first)
    caught = acts.caught_mails(stage.envelopes)
    archive_url = app.links.issue(newsletter.slug, first.number)
    outcome = Outcome(
        posts=acts.count_posts(app, newsletter),
        articles=sum(1 for article in first.articles if article.event is None or article.post_id is not None),
        events=sum(1 for article in first.articles if article.event is not None),
        sections=tuple(section.title for section in first.sections if section.articles),
        audience=january.audience,
        accepted=january.accepted,
        refused=january.refused,
        uncertain=january.uncertain,
        inbox=sum(1 for mail in caught if mail.subject == first.subject),
        one_click_unsubscribed=left,
        second_issue_audience=note.audience,
        second_issue_inbox=sum(1 for mail in caught if mail.subject == second.subject),
        duplicates=count_duplicates(caught),
        archive_url=archive_url,
        archive_status=acts.status_of(archive_url),
        seconds=round(monotonic() - stage.began, 1),
    )
    return Played(outcome, first.id)


def _expected() -> Expected:
    return Expected(
        subscribers=people.count(),
        posts_of_the_month=len(of_month(read_posts(), THE_MONTH)),
        sections=tuple(section.title for section in acts.plan()),
        events=acts.EVENTS,
    )


def _settings(folder: Path, public_url: str, relay_url: str) -> Settings:
    return settings.load(
        {
            "NEWSLETTER_DATA_DIR": str(folder),
            "NEWSLETTER_PUBLIC_URL": public_url,
            "NEWSLETTER_RELAY_URL": relay_url,
            "NEWSLETTER_ALLOW_LOOPBACK": "1",
            "NEWSLETTER_TICK_SECONDS": "1",
        },
    )


def _application(chosen: Settings, clock: MovableClock) -> Application:
    return bootstrap.open_application(bootstrap.prepare(chosen, clock()), clock)


async def _interrupted() -> None:
    """Wait for Ctrl-C, or for whoever runs us to say that it is enough."""
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted.set)
    await interrupted.wait()
