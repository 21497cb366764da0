"""Which domains may join a list by themselves."""

from datetime import datetime

import pytest

from newsletter.database import Database
from subscribers import domainrules
from subscribers.domainrules import DomainRule, Verdict
from subscribers.errors import DomainRefused
from subscribers.model import EVERY_LIST
from tests.harness.people import a_list


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("Example.ORG", "example.org"),
        ("@example.org", "example.org"),
        ("*.example.org", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_kept_as_addresses_have_it(typed: str, domain: str) -> None:
    """However it was written."""
    assert domain == domainrules.domain_of(typed)


@pytest.mark.parametrize("typed", ["", "ann@example.org", "example..org", "exa mple.org", "192.0.2.1", "a\nb.example"])
def test_what_no_address_could_have_is_refused(typed: str) -> None:
    """With the reason."""
    with pytest.raises(DomainRefused):
        domainrules.domain_of(typed)


def test_without_rules_everybody_may(database: Database, now: datetime) -> None:
    """A list is open."""
    with database.write() as tx:
        assert not domainrules.refuses(tx, a_list(tx, now).id, "example.org")


def test_a_denied_domain_is_denied_with_all_below_it(database: Database, now: datetime) -> None:
    """On the one list, or on every list."""
    with database.write() as tx:
        one, other = a_list(tx, now, "One"), a_list(tx, now, "Other")
        domainrules.set_rules(tx, one.id, ["bad.example"], Verdict.DENY, now)
        domainrules.set_rules(tx, EVERY_LIST, ["trash.example"], Verdict.DENY, now)

        assert domainrules.refuses(tx, one.id, "bad.example")
        assert domainrules.refuses(tx, one.id, "mx.bad.example")
        assert not domainrules.refuses(tx, one.id, "notbad.example")
        assert not domainrules.refuses(tx, other.id, "bad.example")
        assert domainrules.refuses(tx, other.id, "trash.example")


def test_a_list_with_allowed_domains_takes_no_others(database: Database, now: datetime) -> None:
    """Staff of one house."""
    with database.write() as tx:
        one = a_list(tx, now)
        domainrules.set_rules(tx, one.id, ["library.example"], Verdict.ALLOW, now)

        assert not domainrules.refuses(tx, one.id, "library.example")
        assert not domainrules.refuses(tx, one.id, "north.library.example")
        assert domainrules.refuses(tx, one.id, "example.org")


def test_the_narrower_word_counts(database: Database, now: datetime) -> None:
    """Of two about the same domain the list's own."""
    with database.write() as tx:
        one = a_list(tx, now)
        domainrules.set_rules(tx, EVERY_LIST, ["example.org", "trash.example"], Verdict.DENY, now)
        domainrules.set_rules(tx, EVERY_LIST, ["staff.example.org"], Verdict.ALLOW, now)
        domainrules.set_rules(tx, one.id, ["trash.example"], Verdict.ALLOW, now)

        assert not domainrules.refuses(tx, one.id, "staff.example.org")
        assert domainrules.refuses(tx, one.id, "example.org")
        assert not domainrules.refuses(tx, one.id, "trash.example")


def test_the_last_word_counts_and_can_be_taken_back(database: Database, now: datetime) -> None:
    """Saying the same twice is no error."""
    with database.write() as tx:
        one = a_list(tx, now)
        domainrules.set_rules(tx, one.id, ["a.example", "a.example", "b.example"], Verdict.DENY, now)
        domainrules.set_rules(tx, one.id, ["a.example"], Verdict.ALLOW, now)

        assert (DomainRule(one.id, "a.example", Verdict.ALLOW), DomainRule(one.id, "b.example", Verdict.DENY)) == (
            domainrules.rules_of(tx, one.id, 10)
        )
        assert (2, 1) == (domainrules.count(tx, one.id), domainrules.remove_rules(tx, one.id, ["a.example", "c.example"]))
        assert not domainrules.refuses(tx, one.id, "a.example")
