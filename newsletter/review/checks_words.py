"""Checks of words: what was to be filled in and was not, holes that nothing fills, and what shouts."""

import re
from collections.abc import Iterator
from html import escape

from newsletter.letters.answers import key_of, otherwise_of
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from newsletter.review.wordings import Wording, title_mend, wordings_of
from subscribers.sentence import say

# What people write where words are still to come. Marks of other tools' merge fields are among them: pasted, they stay.
_PLACEHOLDERS = re.compile(
    r"""
    \[\s*(?:insert|add|enter|fill\s+in|replace|your|name|title|date|link|url|photo|image|text|quote|to\s+come|tbd|tba|tbc|xx+|\.{2,}|…)
      (?:\s[^\[\]]{0,80})?\]
    | <\s*(?:insert|your)\b[^<>]{0,80}>
    | \blorem\s+ipsum\b | \bdolor\s+sit\s+amet\b
    | \b(?:your|insert)\s+(?:text|title|name|headline)\s+here\b
    | (?-i:\bT\.?B\.?[DC]\b) | (?-i:\bX{3,}\b) | (?-i:\bTODO\b) | (?-i:\bFIXME\b) | \?{3,}
    | \*\|[A-Z0-9_:]{2,40}\|\* | %%\s*[\w.]{2,40}\s*%% | \[\[\s*[\w.]{2,40}\s*\]\] | %recipient\.[\w]{1,40}%
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BRACES = re.compile(r"\{\{[^{}]{0,200}\}\}?|\{%[^{}]{0,200}%\}")
# Tokens that the composition puts where a value goes; one that no slot knows would be read as it stands.
_TOKEN = re.compile(r"\b(?:slot|hole)[0-9a-f]{24}\b")

# "IFLA WLIC 2020" is a name; a line in which nothing is small shouts.
_SHOUTED_WORDS = 3
_SHOUTED_LETTERS = 12
_MARKS = re.compile(r"[!！¡]")
_MANY_MARKS = re.compile(r"[!！]{2,}|[!！][?？]|[?？][!！]")
# In the whole letter. Filters count them, and readers do.
MOST_EXCLAMATIONS = 10


def check(seen: Inspected) -> Iterator[Finding]:
    """Find words that were to be replaced, and such as shout."""
    wordings = list(wordings_of(seen))
    for wording in wordings:
        yield from _about_placeholders(wording)
        yield from _about_braces(seen, wording)
    yield from _about_tokens(seen)
    yield from _about_answers(seen)
    yield from _about_shouting(seen, wordings)


def _about_placeholders(wording: Wording) -> Iterator[Finding]:
    found = list(dict.fromkeys(" ".join(match[0].split()) for match in _PLACEHOLDERS.finditer(wording.text)))
    if found:
        text = say("%(name)s still has %(listed)s in it.", name=wording.name, listed=_listed(found))
        mend = Mend(say("Write what is to stand there, or take it out."), wording.mend)
        yield Finding(Code.PLACEHOLDER, text, wording.is_own, mend, wording.article_id, wording.section)


def _about_braces(seen: Inspected, wording: Wording) -> Iterator[Finding]:
    found = list(dict.fromkeys(" ".join(match[0].split()) for match in _BRACES.finditer(wording.text)))
    if not found:
        return
    known = ", ".join(f"{{{{ {key} }}}}" for key in ("name", *sorted(seen.facts.attributes)))
    text = say("%(name)s shows %(listed)s to every reader: nothing fills it.", name=wording.name, listed=_listed(found))
    if wording.article_id is None:
        mend = Mend(say("Write it without; only texts of the editors can say something for each reader."), wording.mend)
    elif wording.is_own:
        mend = Mend(
            say("Ask for what is known of readers, with other words for the rest: %(known)s.", known=known), wording.mend
        )
    else:
        mend = Mend(say("Leave it if the post is about such signs; else write the text anew."), wording.mend)
    yield Finding(Code.SLOT_UNRESOLVED, text, wording.is_own, mend, wording.article_id, wording.section)


def _about_tokens(seen: Inspected) -> Iterator[Finding]:
    draft = seen.draft
    known = {*draft.slots.values(), *draft.answers.values()}
    left = {token for body in (draft.html, draft.text) for token in _TOKEN.findall(body)} - known
    if left:
        text = say(
            "%(count)s hole(s) of the letter are filled by nothing; readers would see %(listed)s.",
            count=len(left),
            listed=_listed(sorted(left)),
        )
        mend = Mend(say("A template is at fault: it writes a hole that letters do not have."))
        yield Finding(Code.SLOT_UNRESOLVED, text, is_blocking=True, mend=mend)


def _about_answers(seen: Inspected) -> Iterator[Finding]:
    for name in seen.draft.answers:
        key, otherwise = key_of(name), otherwise_of(name)
        article_id = _asked_in(seen, key, otherwise)
        if key not in seen.facts.attributes:
            reads = (
                say("everybody reads “%(otherwise)s” there", otherwise=otherwise)
                if otherwise
                else say("everybody reads nothing there")
            )
            mend = Mend(say("Use one that there is, or make it: %(key)s.", key=key), f"newsletter attributes define {key}")
            text = say("{{ %(key)s }} names no attribute; %(reads)s.", key=key, reads=reads)
            yield Finding(Code.ATTRIBUTE_UNKNOWN, text, is_blocking=not otherwise, mend=mend, article_id=article_id)
        elif not otherwise:
            # A gap in the middle of a sentence, for most readers: nobody has answered everything.
            text = say("Whoever has not answered %(key)s reads nothing there.", key=key)
            mend = Mend(say("Say what they read instead: write {{ %(key)s | other words }}.", key=key))
            yield Finding(Code.ANSWER_EMPTY, text, is_blocking=True, mend=mend, article_id=article_id)


def _asked_in(seen: Inspected, key: str, otherwise: str) -> int | None:
    """Give the first article that asks a question in its text; None where a template does."""
    words = rf"\|\s*{re.escape(escape(otherwise))}\s*" if otherwise else r"(?:\|\s*)?"
    asking = re.compile(rf"\{{\{{\s*{re.escape(key)}\s*{words}\}}\}}")
    return next((one.id for one in seen.issue.articles if asking.search(one.content)), None)


def _about_shouting(seen: Inspected, wordings: list[Wording]) -> Iterator[Finding]:
    calm = say("Filters take it for advertising, and readers for shouting.")
    for wording in wordings:
        line = wording.text.partition("\n")[0]
        if _shouts(line):
            mend = Mend(say("Write it as a sentence. %(calm)s", calm=calm), title_mend(seen, wording))
            yield Finding(
                Code.SHOUTING,
                say("%(name)s is written in capitals.", name=wording.name),
                is_blocking=False,
                mend=mend,
                article_id=wording.article_id,
            )
        elif _MANY_MARKS.search(line) or len(_MARKS.findall(line)) > 1:
            mend = Mend(say("One exclamation mark is enough, none is better. %(calm)s", calm=calm), title_mend(seen, wording))
            text = say("%(name)s has several exclamation marks.", name=wording.name)
            yield Finding(Code.SHOUTING, text, is_blocking=False, mend=mend, article_id=wording.article_id)
    count = sum(len(_MARKS.findall(wording.text)) for wording in wordings)
    if count > MOST_EXCLAMATIONS:
        text = say("The letter has %(count)s exclamation marks.", count=count)
        yield Finding(Code.SHOUTING, text, is_blocking=False, mend=Mend(say("Take most of them out. %(calm)s", calm=calm)))


def _shouts(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha() and letter.upper() != letter.lower()]
    return len(line.split()) >= _SHOUTED_WORDS and len(letters) >= _SHOUTED_LETTERS and all(map(str.isupper, letters))


def _listed(found: list[str]) -> str:
    return ", ".join(f"“{one}”" for one in found[:3]) + (" …" if len(found) > 3 else "")  # noqa: PLR2004 -- as many as are shown
