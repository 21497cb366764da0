"""The verbs of a text that a guest writes: asked for, kept, handed in, edited, agreed to."""

from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.errors import ArticleNotFound, BadValue, ContributionClosed, WrongState
from newsletter.issues import alerts, authors, contents, newsletters, store
from newsletter.issues.contents import Text
from newsletter.issues.model import EDITABLE, Article, Issue, IssueState, Newsletter, Section, Show
from newsletter.languages.catalogue import words_for
from newsletter.letters import guestnotices
from newsletter.letters.guestnotices import Errand
from newsletter.letters.letter import Draft, LetterKind
from newsletter.letters.templates import Templates
from newsletter.mail import dispatch
from newsletter.review import contributions, guests
from newsletter.review.contribution import Contribution, ContributionState, Typed
from newsletter.review.guests import GuestLink, GuestPurpose
from subscribers.address import parse
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

C = ContributionState

# Behind the last day the link still works for so long: a late text is better than none.
GRACE = timedelta(days=30)

LONGEST_LINE = 200
LONGEST_TEXT = 50_000

# What somebody answers for already is not changed under their hands by a guest.
_TAKES_TEXTS = frozenset({IssueState.DRAFT, IssueState.IN_REVIEW, IssueState.HELD})


def compose(
    kind: LetterKind, templates: Templates, keyring: Keyring, newsletter: Newsletter, errand: Errand, about: str
) -> Draft:
    """Compose a mail to a contributor, in the newsletter's language; *about* tells it from all others.

    Raises:
        RenderFailed: a template is wrong.

    """
    spoken = templates.speaking(words_for(newsletter.language))
    return guestnotices.compose(kind, spoken, newsletter, keyring.derive("slots"), about, errand)


def errand(
    issue: Issue,
    newsletter: Newsletter,
    *,
    host: str,
    section: str,
    due_at: datetime,
    name: str,
    words: int = 0,
    note: str = "",
    is_late: bool = False,
) -> Errand:
    """Say what a contributor is asked for."""
    until = words_for(newsletter.language).day(due_at, newsletter.zone)
    return Errand(
        title=issue.title, host=host, until=until, guest=name, section=section, words=words, note=note, is_late=is_late
    )


def invite(
    tx: Transaction,
    issue_id: int,
    *,
    section: str,
    address: str,
    name: str,
    by: str,
    words: int,
    due_at: datetime,
    now: datetime,
) -> Contribution:
    """Ask a guest for a text; the mail that carries their link is planned by `write_to`.

    Raises:
        IssueNotFound: there is none of this id.
        SectionNotFound: the issue has no section of this title.
        WrongState: it is being sent, was sent or cancelled.
        AddressRefused: nobody can be written to there.
        BadValue: the last day has passed, or is too far away.

    """
    known = store.load(tx, issue_id)
    if known.state not in EDITABLE:
        raise WrongState(issue_id, say("written for"), known.state.words)
    target = known.section_called(section)
    if due_at <= now:
        raise BadValue(say("last day"), due_at.date(), say("has passed"))
    ends_at = max(due_at, min(due_at + GRACE, now + guests.LONGEST_LIFE))
    link = guests.make(tx, issue_id, GuestPurpose.CONTRIBUTION, address=address, name=name, by=by, now=now, ends_at=ends_at)
    return contributions.make(tx, link, target.title, words, due_at)


def write_to(tx: Transaction, keyring: Keyring, letter: Draft, link: GuestLink, now: datetime) -> None:
    """Plan a mail to the guest of a link; *letter* was composed before."""
    known = store.load(tx, link.issue_id)
    dispatch.to_guest(
        tx,
        keyring,
        letter,
        parse(link.address),
        now,
        newsletter_id=known.newsletter_id,
        issue_id=known.id,
        list_id=newsletters.by_id(tx, known.newsletter_id).list_id,
        number=link.id,
    )


