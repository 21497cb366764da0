"""What is kept of people who allow it, and an import that takes them off their list."""

import io

from sqlalchemy import func, select

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.mail.clicking import Click
from newsletter.people import clicking
from newsletter.tables.clicks import person_click
from subscribers import register
from subscribers.address import parse
from subscribers.exchange.importing import import_people, rehearse_import
from subscribers.exchange.model import ImportOrder
from subscribers.model import SubscriptionState
from tests.harness.counted import Counted, a_counted_issue, allow
from tests.newsletter.web.conftest import Hands, Reader

BROUGHT = b"email,state\nida@example.org,confirmed\n"
LEFT = b"email,state\nida@example.org,unsubscribed\n"


def rows(application: Application) -> int:
    """Count what is kept of people."""
    with application.database.read() as tx:
        return tx.execute(select(func.count()).select_from(person_click)).scalar_one()


def order(newsletter: Newsletter) -> ImportOrder:
    """Say what a file is imported as."""
    return ImportOrder(newsletter.list_id, "Members' form", is_confirmed=True)


def ida_followed_a_link(application: Application, newsletter: Newsletter, clock: Hands) -> Counted:
    """Let an import bring Ida, who allows then that it is kept what she follows, and follows something."""
    import_people(application.database.write, application.keyring, io.BytesIO(BROUGHT), order(newsletter), clock())
    made = a_counted_issue(application, newsletter)
    with application.database.read() as tx:
        ida = register.find(tx, parse("ida@example.org"))
        (standing,) = register.subscriptions_of(tx, ida.id)
    assert standing.state is SubscriptionState.CONFIRMED
    allow(application, standing.id)
    with application.database.write() as tx:
        clicking.keep(tx, [Click(clock(), clock(), made.links[0].id, made.letter_id, b"", False, standing.id)], [False])
    return made


def test_import_that_ends_a_subscription_forgets_what_was_followed(
    application: Application, newsletter: Newsletter, reader: Reader, clock: Hands
) -> None:
    """In the same transaction, as every way of leaving does; the number of the link stays."""
    del reader
    made = ida_followed_a_link(application, newsletter, clock)
    assert 1 == rows(application)
    clock.forward(minutes=1)
    import_people(
        application.database.write,
        application.keyring,
        io.BytesIO(LEFT),
        order(newsletter),
        clock(),
        leaving=clicking.leave,
    )

    assert 0 == rows(application)
    assert [1, 0, 0, 0] == made.people()


def test_rehearsal_forgets_nothing(application: Application, newsletter: Newsletter, reader: Reader, clock: Hands) -> None:
    """It is the real run, taken back."""
    del reader
    ida_followed_a_link(application, newsletter, clock)
    clock.forward(minutes=1)
    rehearse_import(
        application.database.write,
        application.keyring,
        io.BytesIO(LEFT),
        order(newsletter),
        clock(),
        leaving=clicking.leave,
    )

    assert 1 == rows(application)
