"""What somebody looks for, read from what they typed: every text is a question, none is an error; pure."""

import re
from dataclasses import dataclass

from subscribers.oneline import one_line

# A sentence; whoever pastes a page looks for its beginning.
LONGEST_QUERY = 200
# Each is a walk through the index.
MOST_TERMS = 12

_TERM = re.compile(r'(?P<without>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
# Scripts that are written without spaces: Chinese, Japanese, and what stands among their signs.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_SPACED = re.compile(rf"(?<={_UNSPACED.pattern}) (?={_UNSPACED.pattern})")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words that stand one behind the other."""

    text: str
    # What has it is not looked for.
    is_unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that must be there, and what must not."""

    terms: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing to look for; what is not wanted alone is no question."""
        return all(term.is_unwanted for term in self.terms)


def read_query(text: str) -> Query:
    """Read what somebody typed: words, "words in this order", and -words that must not be there."""
    found = (_term(match) for match in _TERM.finditer(one_line(text, LONGEST_QUERY)))
    return Query(tuple(term for term in found if term is not None)[:MOST_TERMS])


def spaced(text: str) -> str:
    """Set signs that are written without spaces apart, so that an index finds each, and several by their order."""
    return _UNSPACED.sub(r" \g<0> ", text).replace("  ", " ").strip()


def unspaced(text: str) -> str:
    """Give *text* as it was before `spaced`, to be read."""
    return _SPACED.sub("", text)


def _term(match: re.Match[str]) -> Term | None:
    text = match["phrase"] if match["phrase"] is not None else match["word"]
    if not any(sign.isalnum() for sign in text):
        return None
    return Term(spaced(text), is_unwanted=bool(match["without"]))