def keep(tx: Transaction, known: Contribution, typed: Typed, now: datetime) -> Contribution:
    """Keep what a guest typed; the editors see it when it is handed in.

    Raises:
        ContributionClosed: an editor has changed it meanwhile, or it was withdrawn.
        BadValue: it is too long.

    """
    held = contributions.hold(tx, known)
    _require_open(tx, held)
    kept = contributions.keep(tx, held, _tidy(typed), now)
    return contributions.step(tx, kept, C.WRITING, now) if kept.may_become(C.WRITING) else kept


def keep_over(tx: Transaction, known: Contribution, seen: str, typed: Typed, now: datetime) -> Contribution | None:
    """Keep what a guest typed over what they have *seen*; None: another window kept something else since, and it stays.

    Raises:
        ContributionClosed: an editor has changed it meanwhile, or it was withdrawn.
        BadValue: it is too long.

    """
    held = contributions.hold(tx, known)
    # A page that was left before the answer came sends the same once more.
    if seen != held.typed.fingerprint and _tidy(typed) != held.typed:
        _require_open(tx, held)
        return None
    return keep(tx, held, typed, now)


def hand_in(tx: Transaction, known: Contribution, html: str, now: datetime) -> Contribution:
    """Put the text that a guest keeps into the issue, as *html*, by a version of their own; the editors are told.

    Raises:
        ContributionClosed: an editor has changed it meanwhile, it was withdrawn, or the issue is approved.
        SectionNotFound: the section is gone.
        BadValue: there is no text, or it names nobody.

    """
    held = contributions.hold(tx, known)
    _require_open(tx, held)
    typed = held.typed
    if not html.strip() or not typed.byline:
        raise BadValue(say("text"), held.section, say("says nothing, or not by whom"))
    issue = store.load(tx, held.issue_id)
    if issue.state not in _TAKES_TEXTS:
        raise ContributionClosed(held.section, issue.state.words)
    authors.sign(tx, f"{typed.byline} (guest)")
    article_id = _place(tx, held, html, now)
    beside = [one for one in store.load(tx, issue.id).section_called(held.section).articles if one.id != article_id]
    text = say(
        "%(byline)s sent “%(section)s” for %(title)s",
        byline=typed.byline,
        section=held.section,
        title=issue.title,
    )
    if beside and held.article_id is None:
        text += say(". It stands behind “%(title)s”; keep one of the two, or both", title=beside[-1].title)
    # The command last, where the desk leaves it out.
    text += f": newsletter issues contributions {issue.id}"
    alerts.raise_alert(tx, alert_key(held), text, now, newsletter_id=issue.newsletter_id, issue_id=issue.id)
    return contributions.step(tx, held, C.HANDED_IN, now, article_id=article_id, handed_in=html)


def ask_again(tx: Transaction, known: Contribution, now: datetime) -> Contribution:
    """Ask the guest whether their text may stand as it is now; nothing waits for an editor any more.

    Raises:
        ContributionClosed: it was not handed in, or was withdrawn.

    """
    asked = contributions.step(tx, contributions.hold(tx, known), C.EDITED, now)
    alerts.settle_alert(tx, alert_key(asked), now)
    return asked


def agree(tx: Transaction, known: Contribution, seen: str, now: datetime) -> Contribution:
    """Write down that the guest agrees to their text as they have *seen* it.

    Raises:
        ContributionClosed: it was not handed in, is gone, or was changed since it was seen.

    """
    held = contributions.hold(tx, known)
    article = article_of(tx, held)
    if article is None or article.content != seen:
        raise ContributionClosed(held.section, say("changed meanwhile"))
    agreed = contributions.step(tx, held, C.AGREED, now, agreed_to=article.content)
    alerts.settle_alert(tx, alert_key(agreed), now)
    return agreed


def withdraw(tx: Transaction, known: Contribution, now: datetime) -> Contribution:
    """Ask the guest for nothing any more: their link opens nothing. What they handed in stays in the issue.

    Raises:
        ContributionClosed: that was said already.

    """
    gone = contributions.step(tx, contributions.hold(tx, known), C.WITHDRAWN, now)
    guests.revoke(tx, known.issue_id, known.link_id, GuestPurpose.CONTRIBUTION, now)
    alerts.settle_alert(tx, alert_key(gone), now)
    return gone


