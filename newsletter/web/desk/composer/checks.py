"""What the preflight finds, each finding with the place of the page where it is mended, and how large the letter is."""

import re
from dataclasses import dataclass

from newsletter.errors import RenderFailed
from newsletter.issues.model import Issue, Newsletter
from newsletter.languages.catalogue import Words
from newsletter.review.finding import Finding
from newsletter.web.desk.composer.envelope import Meter, meter_of
from newsletter.web.desk.composer.view import View
from newsletter.web.desk.composing import look_over
from newsletter.web.desk.places import place_of
from newsletter.web.visits import Site

# A command that a sentence names besides: what stands at its place of the page does the same.
_COMMAND = re.compile(r" \(newsletter [^)]*\)")


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as the page shows it."""

    text: str
    # How it is mended.
    mend: str
    # Where it is: an address on this page, and its words; both empty where it is nowhere on it.
    href: str
    where: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    must: tuple[Remark, ...] = ()
    could: tuple[Remark, ...] = ()
    meter: Meter | None = None
    # Why the letter cannot be composed at all.
    trouble: str = ""


def check(site: Site, issue: Issue, newsletter: Newsletter, view: View, words: Words) -> Checked:
    """Look an issue over; whom it goes to is looked at where it is sent.

    Outside of any transaction: a read that stays open for a render keeps SQLite's log from shrinking.
    """
    try:
        looked = look_over(site, issue, newsletter)
    except RenderFailed as error:
        return Checked(trouble=str(error))
    meter = meter_of(looked.composition.size)
    remarks = [(one.is_blocking, _remark(one, issue, view, words)) for one in looked.findings]
    return Checked(
        tuple(remark for is_blocking, remark in remarks if is_blocking),
        tuple(remark for is_blocking, remark in remarks if not is_blocking),
        meter,
    )


def _remark(finding: Finding, issue: Issue, view: View, words: Words) -> Remark:
    place = place_of(finding, issue, words)
    mend = _COMMAND.sub("", finding.mend.words)
    return Remark(finding.text, mend, view.to(place.anchor, **place.query) if place else "", place.words if place else "")
