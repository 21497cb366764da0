"""An issue composed as it is now, for pages that show it or look it over."""

from dataclasses import dataclass

from newsletter.images.model import Shelf
from newsletter.issues.model import Issue, Newsletter
from newsletter.letters.compose import Composition, compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.review import gathering, preflight
from newsletter.review.facts import Facts, Reach
from newsletter.review.finding import Finding
from newsletter.web.visits import Site

# Seconds. Long enough for a page and for the frame in it, and short enough that nobody waits to see a template changed on disk.
_LATELY = 10


@dataclass(frozen=True, slots=True)
class Looked:
    """An issue composed, and what the preflight finds in it."""

    composition: Composition
    # Those that block first.
    findings: tuple[Finding, ...]


def compose(site: Site, issue: Issue, newsletter: Newsletter) -> Composition:
    """Compose an issue as it is now.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    return _composed(site, issue, newsletter, _shelf(site, issue))


def composed_lately(site: Site, issue: Issue, newsletter: Newsletter) -> Composition:
    """Compose an issue as `compose` does, once for a page and for the frame in it that are asked for one after the other.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    shelf = _shelf(site, issue)
    mark = (issue, newsletter, shelf, int(site.application.clock().timestamp()) // _LATELY)
    return site.compositions.get(issue.id, mark, lambda: _composed(site, issue, newsletter, shelf))


def _shelf(site: Site, issue: Issue) -> Shelf:
    with site.application.database.read() as tx:
        return shelf_of(tx, issue, site.application.links)


def _composed(site: Site, issue: Issue, newsletter: Newsletter, shelf: Shelf) -> Composition:
    application = site.application
    seed = application.keyring.derive("slots")
    return compose_issue(application.templates, newsletter, issue, application.links, seed, shelf)


def look_over(site: Site, issue: Issue, newsletter: Newsletter, reach: Reach | None = None) -> Looked:
    """Compose an issue as it is now and look it over; how many get it is judged where somebody counted them.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    application = site.application
    composition = compose(site, issue, newsletter)
    with application.database.read() as tx:
        known = Facts(now=application.clock(), reach=reach, support=application.support)
        facts = gathering.gather(tx, issue, newsletter, composition, known)
    return Looked(composition, preflight.check(issue, newsletter, composition, application.links, facts))
