"""The words of a rule's text: how it is cut into them, and how a value is written as one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from subscribers.errors import RuleRefused
from subscribers.sentence import say

# What joins conditions; as a value each of them has to stand in quotes, or a forgotten value would swallow it.
JOINING = frozenset({"and", "or", "not"})

_WORD = r'[^\s()",=<>!]+'
_TOKEN = re.compile(rf'(?P<word>{_WORD})|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<sign>[(),]|!=|<=|>=|[=<>])', re.DOTALL)
_BLANK = re.compile(r"\s*")
_BARE = re.compile(_WORD)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a text in quotes or a sign, and the place where it begins (from 0)."""

    kind: Kind
    # Without its quotes.
    text: str
    at: int

    def says(self, *words: str) -> bool:
        """Whether this is one of *words*, in any letter case, outside quotes."""
        return self.kind in {Kind.WORD, Kind.SIGN} and self.text.lower() in words

    @property
    def shown(self) -> str:
        """What stands there, for a sentence."""
        return say("the end") if self.kind is Kind.END else f"“{self.text[:40]}”"


def tokens(text: str) -> Iterator[Token]:
    """Cut *text*; the last token is its end.

    Raises:
        RuleRefused: quotes are not closed, or a character means nothing.

    """
    at = _after_blanks(text, 0)
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            reason = (
                say("the quotes are not closed") if text[at] == '"' else say("“%(text)s” means nothing here", text=text[at])
            )
            raise RuleRefused(reason, at)
        kind = Kind(str(found.lastgroup))
        yield Token(kind, _unquoted(found[0]) if kind is Kind.QUOTED else found[0], at)
        at = _after_blanks(text, found.end())
    yield Token(Kind.END, "", len(text))


def written(value: str) -> str:
    """Write *value* as one token, in quotes where it needs them."""
    if _BARE.fullmatch(value) and value.lower() not in JOINING:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted[1:-1])


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found is not None  # it matches nothing too
    return found.end()
