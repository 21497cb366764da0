"""Composes an issue into a letter: every text kept out of MJML, one bad article never in the way of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape

from newsletter.errors import RenderFailed
from newsletter.images.model import Shelf
from newsletter.issues.model import Issue, Look, Newsletter
from newsletter.languages.catalogue import Words, words_for
from newsletter.letters import eventlinks, layout, plaintext, prepare, view
from newsletter.letters.answers import Answers
from newsletter.letters.content import Unfit, is_web_link
from newsletter.letters.happening import event_view
from newsletter.letters.holes import Bare, Holes, Ready
from newsletter.letters.layout import Planned
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.links import Links
from newsletter.letters.pictures import Picture
from newsletter.letters.prepare import Order, Prepared, Take
from newsletter.letters.templates import Templates
from newsletter.letters.theme import Theme
from newsletter.letters.view import ArticleView, EventView, IssueView, PictureView, SectionView
from subscribers.oneline import one_line

# Gmail clips HTML above 102 KB, and the unsubscribe link at the foot with it.
CLIPPED_BYTES = 102_400

# A "Read more" that repeats a title of three lines is read by nobody.
LONGEST_MORE = 60
# Phones show about this much of a preheader.
LONGEST_PREHEADER = 140
# A letter whose last words hold its author's name is signed already.
_SIGNED_WITHIN = 160

# What stands in these needs no title of its own.
_UNTITLED = frozenset({Look.NOTE, Look.NOTICE})

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
class _Desk:
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


def compose_issue(
    templates: Templates, newsletter: Newsletter, issue: Issue, links: Links, seed: bytes, shelf: Shelf | None = None
) -> Composition:
    """Compose *issue*; the same issue, *seed* and *shelf* give the same bytes.

    Pictures come from the *shelf* (`illustrate.shelf_of`); what is not there is left out and told, as is an article that cannot
    be laid out. Without a shelf pictures stay where the blogs have them: no letter that is mailed is composed so.

    Raises:
        RenderFailed: a template or the theme is wrong, or the letter has no unsubscribe link.

    """
    # What stands around the articles speaks the newsletter's language, as far as it is one of ours.
    templates = templates.worn_by(newsletter).speaking(words_for(newsletter.language))
    about = f"issue:{issue.id}"
    slots = slot_tokens(seed, about, _SLOTS)
    page = view.page_for(newsletter.language, f"{newsletter.name}: {issue.title}", _preheader(issue), slots)
    answers = Answers(seed, about, slots[SlotName.NAME])
    css = templates.text("_parts/article.css", {"page": page})
    desk = _Desk(templates.theme, templates.words, links, answers, css, newsletter, issue, seed, shelf, plaintext.Links())
    plan = tuple(layout.plan_of(issue, desk.theme))
    ready = _prepared(templates, plan, desk)
    shown = _issue_view(plan, ready, desk)
    values: dict[str, object] = {
        "page": page,
        "newsletter": newsletter,
        "issue": shown,
        "archive": links.newsletter(newsletter.slug),
        "imprint": view.imprint(newsletter),
        "answer": answers.token,
        "notes": desk.notes.listed(),
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
    return Composition(sealed(draft), tuple(_warnings(plan, ready)), shown.sections)


def _require_way_out(draft: Draft) -> None:
    """Refuse a letter from which one cannot unsubscribe, whatever the templates say."""
    token = draft.slots[SlotName.UNSUBSCRIBE]
    if token not in draft.html or token not in draft.text:
        raise RenderFailed("The issue", "the templates leave out the unsubscribe link")


def _preheader(issue: Issue) -> str:
    if issue.preheader:
        return one_line(issue.preheader, LONGEST_PREHEADER)
    return one_line(" · ".join(article.title for article in issue.articles), LONGEST_PREHEADER)


def _prepared(templates: Templates, plan: tuple[Planned, ...], desk: _Desk) -> Mapping[int, Prepared | Unfit]:
    """Prepare every article of which more than the title is shown, by article id."""
    wanted = [planned for planned in plan if planned.has_text]
    orders = [_order(planned, desk) for planned in wanted]
    results = prepare.prepare_all(templates.child, orders)
    return {planned.article.id: result for planned, result in zip(wanted, results, strict=True)}


def _order(planned: Planned, desk: _Desk) -> Order:
    article = planned.article
    # What a feed said is shown as it said it; only whoever writes here may ask for a reader's answers. Rich text asks for them
    # by its slots alone, whatever it was made of.
    is_ours = article.post_id is None or article.document is not None
    content = desk.answers.put(article.content) if is_ours else article.content
    return Order(
        html=content,
        base_url=article.link,
        words=planned.words(desk.theme),
        take=_take(planned, desk.theme),
        css=desk.css,
        shelf=desk.shelf,
        runs="rtl" if view.is_right_to_left(desk.newsletter.language) else "ltr",
        # An author's own break counts more than what a section or a theme has for all, not more than an editor's word.
        to_break=not article.words,
    )


def _take(planned: Planned, theme: Theme) -> Take:
    if planned.has_portrait:
        return Take.PORTRAIT
    return Take.LEAD if theme.has_pictures and planned.has_picture and not planned.is_whole else Take.NONE


def _issue_view(plan: tuple[Planned, ...], ready: Mapping[int, Prepared | Unfit], desk: _Desk) -> IssueView:
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


def _cover(plan: tuple[Planned, ...], ready: Mapping[int, Prepared | Unfit], desk: _Desk) -> int | None:
    """Give the id of the first article whose picture is large enough for a cover."""
    for planned in plan:
        picture = _picture(planned, ready.get(planned.article.id), desk)
        if planned.has_picture and picture is not None and picture.is_large:
            return planned.article.id
    return None


def _article_view(planned: Planned, result: Prepared | Unfit | None, desk: _Desk, cover: int | None) -> ArticleView:
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


def _event(planned: Planned, desk: _Desk) -> EventView | None:
    event = planned.article.event
    if event is None:
        return None
    calendar = eventlinks.address(desk.links, desk.seed, planned.article.id)
    return event_view(replace(event, zone=event.zone or desk.newsletter.zone), desk.words, calendar)


def _picture(planned: Planned, result: Prepared | Unfit | None, desk: _Desk) -> PictureView | None:
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


def _warnings(plan: tuple[Planned, ...], ready: Mapping[int, Prepared | Unfit]) -> Iterator[ContentWarning]:
    for planned in plan:
        article = planned.article
        match ready.get(article.id):
            case Unfit(reason):
                yield ContentWarning(article.id, f"only its title and link are shown, because {reason}")
            case Prepared() as prepared:
                yield from (ContentWarning(article.id, text) for text in prepared.warnings)
