"""Checks of what is open between editors and guests: texts owed, changes nobody agreed to, comments nobody answered."""

from collections.abc import Iterator, Sequence

from newsletter.review.contribution import OWED, Contribution, ContributionState
from newsletter.review.facts import Inspected, Remark
from newsletter.review.finding import Code, Finding, Mend
from subscribers.sentence import say

# So much of a comment is shown; the rest is a command away.
_SHOWN = 80


def check(seen: Inspected) -> Iterator[Finding]:
    """Find texts that are not there yet, changes that their authors have not agreed to, and comments that nobody answered."""
    for asked in seen.facts.contributions:
        if asked.state in OWED:
            yield from _about_owed(seen, asked)
        else:
            yield from _about_edited(seen, asked)
    yield from _about_comments(seen)


def _about_owed(seen: Inspected, asked: Contribution) -> Iterator[Finding]:
    if _is_missed(seen, asked.section):
        # The section itself is told of, by whom it is owed.
        return
    mend = Mend(
        say("Ask them, or take their link back: what comes after the approval is in no issue."),
        seen.commands.other("uninvite", str(asked.id)),
    )
    begun = say("has begun") if asked.state is ContributionState.WRITING else say("has not begun")
    text = say(
        "“%(section)s”: %(owed_by)s and %(begun)s.",
        section=asked.section,
        owed_by=seen.owed_by(asked, say("a text")),
        begun=begun,
    )
    yield Finding(Code.CONTRIBUTION_OWED, text, is_blocking=False, mend=mend, section=asked.section)


def _is_missed(seen: Inspected, title: str) -> bool:
    """Whether it is told already that nothing stands in a section."""
    sections = (section for section in seen.issue.sections if section.title == title)
    return any(
        any(article.is_placeholder for article in section.articles) or (section.is_required and not section.articles)
        for section in sections
    )


def _about_edited(seen: Inspected, asked: Contribution) -> Iterator[Finding]:
    article = seen.article(asked.article_id)
    # Whoever was forgotten has no name any more, and cannot be asked.
    trouble = "" if article is None or not asked.typed.byline else _trouble(asked, article.content)
    if article is None or not trouble:
        return
    mend = Mend(say("Ask whether it may stand so."), seen.commands.other("ask-contributor", str(asked.id)))
    if asked.state is ContributionState.EDITED:
        mend = Mend(say("Wait for the answer, or ask once more."), mend.command)
    text = say("%(place)s%(who)s %(trouble)s.", place=seen.place(article.id), who=asked.typed.byline, trouble=trouble)
    yield Finding(Code.CONTRIBUTION_EDITED, text, is_blocking=False, mend=mend, article_id=article.id)


def _trouble(asked: Contribution, content: str) -> str:
    """Complete "Ann Other …" where the text stands otherwise than its author knows and agreed to."""
    match asked.state:
        case ContributionState.HANDED_IN if content != asked.handed_in:
            return say("was not asked whether the text may stand as it was edited")
        case ContributionState.EDITED:
            return say("has not agreed yet to the text as it was edited")
        case ContributionState.AGREED if content != asked.agreed_to:
            return say("agreed to another text; it was edited since")
    return ""


def _about_comments(seen: Inspected) -> Iterator[Finding]:
    """Tell of the comments on one article together, by the first of them."""
    by_article: dict[int | None, list[Remark]] = {}
    for remark in seen.facts.remarks:
        by_article.setdefault(remark.article_id if seen.article(remark.article_id) else None, []).append(remark)
    for article_id, remarks in by_article.items():
        mend = Mend(say("Do what it says or answer it, and call it done."), _command(seen, remarks))
        more = say(", and %(count)s more", count=len(remarks) - 1) if len(remarks) > 1 else ""
        text = say(
            "%(place)s%(author)s commented “%(cut)s”%(more)s; nobody called it done.",
            place=seen.place(article_id),
            author=remarks[0].author,
            cut=_cut(remarks[0].text),
            more=more,
        )
        yield Finding(Code.COMMENT_OPEN, text, is_blocking=False, mend=mend, article_id=article_id)


def _command(seen: Inspected, remarks: Sequence[Remark]) -> str:
    if len(remarks) > 1:
        return seen.commands.other("comments")
    return seen.commands.other("resolve-comment", str(remarks[0].id))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
