"""Composes an issue into a letter: every text kept out of MJML, one bad article never in the way of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from newsletter.errors import RenderFailed
from newsletter.images.model import Shelf
from newsletter.issues.model import Article, Issue, Newsletter, Section, SectionKind, Show
from newsletter.languages.catalogue import words_for
from newsletter.letters import prepare, view
from newsletter.letters.answers import Answers
from newsletter.letters.content import Unfit, is_web_link
from newsletter.letters.holes import Bare, Holes, Ready
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.links import Links
from newsletter.letters.pictures import COLUMN, Picture
from newsletter.letters.prepare import Order, Prepared, Take
from newsletter.letters.templates import Templates
from newsletter.letters.view import ArticleView, PictureView, SectionView
from subscribers.oneline import one_line

# Gmail clips HTML above 102 KB, and the unsubscribe link at the foot with it.
CLIPPED_BYTES = 102_400

LEAD_WORDS = 55
FEATURE_WORDS = 40
ITEM_WORDS = 30
# A "Read more" that repeats a title of three lines is read by nobody.
LONGEST_MORE = 60
# The column beside the text of a feature.
SIDE_PICTURE = 184
# A picture at least this wide may stand across the whole column.
WIDE_ENOUGH = 480
# Phones show about this much of a preheader.
LONGEST_PREHEADER = 140

_SLOTS = (SlotName.NAME, SlotName.UNSUBSCRIBE, SlotName.PREFERENCES, SlotName.WEB_COPY)


@dataclass(frozen=True, slots=True)
class ContentWarning:
    """Something an editor should know about an article as it stands in the letter."""

    article_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Composition:
    """An issue as a letter, and what had to be changed or left out on the way."""

    draft: Draft
    warnings: tuple[ContentWarning, ...]
    # What the letter shows, section by section; slots are not filled.
    sections: tuple[SectionView, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the HTML, which Gmail clips above `CLIPPED_BYTES`."""
        return len(self.draft.html.encode())


@dataclass(frozen=True, slots=True)
class _IssueView:
    title: str
    number: int
    subject: str
    sections: tuple[SectionView, ...]


@dataclass(frozen=True, slots=True)
class _Planned:
    """An article, how its section looks, and whether it is the first there."""

    article: Article
    section_title: str
    style: str
    is_first: bool


def compose_issue(
    templates: Templates, newsletter: Newsletter, issue: Issue, links: Links, seed: bytes, shelf: Shelf | None = None
) -> Composition:
    """Compose *issue*; the same issue, *seed* and *shelf* give the same bytes.

    Pictures come from the *shelf* (`illustrate.shelf_of`); what is not there is left out and told, as is an article that cannot
    be laid out. Without a shelf pictures stay where the blogs have them: no letter that is mailed is composed so.

    Raises:
        RenderFailed: a template is wrong, or the letter has no unsubscribe link.

    """
    # What stands around the articles speaks the newsletter's language, as far as it is one of ours.
    templates = templates.speaking(words_for(newsletter.language))
    about = f"issue:{issue.id}"
    slots = slot_tokens(seed, about, _SLOTS)
    page = view.page_for(newsletter.language, f"{newsletter.name}: {issue.title}", _preheader(issue), slots)
    css = templates.text("_parts/article.css", {"page": page})
    answers = Answers(seed, about, slots[SlotName.NAME])
    ready = _prepared(templates, issue, css, answers, shelf)
    sections = tuple(_section_views(issue, ready, shelf))
    values: dict[str, object] = {
        "page": page,
        "newsletter": newsletter,
        "issue": _IssueView(
            title=one_line(issue.title),
            number=issue.number,
            subject=one_line(issue.subject),
            sections=sections,
        ),
        "archive": links.newsletter(newsletter.slug),
        "imprint": view.imprint(newsletter),
        "answer": answers.token,
    }
    draft = Draft(
        kind=LetterKind.ISSUE,
        sender_name=newsletter.sender_name,
        sender_address=newsletter.sender_address,
        reply_to=newsletter.reply_to,
        subject=templates.line("issue/subject.txt", values),
        preheader=page.preheader,
        language=newsletter.language,
        html=templates.html("issue/body.mjml", Holes(seed, about), values),
        text=templates.text("issue/body.txt", values),
        slots=slots,
        content_hash="",
    )
    draft = replace(draft, answers=answers.asked_in(draft.html, draft.text))
    _require_way_out(draft)
    return Composition(sealed(draft), tuple(_warnings(issue, ready)), sections)


def _require_way_out(draft: Draft) -> None:
    """Refuse a letter from which one cannot unsubscribe, whatever the templates say."""
    token = draft.slots[SlotName.UNSUBSCRIBE]
    if token not in draft.html or token not in draft.text:
        raise RenderFailed("The issue", "the templates leave out the unsubscribe link")


def _preheader(issue: Issue) -> str:
    if issue.preheader:
        return one_line(issue.preheader, LONGEST_PREHEADER)
    return one_line(" · ".join(article.title for article in issue.articles), LONGEST_PREHEADER)


def _planned(issue: Issue) -> Iterator[_Planned]:
    for section in _shown_sections(issue):
        style = _style(issue, section)
        for position, article in enumerate(section.articles):
            yield _Planned(article, section.title, style, is_first=position == 0)


