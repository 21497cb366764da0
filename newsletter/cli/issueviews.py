"""How an issue is answered: as one object, or as a page on the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

from rich.console import RenderableType

from newsletter.cli import shown
from newsletter.cli.door import Door
from newsletter.issues import contents, newsletters, readers, selection, store
from newsletter.issues.model import EDITABLE, Article, Issue, Newsletter, Section
from newsletter.issues.store import IssueLine


def answer_issue(door: Door, issue: Issue, more: Mapping[str, object] = MappingProxyType({}), *instead: RenderableType) -> None:
    """Answer with an issue, what is in it and what was dropped; a person may be told something *instead*, a program *more*."""
    with door.reading() as tx:
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        further = [one.name for one in readers.further_lists(tx, issue.id)]
        topics = [one.name for one in readers.topics_of(tx, issue.id)]
        selected = selection.of_issue(tx, issue)
        dropped = contents.dropped_of(tx, issue.id)
    rows = [row for section in issue.sections for row in _rows(section)]
    document = {
        **_head(issue, newsletter),
        "lists": further,
        "topics": topics,
        "included": [one.name for one in selected.included],
        "excluded": [one.name for one in selected.excluded],
        "sections": [
            {
                "title": section.title,
                "kind": section.kind.value,
                "is_required": section.is_required,
                "look": section.look.value,
                "most": section.most,
                "words": section.words,
                "articles": [_article(article) for article in section.articles],
            }
            for section in issue.sections
        ],
        "dropped": [_article(article) for article in dropped],
        **more,
    }
    if instead:
        door.answer(document, *instead)
        return
    door.answer(
        document,
        shown.pairs(
            issue=f"{issue.id} ({newsletter.name}, number {issue.number})",
            state=_state(issue.state.words, is_paused=issue.is_paused),
            title=issue.title,
            subject=issue.subject,
            preheader=issue.preheader,
            **({"also_to": ", ".join(further)} if further else {}),
            **({"topics": ", ".join(topics)} if topics else {}),
            **({"goes_to": f"those {selected.words}"} if selected.words else {}),
            **_when(issue, newsletter),
        ),
        shown.table(("#id", "section", "#place", "article", "by", "shows"), rows),
        *([shown.line(f"Dropped: {'; '.join(f'{one.id} {one.title}' for one in dropped)}")] if dropped else []),
    )


def answer_issues(door: Door, lines: Sequence[IssueLine]) -> None:
    """Answer with a list of issues."""
    with door.reading() as tx:
        known = {one.id: one for one in newsletters.all_newsletters(tx)}
    rows = [
        (
            line.id,
            known[line.newsletter_id].name,
            line.title,
            _state(line.state.words, is_paused=line.is_paused),
            line.articles,
            shown.moment(line.sent_at or line.send_at, known[line.newsletter_id].zone),
        )
        for line in lines
    ]
    document = [
        {
            "issue": line.id,
            "newsletter": known[line.newsletter_id].slug,
            "number": line.number,
            "title": line.title,
            "subject": line.subject,
            "state": line.state.value,
            "is_paused": line.is_paused,
            "month": line.month,
            "articles": line.articles,
            "send_at": line.send_at,
            "sent_at": line.sent_at,
        }
        for line in lines
    ]
    door.answer({"issues": document}, shown.table(("#id", "newsletter", "title", "state", "#articles", "when"), rows))


def load(door: Door, issue_id: int) -> Issue:
    """Give an issue to look at.

    Raises:
        IssueNotFound: there is none of this id.

    """
    with door.reading() as tx:
        return store.load(tx, issue_id)


def _head(issue: Issue, newsletter: Newsletter) -> dict[str, object]:
    return {
        "issue": issue.id,
        "newsletter": newsletter.slug,
        "number": issue.number,
        "title": issue.title,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "state": issue.state.value,
        "is_paused": issue.is_paused,
        "month": issue.month,
        "version": issue.version,
        "send_at": issue.send_at,
        "sent_at": issue.sent_at,
    }


def _when(issue: Issue, newsletter: Newsletter) -> dict[str, str]:
    # Sent by hand before its time, an issue keeps the time it would have had; nobody is to wait for that.
    if issue.state in EDITABLE:
        return {"send_at": shown.moment(issue.send_at, newsletter.zone)}
    return {"sent": shown.moment(issue.sent_at, newsletter.zone)}


def _article(article: Article) -> dict[str, object]:
    return {
        "id": article.id,
        "title": article.title,
        "byline": article.byline,
        "link": article.link,
        "show": article.show.value,
        "is_placeholder": article.is_placeholder,
        "summary": article.summary,
        "words": article.words,
        "affiliation": article.affiliation,
        "portrait": article.portrait,
        "portrait_alt": article.portrait_alt,
        "portrait_credit": article.portrait_credit,
        "picture": article.picture,
        "picture_alt": article.picture_alt,
        "picture_credit": article.picture_credit,
        "event": asdict(article.event) if article.event is not None else None,
        "suggestion": asdict(article.suggestion) if article.suggestion is not None else None,
        "snippet": article.snippet,
        "is_unsigned": article.is_unsigned,
    }


def _rows(section: Section) -> Iterator[tuple[object, ...]]:
    """Give the lines of a section; one that is empty has its title, by which it can be filled."""
    if not section.articles:
        yield ("", section.title, "", "", "", "")
    for place, article in enumerate(section.articles, 1):
        yield (article.id, section.title if place == 1 else "", place, article.title, _by(article), article.show.value)


def _by(article: Article) -> str:
    """Say who an article is by, or who it may be by."""
    return article.byline if article.byline or article.suggestion is None else f"{article.suggestion.byline}?"


def _state(words: str, *, is_paused: bool) -> str:
    return f"{words}, paused" if is_paused else words
