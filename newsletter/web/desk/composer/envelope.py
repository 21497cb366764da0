"""What an inbox shows of a letter before it is opened, and how large the letter is; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.issues.model import Issue, Newsletter
from newsletter.languages.catalogue import Words, later
from newsletter.letters.compose import CLIPPED_BYTES
from newsletter.letters.letter import Draft
from newsletter.letters.links import Links
from newsletter.letters.meter import longest_size

# As mail programs count.
_KILOBYTE = 1000


@dataclass(frozen=True, slots=True)
class Meter:
    """How large the letter is for whom it is largest, in kilobytes."""

    size: int
    most: int

    @property
    def is_over(self) -> bool:
        """Whether readers at Gmail would not see its end."""
        return self.size > self.most

    def said(self, words: Words) -> str:
        """Say the size to an editor."""
        if self.is_over:
            told = later("%(size)s KB: Gmail cuts a letter off at %(most)s KB, and the link for leaving with it.")
        else:
            told = later("%(size)s KB of the %(most)s KB at which Gmail cuts a letter off.")
        return words.gettext(told, size=self.size, most=self.most)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One line of an inbox, and the size of what is behind it."""

    sender: str
    subject: str
    preheader: str
    meter: Meter

    def told(self, words: Words) -> Mapping[str, object]:
        """Give it to the script of a page, which puts each under its name."""
        meter = self.meter
        return {
            "sender": self.sender,
            "subject": self.subject,
            "preheader": self.preheader,
            "size": meter.size,
            "most": meter.most,
            "said": meter.said(words),
            "over": meter.is_over,
        }


def meter_of(size: int) -> Meter:
    """Give the meter of a letter of so many bytes."""
    return Meter(-(-size // _KILOBYTE), CLIPPED_BYTES // _KILOBYTE)


def envelope_of(draft: Draft, issue: Issue, newsletter: Newsletter, links: Links) -> Envelope:
    """Give what an inbox shows of the letter of an issue."""
    size = longest_size(draft, links, newsletter.slug, issue.number, counts_clicks=newsletter.counts_clicks)
    return Envelope(draft.sender_name, draft.subject, draft.preheader, meter_of(size))