def _shown_sections(issue: Issue) -> list[Section]:
    return [section for section in issue.sections if section.articles]


def _style(issue: Issue, section: Section) -> str:
    """Choose how a section looks: the first one with articles shows features, the others compact items."""
    if section.kind is SectionKind.LETTER:
        return "letter"
    if section.kind is SectionKind.HEADLINES:
        return "headlines"
    if section.kind is not SectionKind.ARTICLES:
        return "items"
    first = next(other for other in _shown_sections(issue) if other.kind is SectionKind.ARTICLES)
    return "features" if section == first else "items"


def _prepared(
    templates: Templates, issue: Issue, css: str, answers: Answers, shelf: Shelf | None
) -> Mapping[int, Prepared | Unfit]:
    """Prepare every article of which more than the title is shown, by article id."""
    wanted = [planned for planned in _planned(issue) if planned.style != "headlines" and _shows_text(planned)]
    orders = [_order(planned, css, answers, shelf) for planned in wanted]
    results = prepare.prepare_all(templates.child, orders)
    return {planned.article.id: result for planned, result in zip(wanted, results, strict=True)}


def _shows_text(planned: _Planned) -> bool:
    return planned.style == "letter" or planned.article.show is not Show.TITLE


def _order(planned: _Planned, css: str, answers: Answers, shelf: Shelf | None) -> Order:
    is_full = planned.style == "letter" or planned.article.show is Show.FULL
    words = 0 if is_full else _allowance(planned)
    article = planned.article
    # What a feed said is shown as it said it; only whoever writes here may ask for a reader's answers.
    content = answers.put(article.content) if article.post_id is None else article.content
    return Order(content, article.link, words, _take(planned, is_full=is_full), css, shelf)


def _allowance(planned: _Planned) -> int:
    if planned.style == "items":
        return ITEM_WORDS
    return LEAD_WORDS if planned.is_first else FEATURE_WORDS


def _take(planned: _Planned, *, is_full: bool) -> Take:
    if planned.style == "letter":
        return Take.PORTRAIT
    return Take.LEAD if planned.style == "features" and not is_full else Take.NONE


def _section_views(issue: Issue, ready: Mapping[int, Prepared | Unfit], shelf: Shelf | None) -> Iterator[SectionView]:
    planned = {each.article.id: each for each in _planned(issue)}
    for number, section in enumerate(_shown_sections(issue), 1):
        yield SectionView(
            anchor=Bare(f"s{number}"),
            title=one_line(section.title),
            style=_style(issue, section),
            articles=tuple(_article_view(planned[article.id], ready.get(article.id), shelf) for article in section.articles),
        )


def _article_view(planned: _Planned, result: Prepared | Unfit | None, shelf: Shelf | None) -> ArticleView:
    article = planned.article
    link = article.link if is_web_link(article.link) else ""
    shown = result if isinstance(result, Prepared) else None
    title, byline = one_line(article.title), one_line(article.byline)
    is_repeated = bool(byline) and title.casefold() == one_line(planned.section_title).casefold()
    picture = _chosen(planned, shelf) or (shown.picture if shown else None)
    goes_on = isinstance(result, Unfit) or (shown is not None and shown.goes_on)
    return ArticleView(
        anchor=Bare(f"a{article.id}"),
        title=title,
        byline=byline,
        heading=byline if is_repeated else title,
        credit="" if is_repeated else byline,
        link=link,
        more=one_line(article.title, LONGEST_MORE) if link and goes_on else "",
        body=Ready(shown.html) if shown and shown.html else None,
        text=shown.text if shown else "",
        picture=_picture_view(picture, planned) if picture else None,
        is_placeholder=article.is_placeholder,
    )


def _chosen(planned: _Planned, shelf: Shelf | None) -> Picture | None:
    """Give the picture that an editor chose: for the head of a letter its author's portrait, else what leads the article."""
    article = planned.article
    key = article.portrait if planned.style == "letter" else article.picture
    hosted = shelf.by_key.get(key) if shelf is not None and key else None
    if hosted is None:
        return None
    alt = article.picture_alt if key == article.picture else ""
    credit = article.picture_credit if key == article.picture else ""
    return Picture(hosted.src, alt or hosted.alt, hosted.width, hosted.height, hosted.card, credit or hosted.credit)


def _picture_view(picture: Picture, planned: _Planned) -> PictureView:
    is_wide = planned.style == "features" and planned.is_first and picture.width >= WIDE_ENOUGH
    room = COLUMN if is_wide else SIDE_PICTURE
    return PictureView(
        src=picture.src,
        alt=picture.alt,
        width=min(room, picture.width or room),
        is_wide=is_wide,
        is_large=picture.width >= WIDE_ENOUGH,
        card=picture.card,
        credit=picture.credit,
    )


def _warnings(issue: Issue, ready: Mapping[int, Prepared | Unfit]) -> Iterator[ContentWarning]:
    for article in issue.articles:
        match ready.get(article.id):
            case Unfit(reason):
                yield ContentWarning(article.id, f"only its title and link are shown, because {reason}")
            case Prepared() as prepared:
                yield from (ContentWarning(article.id, text) for text in prepared.warnings)
