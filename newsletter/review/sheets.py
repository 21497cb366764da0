"""Style sheets and style attributes, read as far as the preflight looks at them; in one pass, whatever stands in them; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_BRACE = re.compile(r"[{}]")
# Letters have a hundred different ones.
_MOST_STYLES = 2000


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a style sheet."""

    # The at-rules around it, the outermost first: `@media (prefers-color-scheme: dark)`.
    within: tuple[str, ...]
    selector: str
    declarations: str


def rules(styles: str) -> Iterator[Rule]:
    """Give the rules of a style sheet in order."""
    bare = _without_comments(styles)
    heads: list[str] = []
    begin = 0
    for brace in _BRACE.finditer(bare):
        said = bare[begin : brace.start()]
        begin = brace.end()
        if brace[0] == "{":
            # What ended with a semicolon before it is an at-rule without a block, such as @import.
            heads.append(said.rpartition(";")[2].strip())
        elif heads and not heads[-1].startswith("@"):
            yield Rule(tuple(heads[:-1]), heads.pop(), said)
        elif heads:
            heads.pop()


@lru_cache(maxsize=_MOST_STYLES)
def read_style(text: str) -> Mapping[str, str]:
    """Take declarations apart; the last of two of one name counts."""
    pairs = (part.partition(":") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, mark, value in pairs if mark}


def _without_comments(styles: str) -> str:
    first, *others = styles.split("/*")
    return first + "".join(other.partition("*/")[2] for other in others)
