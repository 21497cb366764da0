"""Checks of what is in an issue: letters and sections, stories told twice, posts left out or changed, bylines."""

import re
from collections.abc import Iterator, Sequence

from newsletter.feeds.byline import split_byline
from newsletter.feeds.model import Post
from newsletter.issues.events import is_over
from newsletter.issues.model import Article, Look, Section, SectionKind
from newsletter.issues.revised import Kind
from newsletter.letters.compose import ContentWarning
from newsletter.letters.pictures import NOT_YET
from newsletter.review.addresses import likeness
from newsletter.review.contribution import OWED
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from subscribers.sentence import say, say_in_a_row, say_together

# So many titles are named in a finding about posts left out; more are counted.
TITLES_NAMED = 5

# A text this long that stands twice is the same story; shorter ones are phrases such as "Read the report".
SHORTEST_STORY = 12

# From here on one letter is more than was asked for.
SEVERAL = 2

# How an editor who works by command says that a text is by nobody.
_NOBODY = '--byline "" is for nobody.'

_WORD = re.compile(r"\w+")


def check(seen: Inspected) -> Iterator[Finding]:
    """Find what is missing, there twice, or not as its blog has it."""
    for section in seen.issue.sections:
        yield from _about_section(seen, section)
    if all(article.is_placeholder for article in seen.issue.articles):
        yield _no_articles(seen)
    yield from _about_warnings(seen)
    yield from _about_bylines(seen)
    yield from _about_events(seen)
    yield from _about_stories(seen)
    yield from _about_repeats(seen)
    yield from _about_changes(seen)
    yield from _about_posts(seen.facts.left_out)
    yield from _about_feeds(seen)


def _no_articles(seen: Inspected) -> Finding:
    month = f" --month {seen.issue.month}" if seen.issue.month else ""
    mend = Mend(
        say("Read the feeds and draft the issue again, or write a letter for it."),
        f"newsletter feeds gather {seen.newsletter.slug}{month}",
    )
    return Finding(Code.NO_ARTICLES, say("There is not one article in this issue."), is_blocking=True, mend=mend)


def _about_section(seen: Inspected, section: Section) -> Iterator[Finding]:
    for article in section.articles:
        if article.is_placeholder:
            yield _letter_missing(seen, section, article)
        elif _is_unseen(section, article):
            yield _text_unseen(seen, section, article)
    yield from _about_several_letters(seen, section)
    if section.articles or not section.is_required:
        return
    if section.kind is SectionKind.LETTER:
        yield _letter_missing(seen, section, None)
        return
    text = say("The section “%(title)s” is required and has no article.", title=section.title)
    mend = Mend(
        say("Move an article into it, or write one."), seen.commands.edit("--article N", f'--section "{section.title}"')
    )
    yield Finding(Code.SECTION_EMPTY, text, is_blocking=True, mend=mend, section=section.title)


def _about_several_letters(seen: Inspected, section: Section) -> Iterator[Finding]:
    """Find two texts where one was asked for: one of a guest goes behind what is written there already."""
    written = [article for article in section.articles if not article.is_placeholder]
    if section.kind is not SectionKind.LETTER or len(written) < SEVERAL:
        return
    last = written[-1]
    titles = say_together(map(_signed, written), ", ")
    mend = Mend(say("Drop what is not to stand there, if both are not meant."), seen.commands.edit("--drop", article=last))
    text = say("“%(title)s” has %(count)s letters: %(titles)s.", title=section.title, count=len(written), titles=titles)
    yield Finding(Code.LETTERS_SEVERAL, text, is_blocking=False, mend=mend, article_id=last.id, section=section.title)


def _signed(article: Article) -> str:
    if not article.byline:
        return f"“{article.title}”"
    return say("“%(title)s” by %(byline)s", title=article.title, byline=article.byline)


def _is_unseen(section: Section, article: Article) -> bool:
    """Whether nobody can read the text of an article, here or elsewhere."""
    shows_titles = section.look is Look.HEADLINES or (section.look is Look.AUTO and section.kind is SectionKind.HEADLINES)
    return shows_titles and not article.link and bool(article.content.strip())


