"""What the letter shows of each article and section: decided here, so that templates only have to show it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from newsletter.images.model import Shelf
from newsletter.issues.model import Article, Issue, Look, Newsletter
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
# What a sentence ends with; a closing formula does not.
_ENDS = tuple('.!?…:)]”"»。！？؟')

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
        for number, section in enumerate(layout.shown_sections(issue, desk.newsletter.zone), 1)
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
    picture, portrait = _picture(planned, result, desk), _portrait(planned, result, desk)
    heading = _heading(planned, title, byline)
    return ArticleView(
        anchor=Bare(f"a{article.id}"),
        title=title,
        byline=byline,
        heading=heading,
        affiliation=affiliation,
        author=desk.words.gettext("%(name)s, %(affiliation)s", name=credit, affiliation=affiliation)
        if credit and affiliation
        else credit or affiliation,
        signature=_signature(planned, byline, text, is_named=heading == byline),
        link=link,
        more=one_line(article.title, LONGEST_MORE) if link and goes_on else "",
        body=body,
        text=text,
        picture=picture,
        seen=picture.alt if picture is not None and planned.is_whole else "",
        portrait=portrait,
        face=_face(planned, desk),
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


def _signature(planned: Planned, byline: str, text: str, *, is_named: bool) -> str:
    if planned.look is not Look.LETTER or planned.article.is_placeholder:
        return ""
    if byline.casefold() in text[-_SIGNED_WITHIN:].casefold():
        return ""
    # Named at its head already; but "With kind regards" waits for a name.
    return "" if is_named and text.rstrip().endswith(_ENDS) else byline


def _event(planned: Planned, desk: Desk) -> EventView | None:
    event = planned.article.event
    if event is None:
        return None
    calendar = eventlinks.address(desk.links, desk.seed, planned.article.id)
    return event_view(replace(event, zone=event.zone or desk.newsletter.zone), desk.words, calendar)


def _picture(planned: Planned, result: Prepared | Unfit | None, desk: Desk) -> PictureView | None:
    """Give what leads an article: what an editor chose, else what was taken out of its text."""
    if planned.look is Look.SPONSORS:
        return None
    article = planned.article
    found = _chosen(article.picture, desk) if planned.shows_choice else None
    if found is None and planned.has_picture and desk.theme.has_pictures:
        found = result.picture if isinstance(result, Prepared) else None
    if found is None:
        return None
    # What an editor says of the picture counts more than what its page or its file says.
    return _view(found, article.picture_alt or found.alt, article.picture_credit or found.credit)


def _portrait(planned: Planned, result: Prepared | Unfit | None, desk: Desk) -> PictureView | None:
    """Give the small picture beside a letter or a sponsor: what an editor chose, else what stood before its first word."""
    if not planned.has_portrait:
        return None
    if planned.look is Look.LETTER and (chosen := _author(planned.article, desk)):
        return chosen
    found = _chosen(planned.article.picture, desk) if planned.look is Look.SPONSORS else None
    if found is None and isinstance(result, Prepared):
        found = result.picture
    return _view(found, found.alt, "") if found is not None else None


def _face(planned: Planned, desk: Desk) -> PictureView | None:
    return _author(planned.article, desk) if planned.has_face else None


def _author(article: Article, desk: Desk) -> PictureView | None:
    """Give the portrait of whoever wrote an article."""
    found = _chosen(article.portrait, desk)
    if found is None:
        return None
    alt = article.portrait_alt or found.alt or one_line(article.byline)
    return _view(found, alt, article.portrait_credit or found.credit)


def _view(picture: Picture, alt: str, credit: str) -> PictureView:
    return PictureView(picture.src, alt, picture.width, credit=one_line(credit), card=picture.card)


def _chosen(key: str, desk: Desk) -> Picture | None:
    """Give an image of the library by its key."""
    hosted = desk.shelf.by_key.get(key) if desk.shelf is not None and key else None
    if hosted is None:
        return None
    return Picture(hosted.src, hosted.alt, hosted.width, hosted.height, hosted.card, hosted.credit)