def article_of(tx: Transaction, known: Contribution) -> Article | None:
    """Give the article that a contribution became; None before it is handed in, and when it was dropped."""
    if known.article_id is None:
        return None
    try:
        found = contents.article_of(tx, known.issue_id, known.article_id)
    except ArticleNotFound:
        return None
    return None if found.is_dropped else found


def is_untouched(tx: Transaction, known: Contribution) -> bool:
    """Whether the guest may still write: nothing was handed in, or nobody has changed what was."""
    if known.state in {C.INVITED, C.WRITING}:
        return True
    article = article_of(tx, known)
    return known.state is C.HANDED_IN and article is not None and article.content == known.handed_in


def with_text(issue: Issue, known: Contribution, html: str) -> Issue:
    """Give an issue as it would be with the text that a guest keeps; nothing is written."""
    return replace(issue, sections=tuple(_with_text(section, known, html) for section in issue.sections))


def alert_key(known: Contribution) -> str:
    """Give the key of the alert that a text waits for an editor."""
    return f"contribution:{known.id}"


def _with_text(section: Section, known: Contribution, html: str) -> Section:
    if section.title != known.section:
        return section
    earlier = _earlier(section, known)
    shown = _filled(earlier or _new(section), known, html)
    others = [shown if one == earlier else one for one in section.articles]
    return replace(section, articles=tuple(others if earlier is not None else (*others, shown)))


def _place(tx: Transaction, known: Contribution, html: str, now: datetime) -> int:
    deed = say("“%(section)s” handed in by %(byline)s, a guest", section=known.section, byline=known.typed.byline)
    section = store.begin_edit(tx, known.issue_id, now, None, deed=deed).section_called(known.section)
    article = _earlier(section, known)
    if article is None:
        text = Text(title=section.title, content=html, show=Show.FULL, byline=known.typed.byline)
        article = contents.article_of(tx, known.issue_id, contents.add_article(tx, known.issue_id, section.id, text))
    contents.save_article(tx, _filled(article, known, html))
    return article.id


def _earlier(section: Section, known: Contribution) -> Article | None:
    """Find the guest's own article, else the gap it is to fill."""
    own = [one for one in section.articles if one.id == known.article_id]
    return next((one for one in (*own, *(one for one in section.articles if one.is_placeholder))), None)


def _filled(article: Article, known: Contribution, html: str) -> Article:
    typed = known.typed
    return replace(
        article,
        title=typed.title or article.title,
        content=html,
        document=None,
        byline=typed.byline,
        affiliation=typed.affiliation,
        portrait=typed.portrait,
        picture=typed.picture,
        picture_alt=typed.picture_alt,
        picture_credit=typed.picture_credit,
        portrait_alt=typed.portrait_alt,
        portrait_credit=typed.portrait_credit,
        suggestion=None,
        is_placeholder=False,
    )


def _new(section: Section) -> Article:
    said = (section.title, "", "", "", Show.FULL)
    return Article(0, section.id, len(section.articles) + 1, None, *said, is_dropped=False, is_placeholder=False)


def _require_open(tx: Transaction, known: Contribution) -> None:
    if not is_untouched(tx, known):
        raise ContributionClosed(known.section, known.state.words)


def _tidy(typed: Typed) -> Typed:
    if len(typed.text) > LONGEST_TEXT:
        raise BadValue(
            say("text"),
            say("of %(count)s characters", count=f"{len(typed.text):,}"),
            say("is too long; %(most)s are the most", most=f"{LONGEST_TEXT:,}"),
        )
    return replace(
        typed,
        title=one_line(typed.title, LONGEST_LINE),
        byline=one_line(typed.byline, LONGEST_LINE),
        affiliation=one_line(typed.affiliation, LONGEST_LINE),
        picture_alt=one_line(typed.picture_alt, LONGEST_LINE),
        picture_credit=one_line(typed.picture_credit, LONGEST_LINE),
        portrait_alt=one_line(typed.portrait_alt, LONGEST_LINE),
        portrait_credit=one_line(typed.portrait_credit, LONGEST_LINE),
    )
