"""`newsletter issues article` and `event`: everything an editor says of one article, and events typed by hand."""

from dataclasses import dataclass
from typing import TypedDict, Unpack

import click

from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, issue_argument
from newsletter.cli.saving import EXPECTED, answer_saved, saved
from newsletter.cli.writing import Written, read_written
from newsletter.errors import BadValue
from newsletter.issues import changes, contents, events, texts
from newsletter.issues.changes import Change
from newsletter.issues.contents import Text
from newsletter.issues.model import Event, Issue, Show
from newsletter.issues.plan import MOST_WORDS
from newsletter.staff.acting import Acting
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class When:
    """When and where something is to happen; None leaves a part as it is."""

    begins: str | None
    ends: str | None
    zone: str | None
    place: str | None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is said."""
        return self.begins is None and self.ends is None and self.zone is None and self.place is None

    def over(self, before: Event | None) -> Event:
        """Give the event with these parts changed.

        Raises:
            BadValue: it cannot be.

        """
        was = before or Event("")
        return events.typed(
            was.begins if self.begins is None else self.begins,
            was.ends if self.ends is None else self.ends,
            was.zone if self.zone is None else self.zone,
            was.place if self.place is None else self.place,
        )


class _Said(TypedDict):
    """What is said of an article as it is kept (`issues.changes.Change`); None leaves a part as it is."""

    title: str | None
    byline: str | None
    confirms_byline: bool
    affiliation: str | None
    portrait: str | None
    portrait_alt: str | None
    portrait_credit: str | None
    link: str | None
    summary: str | None
    words: int | None
    picture: str | None
    picture_alt: str | None
    picture_credit: str | None


@click.command("article")
@issue_argument
@click.argument("article_id", metavar="ARTICLE", type=click.IntRange(1, HIGHEST_ID))
@click.option("--title", help="Its title.")
@click.option("--byline", help='Who wrote it; "" for nobody. They are remembered among the authors.')
@click.option("--confirm-byline", "confirms_byline", is_flag=True, help="Take the byline that was suggested.")
@click.option("--affiliation", help='Where its author works; "" for nowhere.')
@click.option("--portrait", metavar="KEY", help='A portrait of its author, an image of the library; "" for none.')
@click.option("--portrait-alt", metavar="TEXT", help='Said of the portrait here; "" for what the library says.')
@click.option("--portrait-credit", metavar="TEXT", help='Who made the portrait; "" for what the library says.')
@click.option("--link", metavar="URL", help='Where its title leads; "" for nowhere.')
@click.option("--text", "file", metavar="FILE", help='Its text: text, .md, .html, or rich text as .json; "-" for stdin.')
@click.option("--show", type=click.Choice([show.value for show in Show]), help="How much of it the letter carries.")
@click.option("--summary", help='Your own words instead of an excerpt; "" for the excerpt.')
@click.option("--words", type=click.IntRange(0, MOST_WORDS), metavar="N", help="Words of the excerpt; 0: as its section has.")
@click.option("--picture", metavar="KEY", help='The picture that leads, an image of the library; "" for its own first one.')
@click.option("--alt", "picture_alt", metavar="TEXT", help="What stands in for the picture where it is not seen.")
@click.option("--credit", "picture_credit", metavar="TEXT", help="Who made the picture.")
@EXPECTED
@common
@pass_door
def article(
    door: Door,
    issue_id: int,
    article_id: int,
    *,
    file: str | None,
    show: str | None,
    expected: int | None,
    **said: Unpack[_Said],
) -> None:
    """Change what an issue says of one ARTICLE; its id stands in `issues show`. An approval of the issue ends.

    Example: newsletter issues article 5 41 --summary "Two boats, one fjord." --affiliation "University of Oslo"
    """
    written = read_written(file) if file is not None else Written("")
    change = Change(
        content=written.content if file is not None and written.document is None else None,
        document=written.document,
        show=Show(show) if show else None,
        **said,
    )
    if change.is_nothing:
        raise click.UsageError("Nothing to change was given; see --help.")

    def write(acting: Acting, over: int | None) -> Issue:
        return changes.change_article(acting.tx, issue_id, article_id, change, acting.now, expected_version=over)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.article", article=article_id))


@click.command("event")
@issue_argument
@click.argument("title", required=False)
@click.option("--article", "article_id", type=click.IntRange(1, HIGHEST_ID), metavar="N", help="An article that is an event.")
@click.option("--begins", metavar="WHEN", help="2020-02-03T09:00, or 2020-02-03 for a whole day.")
@click.option("--ends", metavar="WHEN", help="Written in the same way.")
@click.option("--timezone", "zone", metavar="Z", help="Where these hours are meant; the newsletter's own if not said.")
@click.option("--place", metavar="TEXT", help='Where it happens: a town, "online".')
@click.option("--link", metavar="URL", help="Where more is to be read.")
@click.option("--text", "file", metavar="FILE", help='A few words: text, .md, .html or .json; "-" for stdin.')
@click.option("--section", metavar="TITLE", help="Where it stands; in the first section of events if not said.")
@click.option("--no-date", "drops_event", is_flag=True, help="The article is no event after all.")
@EXPECTED
@common
@pass_door
def event(
    door: Door,
    issue_id: int,
    title: str | None,
    *,
    article_id: int | None,
    begins: str | None,
    ends: str | None,
    zone: str | None,
    place: str | None,
    link: str | None,
    file: str | None,
    section: str | None,
    drops_event: bool,
    expected: int | None,
) -> None:
    """Put an event of this TITLE into an issue, or say when and where that happens which an article is about.

    Letters list events by their dates, each with a link for calendars. An approval of the issue ends.

    Example: newsletter issues event 5 "Reading circle" --begins 2020-02-27T16:00 --timezone Europe/Amsterdam --place online
    """
    when = When(begins, ends, zone, place)
    if (title is None) == (article_id is None):
        raise click.UsageError("Say either the TITLE of a new event, or --article N.")
    if article_id is None and begins is None:
        raise click.UsageError("Say when it --begins.")
    if article_id is not None and drops_event == (not when.is_nothing):
        raise click.UsageError("Say when and where it happens, or --no-date.")
    if article_id is not None and not (link is None and file is None and section is None):
        raise click.UsageError(
            "--link, --text and --section are for a new event; an article has `issues article` and `issues edit`."
        )
    written = read_written(file) if file is not None else Written("")

    def write(acting: Acting, over: int | None) -> Issue:
        if article_id is not None:
            change = _dated(acting.tx, issue_id, article_id, when)
            return changes.change_article(acting.tx, issue_id, article_id, change, acting.now, expected_version=over)
        said = Text(title or "", written.content, Show.FULL, link=link or "", document=written.document, event=when.over(None))
        return texts.add_event(acting.tx, issue_id, said, acting.now, section=section, expected_version=over)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.event", title=title, article=article_id, begins=begins))


def _dated(tx: Transaction, issue_id: int, article_id: int, when: When) -> Change:
    if when.is_nothing:
        return Change(drops_event=True)
    before = contents.article_of(tx, issue_id, article_id).event
    if before is None and when.begins is None:
        raise BadValue("event", f"of article {article_id}", "has no date yet; say when it --begins")
    return Change(event=when.over(before))
