"""An issue with what its pages say of its mailing, and how many get it."""

from dataclasses import dataclass, replace

from newsletter.errors import BadValue, TookTooLong
from newsletter.issues.model import EDITABLE, Issue, Newsletter
from newsletter.languages.catalogue import Words
from newsletter.mail import audiences, relaybook
from newsletter.mail.delivery import Report
from newsletter.web.desk import mends
from newsletter.web.desk.issue import around
from newsletter.web.desk.issue.around import Around
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# Seconds. A million people by a simple rule take one or two; nobody waits longer for a page that a number is missing on.
LONGEST_COUNT = 10.0


@dataclass(frozen=True, slots=True)
class Desked:
    """An issue with what the page around it says."""

    around: Around
    # The list, and its topics and segments where the issue is not for everybody.
    list_name: str
    # How many would get it now, or, once it was sent, were to get it; None: nobody has counted them.
    readers: int | None
    # Figures of its mailing; None before there is one.
    report: Report | None
    # There is a relay that takes mail.
    can_mail: bool
    words: Words
    # Why nobody can tell whom it goes to; empty when everybody can.
    trouble: str = ""
    # Why they are not counted although it is known who they are; empty when they are, or nobody asked.
    uncounted: str = ""

    @property
    def issue(self) -> Issue:
        """The issue."""
        return self.around.issue

    @property
    def newsletter(self) -> Newsletter:
        """Its newsletter."""
        return self.around.newsletter

    @property
    def how_many(self) -> str:
        """How many get it: `nobody`, `412 people`."""
        if self.readers is None:
            return self.words.gettext("an unknown number of people")
        return people(self.readers, self.words)


def load(site: Site, tx: Transaction, visit: Visit) -> Desked:
    """Read what the pages of an issue show, but for the number of its readers before it is sent (`counted`)."""
    known = around.look(tx, visit.number("issue_id"), visit.now)
    report = None if known.issue.state in EDITABLE else site.reports.report(tx, known.issue)
    return Desked(
        around=known,
        list_name=audiences.whom(tx, known.issue),
        readers=report.audience if report is not None else None,
        report=report,
        can_mail=relaybook.missing(tx, site.application.relay) is None,
        words=visit.words,
    )


def is_to_be_counted(visit: Visit) -> bool:
    """Whether a page that names how many get an issue is asked for with that number: it comes behind the page itself."""
    return "counted" in visit.query


def no_relay(site: Site, tx: Transaction, words: Words) -> str:
    """Say why what is planned does not go out yet; empty where there is a mail server."""
    missing = relaybook.missing(tx, site.application.relay)
    if missing is None:
        return ""
    return words.gettext("%(trouble)s It is planned, and goes out when there is one.", trouble=mends.no_relay(missing, words))


def counted(site: Site, desked: Desked) -> Desked:
    """Count who would get an issue now, if it was not sent, for as long as a page can wait.

    A transaction of its own: PostgreSQL ends the one in which it stops a question.
    """
    if desked.report is not None:
        return desked
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            return replace(desked, readers=audiences.count(tx, desked.issue, site.application.clock()))
    except BadValue as error:
        # A segment of it speaks of what is gone. The page is there to say so.
        return replace(desked, trouble=str(error))
    except TookTooLong:
        told = desked.words.gettext(
            "Its readers could not be counted within %(seconds)s seconds. It goes to all of them all the same; "
            "whoever looks after this instance can count them for as long as it takes.",
            seconds=f"{LONGEST_COUNT:g}",
        )
        return replace(desked, uncounted=told)
