"""Holes for what a person answered to an attribute, as editors and templates ask for them: `{{ library | your library }}`."""

import hmac
import re
from collections.abc import Iterable, Mapping
from html import escape, unescape

from newsletter.letters.holes import Bare
from subscribers.oneline import one_line

# A few words that stand in for an answer, not a second text.
LONGEST_OTHERWISE = 100

# 96 bits: nobody can guess one and put it into an article.
_TOKEN_DIGITS = 24

# A tag is passed over: nothing that a person answered comes into an attribute of one.
_HOLE = re.compile(r"<[^>]*>|\{\{\s*(?P<key>[a-z][a-z0-9_]{0,39})\s*(?:\|\s*(?P<otherwise>[^{}|<>]{0,500}?)\s*)?\}\}")

# What `{{ name }}` asks for, which is no attribute.
NAME = "name"


class Answers:
    """Gives a token for each attribute a letter asks for, with the words for whoever has not answered."""

    def __init__(self, seed: bytes, about: str, name_token: str) -> None:
        self._seed = seed
        self._about = about
        self._name_token = name_token
        self._tokens: dict[str, str] = {}

    def token(self, key: str, otherwise: str = "") -> Bare:
        """Give the token that stands for an answer; the same for the same question. Made for templates."""
        if key == NAME:
            return Bare(self._name_token)
        name = f"{key}|{one_line(otherwise, LONGEST_OTHERWISE)}"
        token = "slot" + hmac.digest(self._seed, f"{self._about}:answer:{name}".encode(), "sha256").hex()[:_TOKEN_DIGITS]
        self._tokens[name] = token
        return Bare(token)

    def put(self, html: str) -> str:
        """Put tokens where the HTML of an editor asks for answers; the text of a feed never passes through here."""
        return _HOLE.sub(self._found, html)

    def asked_in(self, *texts: str) -> dict[str, str]:
        """Give the questions that are asked in *texts*, each as `key|otherwise`, with its token."""
        return {name: token for name, token in self._tokens.items() if any(token in text for text in texts)}

    def _found(self, match: re.Match[str]) -> str:
        if match["key"] is None:
            return match[0]
        return self.token(match["key"], unescape(match["otherwise"] or "")).word


def key_of(name: str) -> str:
    """Give the attribute a question `key|otherwise` is about."""
    return name.partition("|")[0]


def otherwise_of(name: str) -> str:
    """Give the words of a question for whoever has not answered."""
    return name.partition("|")[2]


def keys_of(names: Iterable[str]) -> frozenset[str]:
    """Give the attributes that questions are about."""
    return frozenset(key_of(name) for name in names)


def unanswered_html(html: str, answers: Mapping[str, str]) -> str:
    """Fill *html* as for somebody who answered nothing."""
    for name, token in answers.items():
        html = html.replace(token, escape(otherwise_of(name), quote=True))
    return html


def unanswered_text(text: str, answers: Mapping[str, str]) -> str:
    """Fill a plain text as for somebody who answered nothing."""
    for name, token in answers.items():
        text = text.replace(token, otherwise_of(name))
    return text
