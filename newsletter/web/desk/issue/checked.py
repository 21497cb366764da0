"""What the preflight finds in an issue, as the desk shows it."""

from dataclasses import dataclass

from newsletter import inspection
from newsletter.errors import BadValue, RenderFailed
from newsletter.issues.model import Issue
from newsletter.languages.catalogue import Words
from newsletter.mail import audiences
from newsletter.review.facts import Reach
from newsletter.review.finding import Code, Finding
from newsletter.web.desk.composing import look_over
from newsletter.web.desk.issue.desked import Desked
from newsletter.web.desk.places import way_to
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say_together


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as the page shows it."""

    text: str
    is_blocking: bool
    # The page where it is mended, and its words; without a page, whom to ask.
    href: str
    where: str


@dataclass(frozen=True, slots=True)
class Check:
    """What the preflight found."""

    findings: tuple[Remark, ...] = ()
    # Why it could not be composed at all.
    trouble: str = ""

    @property
    def is_blocked(self) -> bool:
        """Whether something must be mended, or overridden with a reason."""
        return bool(self.trouble) or any(finding.is_blocking for finding in self.findings)

    @property
    def can_be_set_aside(self) -> bool:
        """Whether a reason is enough to let it pass."""
        return self.is_blocked and not self.trouble

    def _trouble_within(self, words: Words) -> str:
        said = words.said(self.trouble)
        return said[:1].lower() + said[1:]

    def told(self, words: Words) -> str:
        """Say how much there is, for a page that does not list it."""
        if self.trouble:
            return words.gettext("Checked as a letter: %(trouble)s", trouble=self._trouble_within(words))
        must = sum(finding.is_blocking for finding in self.findings)
        rest = len(self.findings) - must
        parts = [words.ngettext("%(num)s must be mended", "%(num)s must be mended", must)] * bool(must)
        parts += [words.ngettext("%(num)s is worth a look", "%(num)s are worth a look", rest)] * bool(rest)
        if not parts:
            return words.gettext("Checked as a letter: nothing found to mend")
        return words.gettext("Checked as a letter: %(found)s", found=words.beside(parts))


def check(site: Site, desked: Desked, visit: Visit) -> Check:
    """Look an issue over; how many get it is judged where they were counted.

    Outside of any transaction: a read that stays open for a render keeps SQLite's log from shrinking.
    """
    if desked.trouble:
        return Check(trouble=desked.trouble)
    issue = desked.issue
    try:
        with site.application.database.read() as tx:
            # Without counting anybody: whether it can be told whom the issue goes to.
            audiences.among(tx, issue, site.application.clock())
            before = inspection.audience_before(tx, issue)
        reach = None if desked.readers is None else Reach(desked.readers, before)
        looked = look_over(site, issue, desked.newsletter, reach)
    except (BadValue, RenderFailed) as error:
        return Check(trouble=str(error))
    return Check(tuple(_remark(one, issue, visit) for one in looked.findings))


def _remark(finding: Finding, issue: Issue, visit: Visit) -> Remark:
    text = say_together((finding.text, finding.mend.words))
    if finding.code is Code.COMMENT_OPEN:
        # Where they are answered, on the same page.
        here = f"/desk/issues/{issue.id}/review#comments"
        return Remark(text, finding.is_blocking, here, visit.words.gettext("Comments"))
    way = way_to(finding, issue, visit.actor, visit.words)
    return Remark(text, finding.is_blocking, way.href, way.words)
