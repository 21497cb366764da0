"""A sentence as a row of letters, one for what each word is about: "The mailbox does not exist" becomes `unE`; pure.

What a sentence claims is then a small pattern over letters, in whatever language it stands.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from newsletter.mail.lexicon import RUNS, WORDS

UNTOLD = "."
END = "|"

# Letters without their marks, so that a stem is written once; Latin (also that of Vietnamese) and Greek.
_MARKED = (*range(0xC0, 0x250), *range(0x386, 0x3CF), *range(0x1E00, 0x1F00))
_BARE = {code: bare for code in _MARKED if (bare := unicodedata.normalize("NFD", chr(code))[0]) != chr(code)}
_BARE |= {ord(mark): letter for mark, letter in {"ß": "s", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ё": "е"}.items()}
_BARE |= dict.fromkeys(map(ord, "’‘`´"), "'") | dict.fromkeys(range(0x300, 0x370), "")


def _sorted_out() -> Iterator[tuple[str, str]]:
    for letter, words in WORDS.items():
        for word in words.split():
            yield word.translate(_BARE), letter


_WHOLE: dict[str, str] = {}
_BEGINNINGS: dict[str, str] = {}
for _word, _letter in _sorted_out():
    (_BEGINNINGS if _word.endswith("*") else _WHOLE).setdefault(_word.rstrip("*"), _letter)
_SHORTEST, _LONGEST = min(map(len, _BEGINNINGS)), max(map(len, _BEGINNINGS))

_RUNS = {word: letter for letter, words in RUNS.items() for word in words.split()}
_RUN = re.compile("|".join(sorted(map(re.escape, _RUNS), key=len, reverse=True)))
# Thai, Hangul, Kana and Han, in which words are not set apart.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u2e80-\uffef]")

# A word, the place of an address that was cut out, or the end of a sentence. Marks of Thai are no letters, yet part of words.
_TOKEN = re.compile(r"[\u0e00-\u0e7f]+|[^\W\d_]+(?:['-][^\W\d_]+)*|@|\n\s*\n|[.!?](?=[\s\n]|$)|[。！？]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# A mail account, une boîte aux lettres électronique, почтовый ящик.
_MAIL_OF_SOMEBODY = re.compile("M?uM|Mu")
# The address of a client; the sending host; a name server.
_IN_TWO_WORDS: tuple[tuple[str, str], ...] = (("su", "s"), ("1k", "d"))
_SENDING = re.compile("S(?=[hsk])")
# Latin words amid those of scripts that do not set them apart.
_AMID = re.compile("(?<=[\u3040-\u30ff\u3400-\u9fff])(?=[a-z])|(?<=[a-z])(?=[\u3040-\u30ff\u3400-\u9fff])")
# Whatever is longer is no word; it is cut, so that nobody can make it long to look up.
_LONGEST_WORD = 60


def letters(text: str) -> str:
    """Give *text* as letters: one for each word of some meaning, `.` for any other, `|` where a sentence ends."""
    bare = _CAMEL.sub(" ", text).lower().translate(_BARE)
    if not bare.isascii():
        bare = _AMID.sub(" ", bare)
    return _put_together("".join(map(_letter_of, _TOKEN.findall(bare))))


def _put_together(row: str) -> str:
    if "M" in row:
        row = _MAIL_OF_SOMEBODY.sub("u", row).replace("M", "m")
    if "S" in row:
        row = _SENDING.sub("s", row).replace("S", "Y")
    for pair, letter in _IN_TWO_WORDS:
        row = row.replace(pair, letter)
    return row


@lru_cache(maxsize=8192)
def _letter_of(token: str) -> str:
    first = token[0]
    if _UNSPACED.match(first):
        return _of_run(token) if first not in "。！？" else END
    if not first.isalpha():
        return first if first == "@" else END
    found = _of_word(token)
    if found != UNTOLD or ("-" not in token and "'" not in token):
        return found.strip()
    return "".join(map(_of_word, re.split("[-']", token[:_LONGEST_WORD]))).replace(" ", "")


def _of_word(word: str) -> str:
    whole = _WHOLE.get(word)
    if whole is not None:
        return whole
    for length in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
        begun = _BEGINNINGS.get(word[:length])
        if begun is not None:
            return begun
    return UNTOLD


def _of_run(run: str) -> str:
    return "".join(_RUNS[word] for word in _RUN.findall(run[:_LONGEST_WORD])) or UNTOLD
