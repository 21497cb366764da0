"""What should be mended before an issue goes out: the door to all checks, which are pure functions of what they are handed."""

from newsletter.issues.model import Issue, Newsletter
from newsletter.letters.compose import Composition
from newsletter.letters.links import Links
from newsletter.review import (
    checks_clients,
    checks_contents,
    checks_guests,
    checks_letter,
    checks_links,
    checks_looks,
    checks_pictures,
    checks_sending,
    checks_spam,
    checks_words,
)
from newsletter.review.facts import NOTHING_GATHERED, Facts, Inspected, inspected
from newsletter.review.finding import Finding

# In the order in which their findings are told.
_ALL = (
    checks_contents,
    checks_guests,
    checks_words,
    checks_spam,
    checks_letter,
    checks_links,
    checks_pictures,
    checks_looks,
    checks_clients,
    checks_sending,
)


def check(
    issue: Issue, newsletter: Newsletter, composition: Composition, own: Links, facts: Facts = NOTHING_GATHERED
) -> tuple[Finding, ...]:
    """Look *issue* over as it is composed; blocking findings come first.

    *facts* are what somebody gathered before (`gathering`, and the doors); *own* builds the addresses of our own pages.
    """
    return look(inspected(issue, newsletter, composition, facts, own))


def look(seen: Inspected) -> tuple[Finding, ...]:
    """Run all checks; blocking findings come first."""
    found = [finding for checks in _ALL for finding in checks.check(seen)]
    return tuple(sorted(found, key=lambda finding: not finding.is_blocking))
