"""What the preflight finds, each finding with the place of the page where it is mended, and how large the letter is."""

from dataclasses import dataclass

from newsletter.errors import RenderFailed
from newsletter.issues.model import Issue, Newsletter
from newsletter.review.finding import Finding
from newsletter.web.desk.composer.envelope import Meter, meter_of
from newsletter.web.desk.composer.view import View
from newsletter.web.desk.composing import look_over
from newsletter.web.desk.places import way_to
from newsletter.web.visits import Site, Visit


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as the page shows it."""

    text: str
    # How it is mended.
    mend: str
    # Where it is, and its words; without an address, whom to ask.
    href: str
    where: str
    # Another page than this one.
    is_away: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    must: tuple[Remark, ...] = ()
    could: tuple[Remark, ...] = ()
    meter: Meter | None = None
    # Why the letter cannot be composed at all.
    trouble: str = ""


def check(site: Site, visit: Visit, issue: Issue, newsletter: Newsletter, view: View) -> Checked:
    """Look an issue over; whom it goes to is looked at where it is sent.

    Outside of any transaction: a read that stays open for a render keeps SQLite's log from shrinking.
    """
    try:
        looked = look_over(site, issue, newsletter)
    except RenderFailed as error:
        return Checked(trouble=str(error))
    meter = meter_of(looked.composition.size)
    remarks = [(one.is_blocking, _remark(one, issue, view, visit)) for one in looked.findings]
    return Checked(
        tuple(remark for is_blocking, remark in remarks if is_blocking),
        tuple(remark for is_blocking, remark in remarks if not is_blocking),
        meter,
    )


def _remark(finding: Finding, issue: Issue, view: View, visit: Visit) -> Remark:
    way = way_to(finding, issue, visit.actor, visit.words)
    href = view.to(way.place.anchor, **way.place.query) if way.place else way.href
    return Remark(finding.text, finding.mend.words, href, way.words, is_away=way.place is None)
