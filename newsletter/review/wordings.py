"""The words of a letter part by part, each with where it stands and the command that changes it; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.review.facts import Inspected
from newsletter.review.finding import newsletter_command
from subscribers.sentence import say


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of the letter and where they stand."""

    # At the head of a sentence: "The subject", "“Athens in August”".
    name: str
    text: str
    article_id: int | None = None
    section: str | None = None
    # Written here and not by a blog, so that nobody means it as it stands.
    is_own: bool = True
    mend: str = ""


def wordings_of(seen: Inspected) -> Iterator[Wording]:
    """Give what an inbox shows and the headings of the letter, then its articles, each with its title in the first line."""
    yield from _heads(seen)
    yield from _articles(seen)


def title_mend(seen: Inspected, wording: Wording) -> str:
    """Give the command that changes the first line of a wording."""
    if wording.article_id is None:
        return wording.mend
    return seen.commands.edit("--article-title TITLE", article=wording.article_id)


def _heads(seen: Inspected) -> Iterator[Wording]:
    issue, edit = seen.issue, seen.commands.edit
    yield Wording(say("The subject"), seen.draft.subject, mend=edit("--subject SUBJECT"))
    yield Wording(say("The preheader"), issue.preheader, mend=edit("--preheader TEXT"))
    yield Wording(say("The issue's title"), issue.title, mend=edit("--title TITLE"))
    address = newsletter_command(seen.newsletter.slug, "--postal-address TEXT")
    yield Wording(say("The postal address"), seen.newsletter.postal_address, mend=address)
    for section in issue.sections:
        if section.articles:
            yield Wording(say("The section “%(title)s”", title=section.title), section.title, section=section.title)


def _articles(seen: Inspected) -> Iterator[Wording]:
    for article in seen.issue.articles:
        if article.is_placeholder:
            continue
        shown = seen.page.texts.get(article.id, "")
        # A theme may show no byline; it is looked at all the same, as its section may be laid out anew.
        text = "\n".join(dict.fromkeys([article.title, article.byline, article.summary, shown]))
        own = article.post_id is None or article.id in seen.facts.rewritten
        mend = seen.commands.edit("--text FILE", article=article)
        yield Wording(f"“{article.title}”", text, article.id, is_own=own, mend=mend)
