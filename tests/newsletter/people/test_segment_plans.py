"""How both databases go about a rule: once through the people, and for each of them by an index."""

from sqlalchemy import exists, func, or_, select

from newsletter.database import Database
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from tests.harness import crowd, plans

# Enough for PostgreSQL to mind the way.
PEOPLE = 20_000


def test_rules_walk_the_people_once(database: Database, keyring: Keyring) -> None:
    """Those of a list, or all who are known; whatever is asked of each of them is found by an index."""
    made = crowd.gather(database, keyring, PEOPLE)
    with database.read() as tx:
        found = {
            (rule, list_id): faults
            for rule in crowd.RULES
            for list_id in (None, made.list_id)
            if (faults := plans.faults(tx, crowd.asked(tx, rule, list_id)))
        }

    assert {} == found


def test_walk_for_each_person_is_found(database: Database, keyring: Keyring) -> None:
    """What the test above looks for is seen where it is."""
    crowd.gather(database, keyring, 100)
    other = subscription.alias()
    slow = or_(exists().where(other.c.requested_at > subscriber.c.created_at), subscriber.c.name == "")
    with database.read() as tx:
        assert plans.faults(tx, select(func.count()).select_from(subscriber).where(slow))