def _text_unseen(seen: Inspected, section: Section, article: Article) -> Finding:
    text = say(
        "“%(title)s” stands in “%(title2)s”, which shows titles only, and has no link: nobody reads its text.",
        title=article.title,
        title2=section.title,
    )
    mend = Mend(say("Move it to another section, or say where it can be read."), seen.commands.article(article, "--link URL"))
    return Finding(Code.TEXT_UNSEEN, text, is_blocking=False, mend=mend, article_id=article.id, section=section.title)


def _letter_missing(seen: Inspected, section: Section, placeholder: Article | None) -> Finding:
    where = placeholder.id if placeholder is not None else None
    mend = Mend(
        say("Put in what its author sent, or ask somebody for it."),
        seen.commands.letter(section.title),
        "newsletter issues invite asks a guest.",
    )
    text = say("“%(title)s” has not been written yet%(owing)s.", title=section.title, owing=_owing(seen, section))
    return Finding(Code.LETTER_MISSING, text, is_blocking=True, mend=mend, article_id=where, section=section.title)


def _owing(seen: Inspected, section: Section) -> str:
    owed = [asked for asked in seen.facts.contributions if asked.section == section.title and asked.state in OWED]
    return say("; %(owed)s", owed=say_in_a_row(seen.owed_by(asked, say("it")) for asked in owed)) if owed else ""


def _about_warnings(seen: Inspected) -> Iterator[Finding]:
    for warning in seen.composition.warnings:
        if "without alt text" in warning.text:
            # Told of those that the letter really shows (`checks_pictures`).
            continue
        text = say("%(place)s%(trouble)s.", place=seen.place(warning.article_id), trouble=warning.text)
        mend = _mend_loss(seen, warning)
        yield Finding(Code.CONTENT, text, is_blocking=False, mend=mend, article_id=warning.article_id)


def _mend_loss(seen: Inspected, warning: ContentWarning) -> Mend:
    if warning.text.endswith(NOT_YET):
        return Mend(say("Fetch the pictures; the worker and an approval do it, too."), seen.commands.pictures())
    return seen.mend_text(
        warning.article_id, say("Look at the article in the letter; if something is missing there, write it in.")
    )


def _about_bylines(seen: Inspected) -> Iterator[Finding]:
    for article in seen.issue.articles:
        if article.post_id is None or article.byline or article.is_unsigned:
            continue
        found = split_byline(article.title)
        if found.name:
            text = say(
                "“%(title)s” seems to name its author, %(name)s, and has no byline.", title=article.title, name=found.name
            )
            command = seen.commands.edit(f'--byline "{found.name}"', f'--article-title "{found.title}"', article=article)
            mend = Mend(say("If so, write the name into the byline; if not, say that it names nobody."), command, _NOBODY)
            yield Finding(Code.BYLINE_UNSURE, text, is_blocking=False, mend=mend, article_id=article.id)
        elif article.suggestion is not None:
            text = say(
                "“%(title)s” may be by %(byline)s: %(why)s.",
                title=article.title,
                byline=article.suggestion.byline,
                why=article.suggestion.why,
            )
            command = seen.commands.article(article, "--confirm-byline")
            mend = Mend(say("If it is, confirm the byline; if not, write another one, or name nobody."), command, _NOBODY)
            yield Finding(Code.BYLINE_UNSURE, text, is_blocking=False, mend=mend, article_id=article.id)


def _about_events(seen: Inspected) -> Iterator[Finding]:
    goes_out = seen.issue.send_at
    for section in seen.issue.sections:
        for article in section.articles:
            if article.event is None:
                if section.kind is SectionKind.EVENTS and not article.is_placeholder:
                    text = say("“%(title)s” stands among the dates and has none.", title=article.title)
                    mend = Mend(say("Say when it happens, or move it to another section."), seen.commands.event(article))
                    yield Finding(Code.EVENT_UNDATED, text, is_blocking=False, mend=mend, article_id=article.id)
            elif goes_out is not None and is_over(article.event, seen.newsletter.zone, goes_out):
                text = say("“%(title)s” is over before the issue goes out.", title=article.title)
                mend = Mend(say("Leave it out, or mend its date."), seen.commands.edit("--drop", article=article))
                yield Finding(Code.EVENT_OVER, text, is_blocking=False, mend=mend, article_id=article.id)


