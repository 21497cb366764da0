"""What is said on the composer's page when something was done there."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from newsletter.issues.model import Article, Issue
from newsletter.languages.catalogue import Words, later
from newsletter.web.desk.composer.moves import spot_of
from newsletter.web.desk.composer.view import View
from newsletter.web.visits import whole_number

# A title in a sentence.
_LONGEST_TITLE = 80

_SENTENCES: Mapping[str, str] = {
    "moved": later("“%(title)s” is now %(place)s of %(places)s in %(section)s."),
    "edge": later("“%(title)s” stands at the edge of the issue already."),
    "dropped": later("“%(title)s” is left out. It can be taken in again at the end of the page."),
    "restored": later("“%(title)s” is taken in again: %(place)s of %(places)s in %(section)s."),
    "edited": later("“%(title)s” is saved."),
    "named": later("The byline of “%(title)s” is settled."),
    "added": later("“%(title)s” is added: %(place)s of %(places)s in %(section)s."),
    "head": later("Saved."),
    "section": later("The section “%(section)s” is saved."),
    "section-moved": later("The section “%(section)s” is now %(place)s of %(places)s."),
    "section-added": later("The section “%(section)s” is added, at the end."),
    "section-removed": later("The section is removed."),
    "undone": later("Undone: the issue is as it was at version %(count)s."),
    "redone": later("Done again: the issue is as it was at version %(count)s."),
    "resolved": later("The comment is done."),
    "commented": later("Your comment stands at “%(title)s”."),
    "same": later("Nothing was changed: it says that already."),
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

    def place(self, view: View) -> str:
        """Give the address of the page that says so."""
        facts = {"did": self.did, "on": self.on, "n": self.count, "focus": self.focus}
        said = urlencode({name: value for name, value in facts.items() if value})
        kept = view.query
        # Without a script a browser gives the focus to what the fragment names, and to nothing else.
        fragment = self.focus or self.anchor
        return f"{view.path}?{kept}{'&' if kept else ''}{said}" + (f"#{fragment}" if fragment else "")


def sentence(query: Mapping[str, str], issue: Issue, dropped: tuple[Article, ...], words: Words) -> str:
    """Say what the address says was done; empty where it says nothing, or the thing is gone."""
    did = query.get("did", "")
    on, count = (whole_number(query.get(name, "")) or 0 for name in ("on", "n"))
    facts = _of_section(issue, on) if did == "taken" or did.startswith("section") else _of_article(issue, dropped, on)
    try:
        if did == "taken":
            return words.ngettext(
                "%(num)s post taken into %(section)s.", "%(num)s posts taken into %(section)s.", count, **facts
            )
        return words.gettext(_SENTENCES[did], count=count, **facts) if did in _SENTENCES else ""
    except KeyError:
        # Somebody has removed it meanwhile.
        return ""


def _of_article(issue: Issue, dropped: tuple[Article, ...], on: int) -> dict[str, object]:
    article = next((one for one in (*issue.articles, *dropped) if one.id == on), None)
    spot = spot_of(issue, on)
    facts: dict[str, object] = {}
    if article is not None:
        title = article.title
        facts["title"] = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    if spot is not None:
        facts |= {"section": spot.section.title, "place": spot.place, "places": len(spot.section.articles)}
    return facts


def _of_section(issue: Issue, on: int) -> dict[str, object]:
    for place, section in enumerate(issue.sections, 1):
        if section.id == on:
            return {"section": section.title, "place": place, "places": len(issue.sections)}
    return {}
