"""Which language an answer speaks, and how the links on it keep a language that was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.requests import Request

from newsletter.languages.catalogue import Words, words_of
from newsletter.languages.model import ENGLISH, LANGUAGES, Language, accepted, meant

# Stands in the address of a page whose language was chosen, and in forms, so that the answer speaks as the form did.
FIELD = "lang"


@dataclass(frozen=True, slots=True)
class Offer:
    """One of the languages at the foot of a page."""

    language: Language
    # Where the same page speaks it.
    href: str
    is_spoken: bool


@dataclass(frozen=True, slots=True)
class Speech:
    """How one page speaks."""

    words: Words
    # By a link on a page; nobody's guess.
    is_chosen: bool
    # Whether the page could be had in another language by looking at it again; the answer to a form could not.
    is_repeatable: bool
    # What the page was asked beside, and would be asked in another language, too.
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        """What it speaks."""
        return self.words.language

    def way(self, path: str) -> str:
        """Give a link to another page of ours, which keeps the language if it was chosen; no cookie does that."""
        return _with(path, self.language) if self.is_chosen else path

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Give the languages to choose from."""
        if not self.is_repeatable:
            return ()
        # Relative: whatever stands in the address of a page, no part of it is repeated on it but what the page has read.
        return tuple(Offer(each, _with("", each, self.asked), each == self.language) for each in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Ear:
    """What a request says about languages."""

    is_looking: bool = True
    # By a link on one of our pages.
    chosen: Language | None = None
    # Of the browser's own wishes the one we can meet.
    accepted: Language | None = None

    @property
    def wish(self) -> Language | None:
        """The language that the person wants, as far as they or their browser said."""
        return self.chosen or self.accepted

    def speech(self, *, person: str = "", list_: str = "", newsletter: str = "", shown: str = "") -> Speech:
        """Choose how to answer.

        What was chosen on a page comes first, then the language of the form that is answered (*shown*), of the *person*,
        and of the *list_*; then what the browser asks for, before the *newsletter*'s, which always has one.
        """
        said = (self.chosen, meant(shown), meant(person), meant(list_), self.accepted, meant(newsletter))
        spoken = next((language for language in said if language is not None), ENGLISH)
        return Speech(words_of(spoken), self.chosen is not None, self.is_looking)


def listen(request: Request) -> Ear:
    """Read what *request* says about languages."""
    return Ear(
        is_looking=request.method in {"GET", "HEAD"},
        chosen=meant(request.query_params.get(FIELD, "")),
        accepted=accepted(request.headers.get("accept-language", "")),
    )


def _with(path: str, language: Language, asked: Mapping[str, str] = MappingProxyType({})) -> str:
    return f"{path}?{urlencode({**asked, FIELD: language.code})}"
