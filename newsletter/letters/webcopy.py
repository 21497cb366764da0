"""The web copy of a letter: the same bytes as in the mail, its slots filled with the values of nobody."""

from collections.abc import Mapping

from newsletter.letters.answers import unanswered_html
from newsletter.letters.greeting import nameless
from newsletter.letters.letter import Letter, SlotName, fill_html
from newsletter.letters.links import Links


def public_html(letter: Letter, links: Links, slug: str, number: int) -> str:
    """Give the page that everybody may see: no name, no link by which one could act for somebody.

    *slug* names the newsletter, *number* the issue.
    """
    html = unanswered_html(letter.draft.html, letter.draft.answers)
    return fill_html(html, letter.draft.slots, public_values(links, slug, number, letter.draft.language))


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
