"""The web copy of a letter: the same bytes as in the mail, its slots filled with the values of nobody."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from newsletter.languages.catalogue import Words
from newsletter.letters.answers import unanswered_html
from newsletter.letters.greeting import nameless
from newsletter.letters.letter import Letter, SlotName, fill_html
from newsletter.letters.links import Links

_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)

# In its own colours, so that it can be read on whatever the letter has behind it, light or dark.
_BOX = (
    "margin:0 auto;max-width:536px;padding:16px 32px;background-color:#fdf3d8;color:#23201c;"
    "border-bottom:4px solid #8a5a00;font-family:Charter,'Bitstream Charter','Sitka Text',Cambria,Georgia,serif;"
    "font-size:17px;line-height:1.5;text-align:start;"
)


# A pale box glares on a dark letter.
_DARK = (
    "<style>@media (prefers-color-scheme: dark) { #corrections { background-color: #332a12 !important; "
    "color: #f3e9d2 !important; border-color: #d9b25f !important; } }</style>"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is told above a web copy."""

    # Spelled in the letter's language.
    day: str
    by: str
    # Empty lines part paragraphs.
    text: str

    def head(self, words: Words) -> str:
        """Say when it was told, and by whom."""
        return words.gettext("Correction of %(day)s, by %(name)s", day=self.day, name=self.by)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its text, paragraph by paragraph."""
        return tuple(re.split(r"\n{2,}", self.text))


def corrected(html: str, corrections: Sequence[Correction], words: Words) -> str:
    """Put *corrections* above a web copy or a printed page; what was approved stands below them unchanged."""
    if not corrections:
        return html
    inside = "".join(_told(one, words) for one in corrections)
    body = _BODY.search(html)
    place = body.end() if body is not None else 0
    label = escape(words.gettext("Corrections"))
    box = f'<aside id="corrections" aria-label="{label}" style="{_BOX}">{_DARK}{inside}</aside>'
    return html[:place] + box + html[place:]


def _told(one: Correction, words: Words) -> str:
    paragraphs = [escape(part).replace("\n", "<br>") for part in one.paragraphs]
    said = "".join(f'<p dir="auto" style="margin:0 0 8px;">{part}</p>' for part in paragraphs)
    return f'<p style="margin:0 0 4px;font-weight:bold;">{escape(one.head(words))}</p>{said}'


def public_html(letter: Letter, links: Links, slug: str, number: int, address: str = "") -> str:
    """Give the page that everybody may see: no name, no link by which one could act for somebody.

    *slug* names the newsletter, *number* the issue. One that is not in a public archive is read at *address* and leads to
    the front door.
    """
    html = unanswered_html(letter.draft.html, letter.draft.answers)
    values = public_values(links, slug, number, letter.draft.language)
    if address:
        values = {**dict.fromkeys(values, links.home()), SlotName.NAME: values[SlotName.NAME], SlotName.WEB_COPY: address}
    return fill_html(html, letter.draft.slots, values)


def public_values(links: Links, slug: str, number: int, language: str) -> Mapping[SlotName, str]:
    """Give what stands in the slots of a letter in *language* for everybody.

    Where the mail has a person's own links, the copy leads to the newsletter's page, where one can subscribe.
    """
    home = links.newsletter(slug)
    return {
        SlotName.NAME: nameless(language),
        SlotName.UNSUBSCRIBE: home,
        SlotName.PREFERENCES: home,
        SlotName.CONFIRM: home,
        SlotName.WEB_COPY: links.issue(slug, number),
    }
