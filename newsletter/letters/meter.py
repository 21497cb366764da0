"""How large a letter is for whom it is largest: bytes of HTML, its slots and answers filled; pure."""

from newsletter.letters.counted import counted_in, exchanged
from newsletter.letters.letter import Draft, SlotName
from newsletter.letters.links import Links
from subscribers.attributes import LONGEST_TEXT
from subscribers.records import LONGEST_NAME
from subscribers.tokens import TOKEN_LENGTH

# "&quot;" and "&#x27;"; no character has more bytes in UTF-8 than four.
_WIDEST = 6


def longest_size(draft: Draft, links: Links, slug: str, number: int, *, counts_clicks: bool = False) -> int:
    """Give the bytes of the HTML of *draft* for a reader whose name and answers are as long as they can be.

    The links of persons are all of one length; *slug* and *number* name the issue on the web. Where clicks are counted, this
    reader allows that it is kept which links they follow: those are the longest.
    """
    token = "x" * TOKEN_LENGTH
    html = draft.html
    if counts_clicks:
        html = exchanged(html, dict.fromkeys(counted_in(html, links.public_url), links.click(token, token)))
    widths = {
        SlotName.NAME: LONGEST_NAME * _WIDEST,
        SlotName.UNSUBSCRIBE: len(links.unsubscribe(token).encode()),
        SlotName.PREFERENCES: len(links.preferences(token).encode()),
        SlotName.WEB_COPY: len(links.issue(slug, number).encode()),
    }
    holes = [(token, widths[name]) for name, token in draft.slots.items() if name in widths]
    holes += [(token, LONGEST_TEXT * _WIDEST) for token in draft.answers.values()]
    return len(html.encode()) + sum(html.count(token) * (width - len(token)) for token, width in holes)
