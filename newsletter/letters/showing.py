"""What the letter shows of each article and section: decided here, so that templates only have to show it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from newsletter.images.model import Shelf
from newsletter.issues.model import Issue, Look, Newsletter
from newsletter.languages.catalogue import Words
from newsletter.letters import eventlinks, layout, plaintext
from newsletter.letters.answers import Answers
from newsletter.letters.content import Unfit, is_web_link
from newsletter.letters.happening import event_view
from newsletter.letters.holes import Bare, Ready
from newsletter.letters.layout import Planned
from newsletter.letters.links import Links
from newsletter.letters.pictures import Picture
from newsletter.letters.prepare import Prepared
from newsletter.letters.theme import Theme
from newsletter.letters.view import ArticleView, EventView, IssueView, PictureView, SectionView
from subscribers.oneline import one_line

# A "Read more" that repeats a title of three lines is read by nobody.
LONGEST_MORE = 60
# A letter whose last words hold its author's name is signed already.
_SIGNED_WITHIN = 160

# What stands in these needs no title of its own.
_UNTITLED = frozenset({Look.NOTE, Look.NOTICE})


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies ready while an issue is composed."""

    theme: Theme
    words: Words
    links: Links
    answers: Answers
    css: str
    newsletter: Newsletter
    issue: Issue
    seed: bytes
    shelf: Shelf | None
    # The links of its plain text.
    notes: plaintext.Links


def issue_view(plan: tuple[Planned, ...], ready: Mapping[int, Prepared | Unfit], desk: Desk) -> IssueView:
    """Give *issue* as its letter shows it; *ready* holds the articles of which more than the title is shown, by id."""
    issue = desk.issue
    cover = _cover(plan, ready, desk) if desk.theme.has_cover else None
    views = {each.article.id: _article_view(each, ready.get(each.article.id), desk, cover) for each in plan}
    sections = tuple(
        SectionView(
            anchor=Bare(f"s{number}"),
            title=one_line(section.title),
            look=layout.look_of(issue, section, desk.theme).value,
            number=number,
            articles=tuple(views[article.id] for article in section.articles),
        )
        for number, section in enumerate(layout.shown_sections(issue), 1)
    )
    return IssueView(
        title=one_line(issue.title),
        number=issue.number,
        subject=one_line(issue.subject),
        sections=sections,
        cover=views[cover] if cover is not None else None,
    )


def _cover(plan: tuple[Planned, ...], ready: Mapping[int, Prepared | Unfit], desk: Desk) -> int | None:
    """Give the id of the first article whose picture is large enough for a cover."""
    for planned in plan:
        picture = _picture(planned, ready.get(planned.article.id), desk)
        if planned.has_picture and picture is not None and picture.is_large:
            return planned.article.id
    return None


def _article_view(planned: Planned, result: Prepared | Unfit | None, desk: Desk, cover: int | None) -> ArticleView:
    article = planned.article
    link = article.link if is_web_link(article.link) else ""
    shown = result if isinstance(result, Prepared) else None
    title, byline = one_line(article.title), one_line(article.byline)
    affiliation = one_line(article.affiliation)
    is_repeated = title.casefold() == one_line(planned.section.title).casefold()
    credit = "" if is_repeated else byline
    goes_on = isinstance(result, Unfit) or (shown is not None and (shown.goes_on or bool(article.summary)))
    body, text = _body(planned, shown, desk.notes)
    picture = _picture(planned, result, desk)
    return ArticleView(
        anchor=Bare(f"a{article.id}"),
        title=title,
        byline=byline,
        heading=_heading(planned, title, byline),
        affiliation=affiliation,
        author=desk.words.gettext("%(name)s, %(affiliation)s", name=credit, affiliation=affiliation)
        if credit and affiliation
        else credit or affiliation,
        signature=_signature(planned, byline, text),
        link=link,
        more=one_line(article.title, LONGEST_MORE) if link and goes_on else "",
        body=body,
        text=text,
        picture=None if planned.has_portrait else picture,
        portrait=picture if planned.has_portrait else None,
        event=_event(planned, desk),
        is_placeholder=article.is_placeholder,
        is_cover=article.id == cover,
    )


def _heading(planned: Planned, title: str, byline: str) -> str:
    """Give what stands above an article; one called like its section would say so twice."""
    if title.casefold() != one_line(planned.section.title).casefold():
        return title
    return byline or ("" if planned.look in _UNTITLED else title)


def _body(planned: Planned, shown: Prepared | None, notes: plaintext.Links) -> tuple[Ready | None, str]:
    """Give what is shown of an article, as HTML and as text; an editor's summary stands instead of an excerpt."""
    summary = planned.article.summary
    if summary.strip() and planned.has_text and not planned.is_whole:
        line = one_line(summary)
        return Ready(f'<p style="margin:0;">{escape(line)}</p>'), "\n".join(plaintext.wrap(line))
    if shown is None or not shown.html:
        return None, ""
    return Ready(shown.html), notes.number(shown.text)


def _signature(planned: Planned, byline: str, text: str) -> str:
    if planned.look is not Look.LETTER or planned.article.is_placeholder:
        return ""
    return "" if byline.casefold() in text[-_SIGNED_WITHIN:].casefold() else byline


def _event(planned: Planned, desk: Desk) -> EventView | None:
    event = planned.article.event
    if event is None:
        return None
    calendar = eventlinks.address(desk.links, desk.seed, planned.article.id)
    return event_view(replace(event, zone=event.zone or desk.newsletter.zone), desk.words, calendar)


def _picture(planned: Planned, result: Prepared | Unfit | None, desk: Desk) -> PictureView | None:
    """Give what is laid out with an article: what an editor chose, else what was taken out of its text."""
    if not (planned.has_portrait or (planned.has_picture and desk.theme.has_pictures)):
        return None
    found = _chosen(planned, desk.shelf) or (result.picture if isinstance(result, Prepared) else None)
    if found is None:
        return None
    if planned.has_portrait:
        return PictureView(found.src, found.alt, found.width)
    # What an editor says of the picture counts more than what its page or its file says.
    article = planned.article
    alt, credit = article.picture_alt or found.alt, article.picture_credit or found.credit
    return PictureView(found.src, alt, found.width, credit=one_line(credit), card=found.card)


def _chosen(planned: Planned, shelf: Shelf | None) -> Picture | None:
    """Give the picture that an editor chose: for the head of a letter its author's portrait, else what leads the article."""
    article = planned.article
    key = article.portrait if planned.look is Look.LETTER else article.picture
    hosted = shelf.by_key.get(key) if shelf is not None and key else None
    if hosted is None:
        return None
    return Picture(hosted.src, hosted.alt, hosted.width, hosted.height, hosted.card, hosted.credit)
