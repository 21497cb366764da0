"""Composes an issue into a letter: every text kept out of MJML, one bad article never in the way of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from newsletter.errors import RenderFailed
from newsletter.images.model import Shelf
from newsletter.issues.model import Issue, Look, Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters import layout, plaintext, view
from newsletter.letters.answers import Answers
from newsletter.letters.content import Unfit
from newsletter.letters.holes import Holes
from newsletter.letters.layout import Planned
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.linemap import Traced
from newsletter.letters.links import Links
from newsletter.letters.meter import longest_size
from newsletter.letters.prepare import Order, Prepared, Take
from newsletter.letters.showing import Desk, issue_view
from newsletter.letters.templates import Templates
from newsletter.letters.theme import Theme
from newsletter.letters.view import IssueView, Page, SectionView
from subscribers.oneline import one_line
from subscribers.sentence import say

# Gmail clips HTML above 102 KB, and the unsubscribe link at the foot with it.
CLIPPED_BYTES = 102_400

# Phones show about this much of a preheader.
LONGEST_PREHEADER = 140

BODY = "issue/body.mjml"

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

    # Bytes of the HTML as the reader with the longest name gets it; Gmail clips above `CLIPPED_BYTES`.
    size: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a letter is rendered from."""

    templates: Templates
    about: str
    slots: Mapping[SlotName, str]
    page: Page
    answers: Answers
    shown: IssueView
    values: dict[str, object]
    warnings: tuple[ContentWarning, ...]


def compose_issue(
    templates: Templates, newsletter: Newsletter, issue: Issue, links: Links, seed: bytes, shelf: Shelf | None = None
) -> Composition:
    """Compose *issue*; the same issue, *seed* and *shelf* give the same bytes.

    Pictures come from the *shelf* (`illustrate.shelf_of`); what is not there is left out and told, as is an article that cannot
    be laid out. Without a shelf pictures stay where the blogs have them: no letter that is mailed is composed so.

    Raises:
        RenderFailed: a template or the theme is wrong, or the letter has no unsubscribe link.

    """
    sheet = sheet_of(templates, newsletter, issue, links, seed, shelf)
    templates, values = sheet.templates, sheet.values
    draft = Draft(
        kind=LetterKind.ISSUE,
        sender_name=newsletter.sender_name,
        sender_address=newsletter.sender_address,
        reply_to=newsletter.reply_to,
        subject=templates.line("issue/subject.txt", values),
        preheader=sheet.page.preheader,
        language=newsletter.language,
        html=templates.html(BODY, Holes(seed, sheet.about), values),
        text=templates.text("issue/body.txt", values),
        slots=sheet.slots,
        content_hash="",
    )
    draft = replace(draft, answers=sheet.answers.asked_in(draft.html, draft.text))
    _require_way_out(draft)
    size = longest_size(draft, links, newsletter.slug, issue.number, counts_clicks=newsletter.counts_clicks)
    return Composition(sealed(draft), sheet.warnings, sheet.shown.sections, size)


def trace_issue(
    templates: Templates,
    newsletter: Newsletter,
    issue: Issue,
    links: Links,
    seed: bytes,
    holes: Holes,
    shelf: Shelf | None = None,
) -> Traced:
    """Give the MJML that *issue* is laid out from, with the place in a template that each part of it comes from.

    What is kept out of it is in *holes*.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    sheet = sheet_of(templates, newsletter, issue, links, seed, shelf)
    return sheet.templates.traced(BODY, holes, sheet.values)


def sheet_of(
    templates: Templates, newsletter: Newsletter, issue: Issue, links: Links, seed: bytes, shelf: Shelf | None
) -> Sheet:
    """Give everything that the letter of *issue* is rendered from.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    # What stands around the articles speaks the newsletter's language, as far as it is one of ours.
    templates = templates.worn_by(newsletter).speaking(words_for(newsletter.language)).at(links.images())
    about = f"issue:{issue.id}"
    slots = slot_tokens(seed, about, _SLOTS)
    page = view.page_for(newsletter.language, f"{newsletter.name}: {issue.title}", _preheader(issue), slots)
    answers = Answers(seed, about, slots[SlotName.NAME])
    css = templates.text("_parts/article.css", {"page": page})
    desk = Desk(templates.theme, templates.words, links, answers, css, newsletter, issue, seed, shelf, plaintext.Links())
    plan = tuple(layout.plan_of(issue, desk.theme, newsletter.zone))
    ready = _prepared(templates, plan, desk)
    shown = issue_view(plan, ready, desk)
    values: dict[str, object] = {
        "page": page,
        "newsletter": newsletter,
        "issue": shown,
        "archive": links.shelf(newsletter.slug, is_shown=newsletter.is_shown),
        "imprint": view.imprint(newsletter),
        "answer": answers.token,
        "notes": desk.notes.listed(),
    }
    return Sheet(templates, about, slots, page, answers, shown, values, tuple(_warnings(plan, ready)))


def _require_way_out(draft: Draft) -> None:
    """Refuse a letter from which one cannot unsubscribe, whatever the templates say."""
    token = draft.slots[SlotName.UNSUBSCRIBE]
    if token not in draft.html or token not in draft.text:
        raise RenderFailed(say("The issue"), say("the templates leave out the unsubscribe link"))


def _preheader(issue: Issue) -> str:
    if issue.preheader:
        return one_line(issue.preheader, LONGEST_PREHEADER)
    return one_line(" · ".join(article.title for article in issue.articles), LONGEST_PREHEADER)


def _prepared(templates: Templates, plan: tuple[Planned, ...], desk: Desk) -> Mapping[int, Prepared | Unfit]:
    """Prepare every article of which more than the title is shown, by article id."""
    wanted = [planned for planned in plan if planned.has_text]
    orders = [_order(planned, desk) for planned in wanted]
    results = templates.larder.prepare_all(templates.child, orders)
    return {planned.article.id: result for planned, result in zip(wanted, results, strict=True)}


def _order(planned: Planned, desk: Desk) -> Order:
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
        # What somebody chose stands there, and a picture in the text stays in the text.
        chosen = planned.article.portrait if planned.look is Look.LETTER else planned.article.picture
        return Take.NONE if chosen else Take.PORTRAIT
    return Take.LEAD if theme.has_pictures and planned.has_picture and not planned.is_whole else Take.NONE


def _warnings(plan: tuple[Planned, ...], ready: Mapping[int, Prepared | Unfit]) -> Iterator[ContentWarning]:
    for planned in plan:
        article = planned.article
        if article.picture and not planned.shows_choice:
            yield ContentWarning(article.id, say("its picture is not shown, because %(why_not)s", why_not=_why_not(planned)))
        match ready.get(article.id):
            case Unfit(reason):
                yield ContentWarning(article.id, say("only its title and link are shown, because %(reason)s", reason=reason))
            case Prepared() as prepared:
                yield from (ContentWarning(article.id, text) for text in prepared.warnings)


def _why_not(planned: Planned) -> str:
    if planned.look is Look.HEADLINES or planned.has_text:
        return say("“%(title)s” is a list of %(value)s", title=one_line(planned.section.title), value=planned.look.value)
    return say("only its title is")
