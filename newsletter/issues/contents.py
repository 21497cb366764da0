"""The sections and articles of issues in SQL."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, ScalarSelect, bindparam, delete, func, insert, select, update

from newsletter.errors import ArticleNotFound, SectionNotFound
from newsletter.feeds.addresses import same_page
from newsletter.feeds.model import Post, is_universal
from newsletter.issues.model import Article, Event, IssueState, Look, Section, SectionKind, SectionPlan, Show, Suggestion
from newsletter.tables.feeds import post
from newsletter.tables.issues import article, issue, section
from subscribers.transaction import Transaction

# Compared as a number: to SQLAlchemy a boolean would be the word "false", which an integer column does not know.
_IS_SHOWN = article.c.is_dropped == 0


@dataclass(frozen=True, slots=True)
class Text:
    """What an article says, before it has a place."""

    title: str
    # HTML, not yet made fit for mail.
    content: str
    show: Show
    byline: str = ""
    link: str = ""
    post_id: int | None = None
    is_placeholder: bool = False
    # Of whoever stands in the byline, as the register of authors has it.
    affiliation: str = ""
    portrait: str = ""
    # Who it may be by.
    suggestion: Suggestion | None = None
    # Rich text; where there is one, `content` is what it says in HTML.
    document: Mapping[str, Any] | None = None
    event: Event | None = None
    # Name of the snippet it is a copy of.
    snippet: str = ""
    # Stands instead of an excerpt.
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What issues of a newsletter carry; two feeds may give one post under two ids, or an old one under a new address."""

    post_ids: frozenset[int]
    # Only those that mean the same everywhere: a feed may number its entries 1, 2, 3 as another one does.
    guids: frozenset[str]
    # However they are spelled (addresses.same_page).
    pages: frozenset[str]

    def has(self, candidate: Post) -> bool:
        """Whether *candidate* is among them."""
        entry = candidate.entry
        return candidate.id in self.post_ids or entry.guid in self.guids or self.has_page(entry.permalink)

    def has_page(self, url: str) -> bool:
        """Whether they carry the page at *url*."""
        return same_page(url) in self.pages

    def also(self, taken: Post) -> "Carried":
        """Give these and *taken*."""
        return Carried(
            self.post_ids | {taken.id},
            self.guids | _everywhere([taken.entry.guid]),
            self.pages | _pages([taken.entry.permalink]),
        )


def sections_of(tx: Transaction, issue_id: int) -> tuple[Section, ...]:
    """Give the sections of an issue with their articles, dropped ones left out, in reading order."""
    shown: defaultdict[int, list[Article]] = defaultdict(list)
    for one in _articles_where(tx, article.c.issue_id == issue_id, _IS_SHOWN):
        shown[one.section_id].append(one)
    rows = tx.execute(select(section).where(section.c.issue_id == issue_id).order_by(section.c.position, section.c.id))
    return tuple(_section(row, tuple(shown[row.id])) for row in rows)


def dropped_of(tx: Transaction, issue_id: int) -> tuple[Article, ...]:
    """Give the articles that were left out of an issue, section by section as they were made."""
    return _articles_where(tx, article.c.issue_id == issue_id, article.c.is_dropped != 0)


