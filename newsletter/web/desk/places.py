"""Where at the desk it is mended what the preflight finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from newsletter.issues.model import Issue
from newsletter.languages.catalogue import Words
from newsletter.review.finding import Code, Finding

# What is mended in the lines above the sections.
_OF_THE_HEAD = frozenset(
    {
        Code.SUBJECT_MISSING,
        Code.SUBJECT_LONG,
        Code.SUBJECT_REPEATED,
        Code.SUBJECT_FEIGNED,
        Code.PREHEADER_MISSING,
        Code.PREHEADER_SHORT,
        Code.PREHEADER_LONG,
        Code.PREHEADER_REPEATED,
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the composer's page."""

    anchor: str
    # What is open there, as the address of the page says it.
    query: Mapping[str, str]
    # How it is called.
    words: str

    def address(self, issue_id: int) -> str:
        """Give where it is, from anywhere."""
        return f"/desk/issues/{issue_id}/compose?{urlencode(self.query)}#{self.anchor}"


def place_of(finding: Finding, issue: Issue, words: Words) -> Place | None:
    """Give where something is mended; None where that is nowhere in the composer."""
    if finding.code in _OF_THE_HEAD:
        return Place("head", {"open": "head"}, words.gettext("Title and subject"))
    if finding.code is Code.POSTS_LEFT_OUT:
        return Place("pool", {"side": "posts"}, words.gettext("Posts"))
    for article in issue.articles:
        if article.id == finding.article_id:
            return Place(f"a{article.id}", {"open": f"a{article.id}"}, article.title)
    for section in issue.sections:
        if section.title == finding.section:
            return Place(f"s{section.id}", {"open": f"n{section.id}"}, section.title)
    return None
