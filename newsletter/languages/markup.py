"""A translation as HTML: its values escaped, and what stands in its square brackets made links; pure."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

NO_LOOK = Markup()

# All that is said in all languages.
PATTERNS_KEPT = 20_000

_LINK = re.compile(r"\[([^\]]*)\]")


@lru_cache(PATTERNS_KEPT)
def _escaped(pattern: str) -> str:
    return str(escape(pattern))


def html(pattern: str, values: Mapping[str, object], links: Sequence[object] = (), look: Markup = NO_LOOK) -> Markup:
    """Put *values* into *pattern*, escaped; the words in its n-th pair of square brackets become a link to the n-th of *links*.

    So a sentence with a link in it is translated whole. *look* is what every link carries beside its address, as it is
    written in HTML. Without links, brackets are brackets.

    Raises:
        ValueError: it has more or fewer pairs than there are links.

    """
    if not links:
        # What Markup does by itself when it is formatted, in a third of the time.
        escaped = {name: escape(value) for name, value in values.items()}
        return Markup(_escaped(pattern) % escaped)  # noqa: S704 -- both are escaped
    # Its odd pieces are the words of links; looked for before any value is in it, which may have brackets of its own.
    pieces = [escape(piece) % values for piece in _LINK.split(pattern)]
    if len(pieces) != 2 * len(links) + 1:
        msg = f"{len(pieces) // 2} links in {pattern!r}, and {len(links)} addresses"
        raise ValueError(msg)
    opened = [
        Markup('<a {}href="{}">{}</a>').format(look, link, words) for link, words in zip(links, pieces[1::2], strict=True)
    ]
    return Markup().join(part for pair in zip(pieces[::2], [*opened, Markup()], strict=True) for part in pair)
