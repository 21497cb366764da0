"""Text made safe for one line: what may stand in a name, a title or a subject, wherever it came from."""

import re
import unicodedata

# Line and paragraph separators that are not \n, controls, lone surrogates, and the marks that turn the reading
# direction of everything after them ("RTL override"): none of them belongs into a single line of text.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"\s+")
# RFC 5646 in its usual extent: a language, perhaps a script and a region.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", re.IGNORECASE | re.ASCII)
_PLAIN = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?")


def one_line(text: str, limit: int = 500) -> str:
    """Give *text* on one line: composed (NFC), separators as single spaces, no controls, at most *limit* characters."""
    if len(text) <= limit and _PLAIN.fullmatch(text):
        # Most names, and one is asked for at every message of a mailing.
        return text
    line = _SPACES.sub(" ", _UNWANTED.sub(" ", unicodedata.normalize("NFC", text))).strip()
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def is_one_line(text: str) -> bool:
    """Whether *text* has nothing in it that `one_line` would take out."""
    return _UNWANTED.search(text) is None


def is_language_tag(text: str) -> bool:
    """Whether *text* can name a language: `en`, `de`, `pt-BR`."""
    return _LANGUAGE.fullmatch(text) is not None
