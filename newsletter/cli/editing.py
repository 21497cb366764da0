"""`newsletter issues letter` and `edit`: what an editor does to an issue."""

from dataclasses import dataclass
from datetime import datetime

import click

from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, issue_argument
from newsletter.cli.saving import EXPECTED, answer_saved, saved
from newsletter.cli.writing import Written, read_written
from newsletter.issues import editing, store
from newsletter.issues.model import Issue, Show
from newsletter.staff.acting import Acting
from subscribers.transaction import Transaction

# More places than any section has articles.
LAST_PLACE = 10_000


@dataclass(frozen=True, slots=True)
class HeadEdit:
    """What is to stand above the sections; None leaves a line as it is."""

    title: str | None
    subject: str | None
    preheader: str | None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be changed."""
        return self.title is None and self.subject is None and self.preheader is None


@dataclass(frozen=True, slots=True)
class ArticleEdit:
    """What is to become of one article; None leaves a part as it is."""

    title: str | None
    byline: str | None
    text: Written | None
    show: Show | None
    section: str | None
    place: int | None
    is_dropped: bool
    is_restored: bool

    @property
    def changes_text(self) -> bool:
        """Whether the article itself is to be changed."""
        return not (self.title is None and self.byline is None and self.text is None and self.show is None)

    @property
    def moves(self) -> bool:
        """Whether it is to stand elsewhere."""
        return self.section is not None or self.place is not None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be changed."""
        return not (self.changes_text or self.moves or self.is_dropped or self.is_restored)


@click.command("letter")
@issue_argument
@click.argument("section")
@click.argument("file")
@click.option("--by", "by", metavar="NAME", required=True, help="Who wrote it.")
@EXPECTED
@common
@pass_door
def letter(door: Door, issue_id: int, section: str, file: str, by: str, *, expected: int | None) -> None:
    """Put a letter into a section: text, .md, .html or rich text as .json from FILE, or text from stdin for "-".

    It takes the place of the placeholder, or of the letter that stood there. An approval of the issue ends.

    Example: newsletter issues letter 5 "Division Chair letter" chair.md --by "Ann Other"
    """
    text = read_written(file)

    def write(acting: Acting, over: int | None) -> Issue:
        return editing.write_letter(
            acting.tx, issue_id, section, text.content, by, acting.now, document=text.document, expected_version=over
        )

    answer_saved(door, saved(door, issue_id, write, expected, "issue.letter", section=section, by=by))


@click.command("edit")
@issue_argument
@click.option("--title", help="The issue's title.")
@click.option("--subject", help="The subject of the mail.")
@click.option("--preheader", help="What inboxes show after the subject.")
@click.option(
    "--article", "article_id", type=click.IntRange(1, HIGHEST_ID), metavar="N", help="The article that is meant, by its id."
)
@click.option("--article-title", help="The article's title.")
@click.option("--byline", help='Who wrote the article; "" for nobody.')
@click.option("--text", "text_file", metavar="FILE", help='The article\'s text: text, .md, .html or .json; "-" for stdin.')
@click.option("--show", type=click.Choice([show.value for show in Show]), help="How much of the article the letter carries.")
@click.option("--section", metavar="TITLE", help="Move the article to this section.")
@click.option("--order", type=click.IntRange(1, LAST_PLACE), metavar="PLACE", help="Move the article to this place, from 1.")
@click.option("--drop", "is_dropped", is_flag=True, help="Leave the article out.")
@click.option("--restore", "is_restored", is_flag=True, help="Take a dropped article in again.")
@EXPECTED
@common
@pass_door
def edit(
    door: Door,
    issue_id: int,
    *,
    title: str | None,
    subject: str | None,
    preheader: str | None,
    article_id: int | None,
    article_title: str | None,
    byline: str | None,
    text_file: str | None,
    show: str | None,
    section: str | None,
    order: int | None,
    is_dropped: bool,
    is_restored: bool,
    expected: int | None,
) -> None:
    """Change an issue; an approval of it ends. The ids of articles stand in `issues show`.

    Example: newsletter issues edit 5 --article 41 --section "Feature articles" --order 1
    """
    head = HeadEdit(title, subject, preheader)
    text = read_written(text_file) if text_file is not None else None
    article = ArticleEdit(article_title, byline, text, Show(show) if show else None, section, order, is_dropped, is_restored)
    _require_sense(head, article_id, article)

    def write(acting: Acting, over: int | None) -> Issue:
        if over is not None:
            store.require_version(acting.tx, issue_id, over)
        return _edited(acting.tx, issue_id, head, article_id, article, acting.now)

    answer_saved(door, saved(door, issue_id, write, expected, "issue.edit", article=article_id))


def _require_sense(head: HeadEdit, article_id: int | None, article: ArticleEdit) -> None:
    if article_id is None and not article.is_nothing:
        raise click.UsageError("Say which article is meant: --article N. The ids stand in `newsletter issues show ID`.")
    if article.is_dropped and (article.is_restored or article.moves):
        raise click.UsageError("--drop does not go with --restore, --section or --order.")
    if head.is_nothing and article.is_nothing:
        raise click.UsageError("Nothing to change was given; see --help.")


def _edited(
    tx: Transaction, issue_id: int, head: HeadEdit, article_id: int | None, article: ArticleEdit, now: datetime
) -> Issue:
    if not head.is_nothing:
        editing.edit_issue(tx, issue_id, now, title=head.title, subject=head.subject, preheader=head.preheader)
    if article_id is not None:
        _edit_article(tx, issue_id, article_id, article, now)
    return store.load(tx, issue_id)


def _edit_article(tx: Transaction, issue_id: int, article_id: int, wanted: ArticleEdit, now: datetime) -> None:
    if wanted.is_restored:
        editing.restore_article(tx, issue_id, article_id, now)
    if wanted.changes_text:
        editing.edit_article(
            tx,
            issue_id,
            article_id,
            now,
            title=wanted.title,
            byline=wanted.byline,
            content=wanted.text.content if wanted.text is not None and wanted.text.document is None else None,
            document=wanted.text.document if wanted.text is not None else None,
            show=wanted.show,
        )
    if wanted.moves:
        editing.move_article(tx, issue_id, article_id, now, section=wanted.section, position=wanted.place)
    if wanted.is_dropped:
        editing.drop_article(tx, issue_id, article_id, now)