def _articles_where(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[Article, ...]:
    asked = select(article).where(*conditions).order_by(article.c.section_id, article.c.position, article.c.id)
    return tuple(_article(row) for row in tx.execute(asked))


def article_of(tx: Transaction, issue_id: int, article_id: int) -> Article:
    """Give one article of an issue, dropped or not.

    Raises:
        ArticleNotFound: the issue has none of this id.

    """
    row = tx.execute(select(article).where(article.c.id == article_id, article.c.issue_id == issue_id)).one_or_none()
    if row is None:
        raise ArticleNotFound(article_id)
    return _article(row)


def issue_of_article(tx: Transaction, article_id: int) -> int:
    """Give the id of the issue that an article belongs to.

    Raises:
        ArticleNotFound: there is none of this id.

    """
    found = tx.execute(select(article.c.issue_id).where(article.c.id == article_id)).scalar_one_or_none()
    if found is None:
        raise ArticleNotFound(article_id)
    return int(found)


def issue_of_section(tx: Transaction, section_id: int) -> int:
    """Give the id of the issue that a section belongs to.

    Raises:
        SectionNotFound: there is none of this id.

    """
    found = tx.execute(select(section.c.issue_id).where(section.c.id == section_id)).scalar_one_or_none()
    if found is None:
        raise SectionNotFound(section_id)
    return int(found)


def section_of(tx: Transaction, section_id: int) -> Section:
    """Give one section with the articles it shows."""
    row = tx.execute(select(section).where(section.c.id == section_id)).one()
    rows = tx.execute(
        select(article).where(article.c.section_id == section_id, _IS_SHOWN).order_by(article.c.position, article.c.id),
    )
    return _section(row, tuple(map(_article, rows)))


def add_section(tx: Transaction, issue_id: int, planned: SectionPlan, of_plan: str | None = None) -> int:
    """Add a section behind the ones an issue has; gives its id.

    *of_plan* is its title in the plan, empty for one that the plan does not have; the same title where nothing is said.
    """
    behind = select(func.coalesce(func.max(section.c.position), 0) + 1).where(section.c.issue_id == issue_id).scalar_subquery()
    made: int = tx.execute(
        insert(section)
        .values(
            issue_id=issue_id,
            position=behind,
            title=planned.title,
            kind=planned.kind,
            is_required=planned.is_required,
            look=planned.look,
            most=planned.most,
            words=planned.words,
            planned=planned.title if of_plan is None else of_plan,
        )
        .returning(section.c.id),
    ).scalar_one()
    return made


def save_section(tx: Transaction, edited: Section) -> None:
    """Write what an editor may change of a section; its place is changed by `arrange_sections`."""
    tx.execute(
        update(section)
        .where(section.c.id == edited.id)
        .values(
            title=edited.title,
            kind=edited.kind,
            is_required=edited.is_required,
            look=edited.look,
            most=edited.most,
            words=edited.words,
        ),
    )


def arrange_sections(tx: Transaction, section_ids: Sequence[int]) -> None:
    """Put the sections of an issue into this order, from place 1."""
    for position, section_id in enumerate(section_ids, 1):
        tx.execute(update(section).where(section.c.id == section_id).values(position=position))


def remove_section(tx: Transaction, section_id: int, into_id: int) -> None:
    """Take a section away; its articles, the dropped ones too, go behind those of another one."""
    behind = select(func.coalesce(func.max(article.c.position), 0)).where(article.c.section_id == into_id)
    last = tx.execute(behind).scalar_one()
    tx.execute(
        update(article)
        .where(article.c.section_id == section_id)
        .values(section_id=into_id, position=article.c.position + last),
    )
    tx.execute(delete(section).where(section.c.id == section_id))


def add_article(tx: Transaction, issue_id: int, section_id: int, text: Text) -> int:
    """Add an article behind the ones a section has; gives its id."""
    behind = select(func.coalesce(func.max(article.c.position), 0) + 1).where(article.c.section_id == section_id)
    made: int = tx.execute(
        insert(article)
        .values(
            issue_id=issue_id,
            section_id=section_id,
            position=behind.scalar_subquery(),
            post_id=text.post_id,
            # The text as it is at this moment: what the feed makes of it later is offered to the editor.
            taken_fingerprint=_fingerprint_of(text.post_id),
            title=text.title,
            byline=text.byline,
            link=text.link,
            content=text.content,
            show=text.show,
            is_dropped=False,
            is_placeholder=text.is_placeholder,
            affiliation=text.affiliation,
            portrait=text.portrait,
            suggestion=asdict(text.suggestion) if text.suggestion is not None else None,
            document=text.document,
            event=asdict(text.event) if text.event is not None else None,
            snippet=text.snippet,
            summary=text.summary,
        )
        .returning(article.c.id),
    ).scalar_one()
    return made


def copy_article(tx: Transaction, issue_id: int, section_id: int, original: Article) -> int:
    """Add a copy of own text of another issue behind the articles a section has; gives its id."""
    text = Text(original.title, original.content, original.show, link=original.link, snippet=original.snippet)
    made = add_article(tx, issue_id, section_id, text)
    save_article(tx, replace(original, id=made))
    return made


def save_article(tx: Transaction, edited: Article) -> None:
    """Write what an editor may change of an article; its place is changed by `arrange`."""
    tx.execute(
        update(article)
        .where(article.c.id == edited.id)
        .values(
            title=edited.title,
            byline=edited.byline,
            link=edited.link,
            content=edited.content,
            show=edited.show,
            is_dropped=edited.is_dropped,
            is_placeholder=edited.is_placeholder,
            summary=edited.summary,
            words=edited.words,
            affiliation=edited.affiliation,
            portrait=edited.portrait,
            picture=edited.picture,
            picture_alt=edited.picture_alt,
            picture_credit=edited.picture_credit,
            portrait_alt=edited.portrait_alt,
            portrait_credit=edited.portrait_credit,
            document=edited.document,
            event=asdict(edited.event) if edited.event is not None else None,
            suggestion=asdict(edited.suggestion) if edited.suggestion is not None else None,
            snippet=edited.snippet,
            is_unsigned=edited.is_unsigned,
        ),
    )


def arrange(tx: Transaction, section_id: int, article_ids: Sequence[int]) -> None:
    """Put articles into a section in this order, from place 1."""
    if not article_ids:
        return
    its: BindParameter[int] = bindparam("its")
    place: BindParameter[int] = bindparam("place")
    moved = (article.c.section_id != section_id) | (article.c.position != place)
    # Of two hundred articles most stay where they are, and one statement for all takes a tenth of one for each.
    tx.execute(
        update(article).where(article.c.id == its, moved).values(section_id=section_id, position=place),
        [{"its": article_id, "place": position} for position, article_id in enumerate(article_ids, 1)],
    )


def carried(tx: Transaction, newsletter_id: int, *, but_issue_id: int = 0) -> Carried:
    """Give what the issues of a newsletter carry, one of them left out; cancelled issues and dropped articles carry nothing."""
    return _carried(
        tx,
        issue.c.newsletter_id == newsletter_id,
        issue.c.state != IssueState.CANCELLED,
        issue.c.id != but_issue_id,
        _IS_SHOWN,
    )


def offered(tx: Transaction, issue_id: int) -> Carried:
    """Give the posts that an issue has, dropped ones too: those are not offered to it again."""
    return _carried(tx, issue.c.id == issue_id)


def _carried(tx: Transaction, *conditions: ColumnElement[bool]) -> Carried:
    rows = tx.execute(
        select(post.c.id, post.c.guid, post.c.permalink, article.c.link)
        .select_from(article)
        # The post is gone when its feed was removed; the link still says what the article was made of.
        .outerjoin(post, article.c.post_id == post.c.id)
        .join(issue, issue.c.id == article.c.issue_id)
        .where(*conditions),
    ).all()
    return Carried(
        frozenset(row.id for row in rows if row.id is not None),
        _everywhere(row.guid for row in rows if row.id is not None),
        _pages(row.permalink for row in rows if row.id is not None) | _pages(row.link for row in rows),
    )


def _fingerprint_of(post_id: int | None) -> str | ScalarSelect[str]:
    return "" if post_id is None else select(post.c.fingerprint).where(post.c.id == post_id).scalar_subquery()


def _everywhere(guids: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(is_universal, guids))


def _pages(urls: Iterable[str]) -> frozenset[str]:
    return frozenset(page for page in map(same_page, urls) if page)


def _section(row: Row[Any], articles: tuple[Article, ...]) -> Section:
    return Section(
        id=row.id,
        position=row.position,
        title=row.title,
        kind=SectionKind(row.kind),
        is_required=row.is_required,
        articles=articles,
        look=Look(row.look),
        most=row.most,
        words=row.words,
        planned=row.planned,
    )


def _article(row: Row[Any]) -> Article:
    return Article(
        id=row.id,
        section_id=row.section_id,
        position=row.position,
        post_id=row.post_id,
        title=row.title,
        byline=row.byline,
        link=row.link,
        content=row.content,
        show=Show(row.show),
        is_dropped=row.is_dropped,
        is_placeholder=row.is_placeholder,
        summary=row.summary,
        words=row.words,
        affiliation=row.affiliation,
        portrait=row.portrait,
        picture=row.picture,
        picture_alt=row.picture_alt,
        picture_credit=row.picture_credit,
        portrait_alt=row.portrait_alt,
        portrait_credit=row.portrait_credit,
        document=row.document,
        event=Event(**row.event) if row.event is not None else None,
        suggestion=Suggestion(**row.suggestion) if row.suggestion is not None else None,
        snippet=row.snippet,
        is_unsigned=row.is_unsigned,
    )
