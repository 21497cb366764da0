"""How many people there are of whom something is asked, in the time that somebody waits for a number."""

from newsletter.clock import monotonic
from newsletter.errors import TookTooLong
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers import directory
from subscribers.narrowing import Wanted

# Seconds that people are counted; of these so many for the exact number.
LONGEST_COUNT = 2.0
LONGEST_EXACT = 1.4
# Where the exact number takes longer, nobody counts further than this.
MOST_COUNTED = 10_000


def counted(site: Site, visit: Visit, wanted: Wanted) -> str:
    """Count whoever is looked for: exactly, else up to where it took too long; in words."""
    begun = monotonic()
    try:
        with site.application.database.read(within=LONGEST_EXACT) as tx:
            return people(directory.count(tx, wanted), visit.words).capitalize()
    except TookTooLong:
        left = LONGEST_COUNT - (monotonic() - begun)
    try:
        with site.application.database.read(within=max(left, 0.1)) as tx:
            found = directory.count(tx, wanted, MOST_COUNTED + 1)
    except TookTooLong:
        return visit.words.gettext("Too many to be counted while you wait")
    if found > MOST_COUNTED:
        return visit.words.ngettext("More than %(num)s person", "More than %(num)s people", MOST_COUNTED)
    return people(found, visit.words).capitalize()
