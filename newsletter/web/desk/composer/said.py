"""What is said on the composer's page when something was done there."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from newsletter.issues.model import Article, Issue
from newsletter.web.desk.composer.moves import spot_of
from newsletter.web.desk.composer.view import View
from newsletter.web.visits import whole_number

# A title in a sentence.
_LONGEST_TITLE = 80

_SENTENCES: Mapping[str, str] = {
    "moved": "“{title}” is now {spot}.",
    "edge": "“{title}” stands at the edge of the issue already.",
    "dropped": "“{title}” is left out. It can be taken in again at the end of the page.",
    "restored": "“{title}” is taken in again: {spot}.",
    "edited": "“{title}” is saved.",
    "named": "The byline of “{title}” is settled.",
    "added": "“{title}” is added: {spot}.",
    "taken": "{count} taken into {section}.",
    "head": "Saved.",
    "section": "The section “{section}” is saved.",
    "section-moved": "The section “{section}” is now {place}.",
    "section-added": "The section “{section}” is added, at the end.",
    "section-removed": "The section is removed.",
    "undone": "Undone: the issue is as it was at version {count}.",
    "redone": "Done again: the issue is as it was at version {count}.",
    "resolved": "The comment is done.",
    "same": "Nothing was changed: it says that already.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done, and where the page goes on."""

    did: str
    # The article or section it was done to; 0: neither.
    on: int = 0
    # How many, or which version.
    count: int = 0
    # The element that has the focus: the button that was pressed.
    focus: str = ""
    anchor: str = ""
    # The version that the issue says again, and the newest one that can be gone back to; 0: it was edited since.
    at: int = 0
    top: int = 0

    def place(self, view: View) -> str:
        """Give the address of the page that says so."""
        facts = {"did": self.did, "on": self.on, "n": self.count, "focus": self.focus, "at": self.at, "top": self.top}
        said = urlencode({name: value for name, value in facts.items() if value})
        kept = view.query
        # Without a script a browser gives the focus to what the fragment names, and to nothing else.
        fragment = self.focus or self.anchor
        return f"{view.path}?{kept}{'&' if kept else ''}{said}" + (f"#{fragment}" if fragment else "")


def sentence(query: Mapping[str, str], issue: Issue, dropped: tuple[Article, ...]) -> str:
    """Say what the address says was done; empty where it says nothing, or the thing is gone."""
    pattern = _SENTENCES.get(query.get("did", ""))
    if pattern is None:
        return ""
    on, count = (whole_number(query.get(name, "")) or 0 for name in ("on", "n"))
    facts = {"count": str(count), **_about(issue, dropped, on)}
    if query["did"] == "taken":
        facts["count"] = "1 post" if count == 1 else f"{count} posts"
    try:
        return pattern.format_map(facts)
    except KeyError:
        # Somebody has removed it meanwhile.
        return ""


def _about(issue: Issue, dropped: tuple[Article, ...], on: int) -> dict[str, str]:
    article = next((one for one in (*issue.articles, *dropped) if one.id == on), None)
    spot = spot_of(issue, on)
    facts = {}
    if article is not None:
        title = article.title
        facts["title"] = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    if spot is not None:
        facts["spot"] = spot.words
    for place, section in enumerate(issue.sections, 1):
        if section.id == on:
            facts |= {"section": section.title, "place": f"{place} of {len(issue.sections)}"}
    return facts