def _about_stories(seen: Inspected) -> Iterator[Finding]:
    """Tell each story that stands twice once, at its second place."""
    first: dict[tuple[str, str], Article] = {}
    for article in seen.issue.articles:
        if article.is_placeholder:
            continue
        marks = _marks(article, seen.page.texts.get(article.id, ""))
        twin = next((first[mark] for mark in marks if mark in first), None)
        if twin is not None:
            text = say(
                "“%(title)s” and “%(title2)s” (article %(id)s) are one story.",
                title=article.title,
                title2=twin.title,
                id=twin.id,
            )
            mend = Mend(say("Leave one of them out."), seen.commands.edit("--drop", article=article))
            yield Finding(Code.STORY_TWICE, text, is_blocking=False, mend=mend, article_id=article.id)
        for mark in marks:
            first.setdefault(mark, article)


def _marks(article: Article, shown: str) -> tuple[tuple[str, str], ...]:
    """Give what another article must not have in common with this one: its link, its title, its text."""
    title = " ".join(_WORD.findall(article.title.casefold()))
    # Behind the title and the byline, which are lines of their own.
    words = _WORD.findall(_body(article, shown).casefold())
    text = " ".join(words) if len(words) >= SHORTEST_STORY else ""
    marks = (("link", likeness(article.link) if article.link else ""), ("title", title), ("text", text))
    return tuple(mark for mark in marks if mark[1])


def _body(article: Article, shown: str) -> str:
    lines = shown.split("\n")
    return "\n".join(line for line in lines if line != article.title and not (article.byline and article.byline in line))


def _about_repeats(seen: Inspected) -> Iterator[Finding]:
    last = seen.facts.last
    if last is None:
        return
    for article in seen.issue.articles:
        if article.link and likeness(article.link) in last.links:
            text = say("“%(title)s” was carried in %(title2)s already.", title=article.title, title2=last.title)
            mend = Mend(
                say("Leave it out, unless it is meant to stand here again."), seen.commands.edit("--drop", article=article)
            )
            yield Finding(Code.STORY_REPEATED, text, is_blocking=False, mend=mend, article_id=article.id)


def _about_changes(seen: Inspected) -> Iterator[Finding]:
    for change in seen.facts.changes:
        words = say("Compare the two, and take the new text or keep yours.")
        code = Code.POST_REVISED
        if change.kind is Kind.VANISHED:
            words, code = say("See whether its blog has taken it back; leave the article out, or keep it."), Code.POST_VANISHED
        mend = Mend(words, f"newsletter issues changes {seen.issue.id}")
        yield Finding(code, change.words, is_blocking=False, mend=mend, article_id=change.article_id)


def _about_posts(left_out: Sequence[Post]) -> Iterator[Finding]:
    if not left_out:
        return
    named = "; ".join(post.entry.title for post in left_out[:TITLES_NAMED])
    others = len(left_out) - TITLES_NAMED
    more = say(" and %(others)s more", others=others) if others > 0 else ""
    count = say("1 post is") if len(left_out) == 1 else say("%(count)s posts are", count=len(left_out))
    mend = Mend(
        say("While the issue is a draft, the worker adds what has a place in its plan; else the next issue can carry them.")
    )
    yield Finding(
        Code.POSTS_LEFT_OUT,
        say("%(count)s in no issue: %(named)s%(more)s.", count=count, named=named, more=more),
        is_blocking=False,
        mend=mend,
    )


def _about_feeds(seen: Inspected) -> Iterator[Finding]:
    """Tell of feeds from which posts may be missing; an issue without a month has none from them."""
    if not seen.issue.month:
        return
    for feed in seen.facts.unread:
        said = (
            say("could not be read when it was last tried: %(trouble)s", trouble=feed.trouble)
            if feed.trouble
            else say("has never been read.")
        )
        text = say(
            "The feed %(url)s %(said)s Posts of it may be missing or changed since.",
            url=feed.url,
            said=said if said.endswith(".") else say("%(trouble)s.", trouble=said),
        )
        command = f"newsletter feeds gather {seen.newsletter.slug} --month {seen.issue.month}"
        mend = Mend(say("Read it again; if it stays so, look at its blog for what is new."), command)
        yield Finding(Code.FEED_UNREAD, text, is_blocking=False, mend=mend)
